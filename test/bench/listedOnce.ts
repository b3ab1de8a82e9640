/** The files of a repository as the editor has those of a folder that it follows: nothing in it changes, and it is listed once. */
import type { RepositoryFiles } from '../../src/manifests/repositoryFiles.ts';

export function listedOnce(files: RepositoryFiles): RepositoryFiles {
  let listing: ReturnType<RepositoryFiles['list']> | undefined;
  return { list: () => (listing ??= files.list()), read: (path) => files.read(path) };
}
