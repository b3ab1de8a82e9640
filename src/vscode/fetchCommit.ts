/** Fetches the commit that a cluster has applied into the open clones of its repository, and says so where it is still not there. */
import * as vscode from 'vscode';
import { Failure, isFailure } from '../base/failure.ts';
import { appliedCommit } from '../drift/appliedCommit.ts';
import { pendingSubjects } from '../drift/pendingSubjects.ts';
import type { ObjectKey } from '../flux/objectKey.ts';
import { sameRepository } from '../flux/repositoryUrl.ts';
import { readRemotes } from '../git/readRemotes.ts';
import type { ClusterViews } from './clusterViews.ts';
import type { OpenClones } from './openClones.ts';

/** Throws a Failure. */
export async function fetchCommit(key: ObjectKey, views: ClusterViews, clones: OpenClones): Promise<void> {
  const session = views.open?.session;
  const subject = session && pendingSubjects(session).find((one) => one.key === key);
  const applied = subject && appliedCommit(subject);
  if (!applied) {
    throw new Failure('notFound', 'the object has gone, or was applied from no commit');
  }
  const { commit, url } = applied;
  const roots = await clonesOf(url, await clones.roots());
  if (roots.length === 0) {
    throw new Failure('notFound', 'no folder that is open is a clone of its repository');
  }
  const title = `Fetching commit ${commit.slice(0, 7)}`;
  await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, async () => {
    for (const root of roots) {
      await clones.fetch(root);
    }
  });
  const has = await Promise.all(roots.map((root) => hasCommit(root, commit)));
  if (!has.includes(true)) {
    const where = `${roots.join(' and ')} ${roots.length === 1 ? 'was' : 'were'} fetched`;
    throw new Failure('notFound', `${where}, and commit ${commit.slice(0, 7)} is in no branch or tag of the remote`);
  }
}

async function clonesOf(url: string | undefined, roots: readonly string[]): Promise<readonly string[]> {
  const remotes = await Promise.all(roots.map((root) => readRemotes(root)));
  const isOf = (at: number): boolean =>
    url !== undefined && (remotes[at] ?? []).some(({ urls }) => urls.some((remote) => sameRepository(remote, url)));
  return roots.filter((_, at) => isOf(at));
}

async function hasCommit(root: string, commit: string): Promise<boolean> {
  const { resolveRevision } = await import('../drift/clonesBundle.ts');
  try {
    await resolveRevision(root, commit);
    return true;
  } catch (error) {
    if (isFailure(error, 'notFound')) {
      return false;
    }
    throw error;
  }
}
