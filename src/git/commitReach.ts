/**
 * How far a commit has come, as far as the repository on disk knows: which branches of remotes have it, and whether another commit
 * was made on top of it. Asks no remote.
 */
import { join } from 'node:path';
import { isFailure } from '../base/failure.ts';
import { findGitDirectory, readSmallFile } from './findRepositoryRoot.ts';
import { objectId } from './resolveRevision.ts';
import { type GitOptions, runGit } from './runGit.ts';

/** `unknown`: the clone lacks the other commit, or the history between the two. */
export type Reach = 'yes' | 'no' | 'unknown';

export interface RemoteBranch {
  readonly remote: string;
  /** Without the remote: `main`. */
  readonly branch: string;
}

type Options = GitOptions & { readonly signal?: AbortSignal | undefined };

const tracking = 'refs/remotes/';

export class CommitReach {
  readonly #root: string;
  readonly #options: Options;
  /** What cannot change any more: commits are what they are. */
  readonly #settled = new Map<string, 'yes' | 'no'>();

  /** `root` is a folder of the work tree. */
  constructor(root: string, options: Options = {}) {
    this.#root = root;
    this.#options = options;
  }

  /**
   * Branches of these remotes that have the commit, as of the last fetch or push. A branch's own name may have slashes, and a
   * remote's too: the longest that fits is meant. Throws `Failure`.
   */
  async branches(commit: string, remotes: readonly string[]): Promise<readonly RemoteBranch[]> {
    if (!objectId.test(commit)) {
      return [];
    }
    const longest = [...remotes].sort((a, b) => b.length - a.length);
    const args = ['for-each-ref', `--contains=${commit}`, '--format=%(refname)%00%(symref)', tracking];
    const output = await this.#ask(args);
    return (output ?? '').split('\n').flatMap((line) => {
      const [ref = '', leadsTo = ''] = line.split('\0');
      const name = ref.slice(tracking.length);
      const remote = longest.find((one) => name.startsWith(`${one}/`));
      // `origin/HEAD` is another name of one of them.
      return remote === undefined || leadsTo !== '' ? [] : [{ remote, branch: name.slice(remote.length + 1) }];
    });
  }

  /** Whether `revision` is the commit, or was made on top of it. Both are full ids. Throws `Failure` where Git does not run. */
  async isIn(commit: string, revision: string): Promise<Reach> {
    if (commit === revision) {
      return 'yes';
    }
    const key = `${commit} ${revision}`;
    const known = this.#settled.get(key);
    if (known || !objectId.test(commit) || !objectId.test(revision)) {
      return known ?? 'unknown';
    }
    const answer = await this.#look(commit, revision);
    if (answer !== 'unknown') {
      this.#settled.set(key, answer);
    }
    return answer;
  }

  async #look(commit: string, revision: string): Promise<Reach> {
    const missing = await this.#without(revision, commit);
    if (missing !== false) {
      return missing === undefined ? 'unknown' : 'yes';
    }
    // Where history is cut off, what lies behind the cut may have been made on top of it; but not what it was made of itself.
    const isSure = !(await this.#isShallow()) || (await this.#without(commit, revision)) === true;
    return isSure ? 'no' : 'unknown';
  }

  /** Whether nothing of `commit` is missing in `revision`; `undefined` where one of the two is not there. */
  async #without(revision: string, commit: string): Promise<boolean | undefined> {
    const output = await this.#ask(['rev-list', '--max-count=1', `${revision}..${commit}`, '--']);
    return output === undefined ? undefined : output === '';
  }

  async #isShallow(): Promise<boolean> {
    const directory = await findGitDirectory(this.#root);
    const shallow = directory && (await readSmallFile(join(directory.common, 'shallow')));
    return shallow !== undefined && shallow !== '';
  }

  /** `undefined` where Git has no answer. */
  async #ask(args: readonly string[]): Promise<string | undefined> {
    try {
      return (await runGit(this.#root, args, this.#options)).toString('utf8').trim();
    } catch (error) {
      if (isFailure(error, 'invalid')) {
        return undefined;
      }
      throw error;
    }
  }
}
