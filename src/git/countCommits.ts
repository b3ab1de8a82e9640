/** How many commits lie between two, as far as the repository on disk knows. Asks no remote. */
import { isFailure } from '../base/failure.ts';
import { objectId } from './resolveRevision.ts';
import { type GitOptions, runGit } from './runGit.ts';

/**
 * The commits of `to` that `from` does not have. `undefined` where the clone lacks one of the two. Both are full ids, for a name
 * may mean another commit here than where it was written. Throws a `Failure` where Git does not run.
 */
export async function countCommits(
  root: string,
  from: string,
  to: string,
  options: GitOptions & { readonly signal?: AbortSignal | undefined } = {},
): Promise<number | undefined> {
  if (!objectId.test(from) || !objectId.test(to)) {
    return undefined;
  }
  try {
    const output = await runGit(root, ['rev-list', '--count', `${from}..${to}`, '--'], options);
    const count = Number(output.toString('latin1').trim());
    return Number.isSafeInteger(count) ? count : undefined;
  } catch (error) {
    if (isFailure(error, 'invalid')) {
      return undefined;
    }
    throw error;
  }
}
