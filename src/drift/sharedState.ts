/**
 * A commit beside a work tree that has most of its files unchanged: those are read there, for a file on disk is had sooner than a
 * blob, and have the versions that the work tree gives them, so that nothing is read or built twice.
 */
import type { RepositoryState } from '../render/desired.ts';
import type { RepositoryFiles } from '../manifests/repositoryFiles.ts';

/** `changed`: files of either that are not the same in both, as `changedFiles` of `git` tells them by content. */
export function sharedState(
  commit: RepositoryState,
  workTree: RepositoryState,
  changed: readonly string[],
): RepositoryState {
  const family = workTree.family ?? workTree.key;
  return { ...commit, family, files: sharedFiles(commit.files, workTree.files, changed) };
}

function sharedFiles(commit: RepositoryFiles, workTree: RepositoryFiles, changed: readonly string[]): RepositoryFiles {
  const own = new Set(changed);
  return {
    async list(signal) {
      const theirs = new Map((await workTree.list(signal)).map((file) => [file.path, file]));
      return (await commit.list(signal)).map((file) => (own.has(file.path) ? file : (theirs.get(file.path) ?? file)));
    },
    // What the work tree does not give, or not any more, the commit has.
    read: async (path) => (own.has(path) ? undefined : await workTree.read(path)) ?? commit.read(path),
  };
}
