/**
 * Commits of the clones that are open, two at a time: the one that a cluster has applied beside the one that is checked out. For
 * one look: what it has read is kept until it is disposed. Reads Git alone; fetches nothing.
 */
import type { Disposable } from '../base/disposables.ts';
import { isFailure } from '../base/failure.ts';
import { CommitFiles } from '../git/commitFiles.ts';
import { resolveRevision } from '../git/resolveRevision.ts';
import { runGit } from '../git/runGit.ts';
import { isLeftOutByDefault } from '../manifests/ignoreRules.ts';
import type { BuildGraph } from '../manifests/buildGraph.ts';
import type { Repository } from '../manifests/repository.ts';
import { type CommitPair, type CommitSide, differingPaths } from './pendingFiles.ts';

export interface Clone {
  /** Top folder of the work tree. */
  readonly root: string;
  /** Id of the commit that is checked out. */
  readonly head: string;
  readonly remotes: readonly string[];
  readonly readGraph: (repository: Repository, signal: AbortSignal) => Promise<BuildGraph>;
}

export class ClonedCommits implements Disposable {
  readonly #signal: AbortSignal;
  readonly #pairs = new Map<string, Promise<CommitPair | 'same' | 'headIsOlder' | 'notFetched'>>();
  readonly #sides = new Map<string, Promise<CommitSide>>();
  readonly #fetched = new Map<string, Promise<boolean>>();
  readonly #open: CommitFiles[] = [];

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /**
   * `applied` is a full id. `headIsOlder`: all that HEAD has was applied, and more; the clone lacks a pull, and nothing in it is
   * pending. Throws a Failure where Git fails.
   */
  pair(clone: Clone, applied: string): Promise<CommitPair | 'same' | 'headIsOlder' | 'notFetched'> {
    const key = `${clone.root}\0${applied}`;
    const pair = this.#pairs.get(key) ?? this.#compare(clone, applied);
    this.#pairs.set(key, pair);
    return pair;
  }

  /**
   * Whether it knows any branch of a remote. One that does not has never fetched or pushed: a remote in its settings does not make
   * it a clone, and what it lacks says nothing.
   */
  hasFetched({ root }: Clone): Promise<boolean> {
    const fetched = this.#fetched.get(root) ?? this.#findRemoteBranch(root);
    this.#fetched.set(root, fetched);
    return fetched;
  }

  dispose(): void {
    for (const files of this.#open) {
      files.dispose();
    }
  }

  async #compare(clone: Clone, applied: string): Promise<CommitPair | 'same' | 'headIsOlder' | 'notFetched'> {
    const { root, head } = clone;
    if (applied === head) {
      return 'same';
    }
    const options = { signal: this.#signal };
    try {
      await resolveRevision(root, applied, options);
    } catch (error) {
      if (isFailure(error, 'notFound')) {
        return 'notFetched';
      }
      throw error;
    }
    const range = ['rev-list', '--count', '--end-of-options', `${applied}..${head}`];
    if ((await runGit(root, range, options)).toString('latin1').trim() === '0') {
      return 'headIsOlder';
    }
    const [before, after] = await Promise.all([this.#side(clone, applied), this.#side(clone, head)]);
    return { applied: before, head: after, differing: differingPaths(before.blobs, after.blobs) };
  }

  async #findRemoteBranch(root: string): Promise<boolean> {
    const found = await runGit(root, ['for-each-ref', '--count=1', 'refs/remotes'], { signal: this.#signal });
    return found.length > 0;
  }

  #side(clone: Clone, commit: string): Promise<CommitSide> {
    const key = `${clone.root}\0${commit}`;
    const side = this.#sides.get(key) ?? this.#read(clone, commit);
    this.#sides.set(key, side);
    return side;
  }

  async #read({ root, readGraph }: Clone, commit: string): Promise<CommitSide> {
    const files = new CommitFiles({ root, commit, uncounted: isLeftOutByDefault });
    this.#open.push(files);
    const listed = await files.list(this.#signal);
    const text = async (path: string): Promise<string | undefined> => {
      const bytes = await files.read(path);
      return bytes && Buffer.from(bytes).toString('utf8');
    };
    const paths = listed.map(({ path }) => path);
    const graph = await readGraph({ list: () => Promise.resolve(paths), read: text }, this.#signal);
    return { blobs: new Map(listed.map(({ path, version }) => [path, version])), graph, text };
  }
}
