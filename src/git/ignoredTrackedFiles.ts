/**
 * Files that Git has in its index although a `.gitignore` names them: they were added by force, or before the rule was. Reads
 * the index alone.
 */
import { isFailure } from '../base/failure.ts';
import { type GitOptions, runGit } from './runGit.ts';

/** Paths relative to `root`, a folder of a repository. Empty where Git cannot tell. Throws `Failure('cancelled')`. */
export async function ignoredTrackedFiles(
  root: string,
  options: GitOptions & { readonly signal?: AbortSignal } = {},
): Promise<ReadonlySet<string>> {
  const args = ['ls-files', '-z', '--cached', '--ignored', '--exclude-standard'];
  try {
    const listing = await runGit(root, args, { ...options, maxBytes: 16_000_000 });
    return new Set(listing.toString('utf8').split('\0').filter(Boolean));
  } catch (error) {
    if (isFailure(error) && error.reason !== 'cancelled') {
      return new Set(); // no repository, or no Git: a folder is built all the same
    }
    throw error;
  }
}
