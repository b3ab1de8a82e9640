/** The files of a commit, of which those that a work tree has unchanged are read there: a file on disk is had sooner than a blob. */
import type { RepositoryFiles } from '../manifests/repositoryFiles.ts';

/** `changed`: files of either that are not the same in both, as `changedFiles` of `git` tells them by content. */
export function sharedFiles(
  commit: RepositoryFiles,
  workTree: RepositoryFiles,
  changed: readonly string[],
): RepositoryFiles {
  const own = new Set(changed);
  return {
    list: (signal) => commit.list(signal),
    // What the work tree does not give, or not any more, the commit has.
    read: async (path) => (own.has(path) ? undefined : await workTree.read(path)) ?? commit.read(path),
  };
}
