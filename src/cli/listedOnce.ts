/** Files that are listed once for a run of the program, which looks at one moment of a work tree however many renders it makes of it. */
import { isFailure } from '../base/failure.ts';
import type { RepositoryFile, RepositoryFiles } from '../manifests/repositoryFiles.ts';

/** A listing that failed is tried again by the next who asks. */
export function listedOnce(files: RepositoryFiles): RepositoryFiles {
  const known: { listing?: Promise<readonly RepositoryFile[]> | undefined } = {};
  return {
    async list(signal) {
      known.listing ??= files.list(signal);
      const { listing } = known;
      try {
        return await listing;
      } catch (error) {
        known.listing = undefined;
        // Who listed first may have been cancelled, and who waited with it not.
        if (isFailure(error, 'cancelled') && signal?.aborted !== true) {
          return files.list(signal);
        }
        throw error;
      }
    },
    read: (path) => files.read(path),
  };
}
