/** The newest commits of a repository, for a person to choose one of. Reads the repository on disk alone. */
import { isFailure } from '../base/failure.ts';
import { type GitOptions, runGit } from './runGit.ts';

export interface RecentCommit {
  readonly id: string;
  /** First line of the message; `''` where there is none. */
  readonly subject: string;
  /** When it was committed, in milliseconds since the epoch. */
  readonly time: number;
}

/** HEAD and what it was made of, newest first; empty before the first commit. Throws `Failure`. */
export async function recentCommits(
  root: string,
  count: number,
  options: GitOptions & { readonly signal?: AbortSignal | undefined } = {},
): Promise<readonly RecentCommit[]> {
  try {
    await runGit(root, ['rev-parse', '--verify', '--end-of-options', 'HEAD^{commit}'], options);
  } catch (error) {
    if (isFailure(error, 'invalid')) {
      return [];
    }
    throw error;
  }
  // Not `git log`, which runs the program that `gpg.program` names where `log.showSignature` is set.
  const args = ['rev-list', `--max-count=${count}`, '--format=%x00%H%x00%ct%x00%s', 'HEAD'];
  const output = await runGit(root, args, options);
  return output.toString('utf8').split('\n').flatMap(readLine);
}

/** Other lines say `commit ID`, which older Gits cannot be kept from. */
function readLine(line: string): RecentCommit[] {
  const [before, id = '', seconds = '', subject = ''] = line.split('\0');
  return before === '' && id !== '' ? [{ id, subject, time: Number(seconds) * 1_000 }] : [];
}
