/**
 * Why nothing of a file can be relied on in a state of a repository: what it stated before has not gone, it can only be read no
 * more. Renders nothing.
 */
import { allSteps } from '../base/turns.ts';
import { Failure } from '../base/failure.ts';
import type { RepositoryState } from '../render/desired.ts';
import { readFileModel } from '../render/fileModel.ts';

/** `undefined`: it can be read, or is not there. */
export async function unreadFile({ files, label }: RepositoryState, path: string): Promise<Failure | undefined> {
  const bytes = await files.read(path);
  const { problem } = bytes ? allSteps(readFileModel(path, Buffer.from(bytes).toString('utf8'))) : {};
  return problem && new Failure('invalid', `${path}:${problem.line} cannot be read (${label}): ${problem.message}`);
}
