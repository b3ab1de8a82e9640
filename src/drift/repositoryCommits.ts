/**
 * The commits of one clone as states to render beside its work tree: which one is pushed, and which files differ from it. Reads Git
 * alone, and asks no remote.
 */
import { type Disposable, Disposables } from '../base/disposables.ts';
import { changedFiles } from '../git/changedFiles.ts';
import type { CommitFiles } from '../git/commitFiles.ts';
import { type PushedCommit, pushedCommit } from '../git/pushedCommit.ts';
import type { RepositoryFiles } from '../manifests/repositoryFiles.ts';
import type { RenderNote, RepositoryState } from '../render/desired.ts';
import { approximate } from '../render/renderNote.ts';
import { openCommit } from './openCommit.ts';

/** What is asked of a clone to know what has not been pushed. */
export interface PushedCommits {
  /** Throws `Failure('notFound')` when there is no such revision. */
  commit(revision: string, signal: AbortSignal): Promise<RepositoryState>;
  /** `undefined` where no branch of a remote is known. */
  pushed(signal: AbortSignal): Promise<PushedCommit | undefined>;
}

/** What is uncommitted or unpushed differs from it: where the branch left its upstream, else HEAD, which is said. */
export async function pushedState(
  commits: PushedCommits,
  signal: AbortSignal,
): Promise<{ readonly state: RepositoryState; readonly isPushed: boolean; readonly notes: readonly RenderNote[] }> {
  const pushed = await commits.pushed(signal);
  if (!pushed) {
    const message = 'No branch of a remote is known here: what is not committed is compared with HEAD.';
    return { state: await commits.commit('HEAD', signal), isPushed: false, notes: [approximate(message)] };
  }
  const state = await commits.commit(pushed.commit, signal);
  return { state: { ...state, label: `${state.label} (${pushed.upstream})` }, isPushed: true, notes: [] };
}

/** States that it gives can be read until it is disposed. */
export class RepositoryCommits implements PushedCommits, Disposable {
  readonly #root: string;
  readonly #remotes: readonly string[];
  readonly #disposables = new Disposables();
  readonly #opened = new Map<string, CommitFiles>();

  /** `root` is the top folder of the clone; `remotes` are the URLs that its states carry. */
  constructor(root: string, remotes: readonly string[]) {
    this.#root = root;
    this.#remotes = remotes;
  }

  async commit(revision: string, signal: AbortSignal): Promise<RepositoryState> {
    const { state, files } = await openCommit(this.#root, revision, this.#remotes, signal);
    this.#disposables.add(files);
    this.#opened.set(state.key, files);
    return state;
  }

  pushed(signal: AbortSignal): Promise<PushedCommit | undefined> {
    return pushedCommit(this.#root, { signal });
  }

  /** Files of the work tree that differ from a state that `commit` gave. */
  async changedSince({ key }: RepositoryState, workTree: RepositoryFiles, signal: AbortSignal) {
    const committed = this.#opened.get(key);
    if (!committed) {
      throw new Error(`${key} is no commit of this repository`);
    }
    return changedFiles(committed, workTree, signal);
  }

  dispose(): void {
    this.#disposables.dispose();
    this.#opened.clear();
  }
}
