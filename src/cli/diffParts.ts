/** What `driftline diff` is made with, as interfaces: the program opens the real ones, tests give others. */
import type { Disposable } from '../base/disposables.ts';
import type { ComparedCluster } from '../drift/comparedCluster.ts';
import type { PushedCommit } from '../git/pushedCommit.ts';
import type { ChartPuller, RepositoryState } from '../render/desired.ts';
import type { Renderer } from '../render/renderer.ts';
import type { DiffArguments } from './diffOptions.ts';
import type { FolderRenderer } from './renderTarget.ts';
import type { Terminal } from './terminal.ts';

/** One cluster, by a context that was named or is the only one. */
export type DiffCluster = ComparedCluster;

/** The repository that `--path` names, or the one around the user. */
export interface DiffRepository {
  /** Absolute. */
  readonly root: string;
  /** What `--path` names, as a path of the repository; `''` is its top. */
  readonly folder: string;
  readonly hasCommits: boolean;
  readonly workingTree: RepositoryState;
  /** Throws `Failure('notFound')` when there is no such revision. */
  commit(revision: string, signal: AbortSignal): Promise<RepositoryState>;
  pushed(signal: AbortSignal): Promise<PushedCommit | undefined>;
  /** Files of the working tree that differ from a state that `commit` gave. */
  changedSince(commit: RepositoryState, signal: AbortSignal): Promise<readonly string[]>;
}

/** Disposing ends the engine and the connection. */
export interface DiffParts extends Disposable {
  readonly renderer: Renderer;
  readonly renderFolder: FolderRenderer;
  readonly puller: ChartPuller | undefined;
  /** `undefined` where none was asked for. */
  readonly cluster: DiffCluster | undefined;
  /** `undefined` outside of any. */
  readonly repository: DiffRepository | undefined;
}

export interface DiffWorld {
  readonly terminal: Terminal;
  /** Where the user is, absolute. */
  readonly folder: string;
  readonly openDiff: (options: DiffArguments, folder: string, signal: AbortSignal) => Promise<DiffParts>;
  readonly signal: AbortSignal;
}
