/**
 * What the steps of one render share: the engine for as long as it is theirs, the repository at one moment, and the texts of
 * Secrets that have come along, so that no message repeats them.
 */
import { isFailure } from '../base/failure.ts';
import type { Sealed } from '../base/sealed.ts';
import type { Log } from '../base/log.ts';
import type { BuildCache } from './buildCache.ts';
import { buildFailure, type BuildStart } from './buildFailure.ts';
import type { InputsOfTrees, TreeInputs } from './buildInputs.ts';
import type { ClusterInputs, RepositoryState } from './desired.ts';
import type { EngineSession } from './engine.ts';
import type { EngineReply } from './engineProtocol.ts';
import type { EngineTrees, SyncedTree } from './engineTree.ts';
import type { ArtifactView } from './artifactView.ts';
import type { StatedDocument } from './fileModel.ts';
import type { RepositorySnapshot } from './repositoryModel.ts';
import { redact, redactError } from './redact.ts';

export interface RenderContextParts {
  readonly session: EngineSession;
  readonly state: RepositoryState;
  readonly snapshot: RepositorySnapshot;
  readonly trees: EngineTrees;
  readonly builds: BuildCache<BuildReply>;
  readonly inputs: InputsOfTrees;
  readonly log: Log;
  readonly cluster?: ClusterInputs | undefined;
  /** See `RenderOptions.filesOnly`. */
  readonly filesOnly?: boolean | undefined;
  /** See `RenderOptions.inherited`. */
  readonly inherited?: Sealed<readonly string[]> | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type BuildReply = EngineReply<'kustomization'>;

export class RenderContext {
  readonly parts: RenderContextParts;
  readonly #trees = new Map<string, Promise<SyncedTree>>();
  /** Documents that are being built on the way to what was asked for, to notice where that leads in a circle. */
  readonly underWay = new Set<StatedDocument>();
  readonly #secrets = new Set<string>();
  #stated: ReadonlySet<string> | undefined;

  constructor(parts: RenderContextParts) {
    this.parts = parts;
  }

  /** Texts of Secrets that this render has seen. */
  get secrets(): readonly string[] {
    return [...this.#secrets];
  }

  addSecrets(texts: Iterable<string>): void {
    for (const text of texts) {
      this.#secrets.add(text);
    }
  }

  /** Names and namespaces that files of the repository state, before any build. */
  get stated(): ReadonlySet<string> {
    this.#stated ??= new Set(this.parts.snapshot.documents.flatMap(({ name, namespace }) => [name, namespace]));
    return this.#stated;
  }

  /** The repository's files in the engine, sent once for each view of them. */
  tree(view: ArtifactView): Promise<SyncedTree> {
    const { session, state, snapshot, trees, signal } = this.parts;
    let tree = this.#trees.get(view.id);
    if (!tree) {
      tree = trees.sync(session, { key: state.family ?? state.key, files: state.files, snapshot }, view, signal);
      this.#trees.set(view.id, tree);
    }
    return tree;
  }

  inputsOf(tree: SyncedTree): TreeInputs {
    return this.parts.inputs.of(tree.places, this.parts.snapshot);
  }

  /** A failure of a build as it may be told: what failed, and where in the repository. */
  failed(error: unknown, what: string, tree: SyncedTree, build: BuildStart): Promise<unknown> {
    return buildFailure(error, { what, tree, inputs: this.inputsOf(tree), files: this.parts.state.files, build });
  }

  /** A sentence of ours without texts of Secrets. */
  redacted(message: string): string {
    return this.#secrets.size === 0 ? message : redact(message, this.secrets, { words: false });
  }

  /** A failure without texts of Secrets, which a library may have quoted; its cause would hold them too and is left out. */
  told(error: unknown): unknown {
    if (!(error instanceof Error) || this.#secrets.size === 0) {
      return error;
    }
    // A library quotes what it refuses, or a part of it; other failures are sentences with names in them.
    const words = !isFailure(error) || error.reason === 'invalid';
    return redactError(error, this.secrets, { words });
  }
}
