/**
 * The clones of the folders that are open, for a commit that a cluster applied and its source no longer has. Reads commits;
 * fetches none.
 */
import type { Disposables } from '../base/disposables.ts';
import { Failure, isFailure } from '../base/failure.ts';
import { readRemotes } from '../git/readRemotes.ts';
import type { RepositoryState } from '../render/desired.ts';
import type { LocalClone } from './appliedState.ts';
import { openCommit } from './openCommit.ts';

/** Whatever it opens ends with `owned`, which must outlive the states that it gives. */
export function localClone(roots: () => Promise<readonly string[]>, owned: Disposables): LocalClone {
  return {
    async commit(revision, signal) {
      for (const root of await roots()) {
        const state = await commitOf(root, revision, signal, owned);
        if (state) {
          return state;
        }
      }
      throw new Failure('notFound', `no folder that is open has commit ${revision.slice(0, 7)}`);
    },
  };
}

/** `undefined` where that folder has no such commit, or is no repository. */
async function commitOf(
  root: string,
  revision: string,
  signal: AbortSignal,
  owned: Disposables,
): Promise<RepositoryState | undefined> {
  const remotes = (await readRemotes(root)).flatMap(({ urls }) => urls);
  try {
    const { state, files } = await openCommit(root, revision, remotes, signal);
    owned.add(files);
    return state;
  } catch (error) {
    if (isFailure(error, 'notFound')) {
      return undefined;
    }
    throw error;
  }
}
