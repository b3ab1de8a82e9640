/**
 * What a person calls a commit (a branch, a tag, `HEAD~2`, part of a hash), as a commit's id. Asks the repository on disk
 * alone: what is only at a remote is not known.
 */
import { join } from 'node:path';
import { Failure, isFailure } from '../base/failure.ts';
import { findGitDirectory, readSmallFile } from './findRepositoryRoot.ts';
import { type GitOptions, runGit } from './runGit.ts';

/** A full id, of SHA-1 or SHA-256. */
export const objectId = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** The full id. `root` is a folder of the work tree. Throws `Failure('notFound')` with a sentence when there is no such commit. */
export async function resolveRevision(
  root: string,
  revision: string,
  options: GitOptions & { readonly signal?: AbortSignal | undefined } = {},
): Promise<string> {
  // No revision begins with a dash (git-check-ref-format), and a program's argument holds no NUL: neither reaches Git.
  if (revision.trim() === '' || revision.startsWith('-') || /[\0\n]/.test(revision)) {
    throw new Failure('notFound', `${JSON.stringify(revision)} is no revision`);
  }
  let output: Buffer;
  try {
    output = await runGit(root, ['rev-parse', '--verify', '--end-of-options', `${revision}^{commit}`], options);
  } catch (error) {
    // Everything else that Git says here is about the revision; the words differ by its form.
    throw isFailure(error, 'invalid') ? await unknownRevision(root, revision, error) : error;
  }
  const id = output.toString('latin1').trim();
  if (!objectId.test(id)) {
    throw new Failure('notFound', `${JSON.stringify(revision)} is no single commit`); // `^main` means "not main"
  }
  return id;
}

async function unknownRevision(root: string, revision: string, cause: unknown): Promise<Failure> {
  const directory = await findGitDirectory(root);
  const shallow = directory && (await readSmallFile(join(directory.common, 'shallow')));
  const hint =
    shallow === undefined || shallow === '' ? '' : '; it is a shallow clone, git fetch --unshallow completes it';
  return new Failure('notFound', `there is no commit ${JSON.stringify(revision)} in the repository ${root}${hint}`, {
    cause,
  });
}

/** The first line of a commit's message; `''` when it has none. Throws as `resolveRevision`. */
export async function commitSubject(
  root: string,
  revision: string,
  options: GitOptions & { readonly signal?: AbortSignal | undefined } = {},
): Promise<string> {
  const id = await resolveRevision(root, revision, options);
  // Not `git log`, which runs the program that `gpg.program` names where `log.showSignature` is set.
  const text = (await runGit(root, ['cat-file', 'commit', id], options)).toString('utf8');
  const message = text.slice(text.indexOf('\n\n') + 2);
  return message.trimStart().split('\n', 1)[0]?.trim() ?? '';
}
