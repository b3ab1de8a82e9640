/**
 * What repository a file is in: its root, its remotes, and which `spec.path` builds which file. Read from disk when first
 * asked and kept until a file that matters changes. Decides nothing; `flux/documentMatch.ts` does.
 */
import { relative } from 'node:path';
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { Emitter } from '../base/emitter.ts';
import { findRepositoryRoot } from '../git/findRepositoryRoot.ts';
import { readRemotes } from '../git/readRemotes.ts';

export interface RepositoryOfFile {
  /** Path of the file below the repository's root, with `/`. */
  readonly filePath: string;
  /** Every URL of every remote. */
  readonly remotes: readonly string[];
  /** Whether a Flux Kustomization with that `spec.path` builds that file. */
  readonly reaches: (path: string, file: string) => boolean;
  /** Whether the file only changes documents of other files. */
  readonly isPatch: boolean;
}

interface Known {
  readonly remotes: readonly string[];
  readonly reaches: (path: string, file: string) => boolean;
  readonly isPatch: (file: string) => boolean;
}

/** Files come in bursts (a checkout, a save of all): read again once it is quiet. */
const settleMs = 500;

export class RepositoryFacts implements Disposable {
  readonly #disposables = new Disposables();
  readonly #changed = this.#disposables.add(new Emitter<void>());
  readonly #known = new Map<string, Promise<Known>>();
  readonly #clock: Clock;
  #settling: Disposable | undefined;
  readonly onDidChange = this.#changed.event;

  constructor(clock: Clock) {
    this.#clock = clock;
    // Kustomize files decide what a path builds; other files only by coming and going.
    const trees = this.#disposables.add(vscode.workspace.createFileSystemWatcher('**/*.{yaml,yml}'));
    this.#disposables.add(trees.onDidCreate(() => this.#forget()));
    this.#disposables.add(trees.onDidDelete(() => this.#forget()));
    this.#disposables.add(
      trees.onDidChange((uri) => {
        if (/\/kustomization\.ya?ml$/.test(uri.path)) {
          this.#forget();
        }
      }),
    );
    const remotes = this.#disposables.add(vscode.workspace.createFileSystemWatcher('**/.git/config'));
    for (const event of [remotes.onDidChange, remotes.onDidCreate, remotes.onDidDelete]) {
      this.#disposables.add(event(() => this.#forget()));
    }
  }

  /** `undefined` for a file that is in no Git repository. */
  async of(uri: vscode.Uri): Promise<RepositoryOfFile | undefined> {
    if (uri.scheme !== 'file') {
      return undefined;
    }
    const root = await findRepositoryRoot(uri.fsPath);
    if (root === undefined) {
      return undefined;
    }
    let known = this.#known.get(root);
    if (!known) {
      known = read(root);
      this.#known.set(root, known);
      known.catch(() => this.#known.delete(root)); // whoever asks next tries again
    }
    const { isPatch, ...facts } = await known;
    const filePath = relative(root, uri.fsPath).replaceAll('\\', '/');
    return { ...facts, filePath, isPatch: isPatch(filePath) };
  }

  dispose(): void {
    this.#settling?.dispose();
    this.#disposables.dispose();
  }

  #forget(): void {
    this.#settling?.dispose();
    this.#settling = this.#clock.after(settleMs, () => {
      this.#known.clear();
      this.#changed.fire();
    });
  }
}

async function read(root: string): Promise<Known> {
  const { DiskRepository, readBuildGraph } = await import('../manifests/yamlBundle.ts');
  const [remotes, graph] = await Promise.all([readRemotes(root), readBuildGraph(new DiskRepository(root))]);
  const reached = new Map<string, ReadonlySet<string>>();
  return {
    remotes: remotes.flatMap((remote) => remote.urls),
    isPatch: (file) => graph.isPatch(file),
    reaches: (path, file) => {
      let files = reached.get(path);
      if (!files) {
        files = graph.reach(graph.buildFolders(path, ''));
        reached.set(path, files);
      }
      return files.has(file);
    },
  };
}
