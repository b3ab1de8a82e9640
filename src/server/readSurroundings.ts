/**
 * What is said of a folder outside of it: whose repository it is in, and what the people of that repository have agreed on.
 * Reads two files of the repository; who calls knows when to read them again.
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
  const configFile = root === folder ? undefined : join(root, repositoryConfigName);
  const text = configFile === undefined ? undefined : await readSmallFile(configFile);
  return {
    remotes: remotes.flatMap(({ urls }) => urls),
    config: text === undefined ? undefined : readRepositoryConfig(text).config,
    configFile,
    folder: relative(root, folder).replaceAll('\\', '/'),
  };
}
