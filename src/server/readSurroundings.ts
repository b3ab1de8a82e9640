/**
 * What is said of a folder outside of it: whose repository it is in, and what the people of that repository have agreed on.
 * Reads two files of the repository, and only once: they change rarely.
 */
import { join, relative } from 'node:path';
import { findRepositoryRoot, readSmallFile } from '../git/findRepositoryRoot.ts';
import { readRemotes } from '../git/readRemotes.ts';
import { readRepositoryConfig, repositoryConfigName } from '../language/repositoryConfig.ts';
import type { FolderSurroundings } from './folderChecks.ts';

/** `folder` is absolute. Never throws: without a repository nothing is known. */
export async function readSurroundings(folder: string): Promise<FolderSurroundings> {
  const root = (await findRepositoryRoot(folder)) ?? folder;
  const remotes = await readRemotes(root);
  const text = root === folder ? undefined : await readSmallFile(join(root, repositoryConfigName));
  return {
    remotes: remotes.flatMap(({ urls }) => urls),
    config: text === undefined ? undefined : readRepositoryConfig(text).config,
    folder: relative(root, folder).replaceAll('\\', '/'),
  };
}
