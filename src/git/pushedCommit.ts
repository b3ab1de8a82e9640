/**
 * Up to which commit a branch has been pushed, as far as the repository on disk knows: where it parted from its upstream, or
 * from the default branch of a remote. Asks no remote.
 */
import { isFailure } from '../base/failure.ts';
import { resolveRevision } from './resolveRevision.ts';
import { type GitOptions, runGit } from './runGit.ts';

export interface PushedCommit {
  readonly commit: string;
  /** The remote branch as Git calls it: `origin/main`. */
  readonly upstream: string;
}

type Options = GitOptions & { readonly signal?: AbortSignal | undefined };

const remotes = 'refs/remotes/';

/** Branches of a remote that stand for it where the current one has no upstream there. */
const others = ['HEAD', 'main', 'master'].map((name) => `${remotes}origin/${name}`);

/** `undefined` where there is neither an upstream nor a remote's branch, or no common history. Throws `Failure`. */
export async function pushedCommit(root: string, options: Options = {}): Promise<PushedCommit | undefined> {
  const upstream = await ask(root, ['rev-parse', '--symbolic-full-name', '@{upstream}'], options);
  // A branch may track another one of this repository: what that has, nobody else need have.
  const tracked = upstream?.startsWith(remotes) === true ? [upstream] : [];
  for (const name of [...tracked, ...others]) {
    // By its whole name: a branch that is called `origin/main` is no remote's.
    const commit = await find(root, name, options);
    const base = commit && (await ask(root, ['merge-base', 'HEAD', commit], options));
    if (base !== undefined && base !== '') {
      return { commit: base, upstream: name.slice(remotes.length) };
    }
  }
  return undefined;
}

async function find(root: string, revision: string, options: Options): Promise<string | undefined> {
  try {
    return await resolveRevision(root, revision, options);
  } catch (error) {
    if (isFailure(error, 'notFound')) {
      return undefined;
    }
    throw error;
  }
}

/** `undefined` where Git has no answer. */
async function ask(root: string, args: readonly string[], options: Options): Promise<string | undefined> {
  try {
    return (await runGit(root, args, options)).toString('utf8').trim();
  } catch (error) {
    if (isFailure(error, 'invalid')) {
      return undefined;
    }
    throw error;
  }
}
