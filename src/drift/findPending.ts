/**
 * Which Kustomizations and HelmReleases have files at HEAD of a clone that are others than those that were applied. One look at
 * clones; neither fetches nor asks a cluster.
 */
import { type Failure, isFailure } from '../base/failure.ts';
import type { ObjectKey } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import { sameRepository } from '../flux/repositoryUrl.ts';
import { type AppliedCommit, appliedCommit, type PendingSubject } from './appliedCommit.ts';
import { type Clone, ClonedCommits } from './clonedCommits.ts';
import { type CommitPair, pendingBuildFiles, pendingStatements } from './pendingFiles.ts';

/** Whether the files that an object is made of are others at HEAD of the clone than in the commit that was applied. */
export type PendingChange =
  | {
      readonly state: 'pending';
      /** Those that differ, from the top of the repository, sorted. */
      readonly files: readonly string[];
      /** Ids of commits. */
      readonly applied: string;
      readonly head: string;
    }
  /** The clone does not have the commit that was applied. */
  | { readonly state: 'notFetched'; readonly applied: string };

export interface PendingOptions {
  readonly signal: AbortSignal;
  readonly onFailure: (failure: Failure) => void;
}

/**
 * By key; what is not there is level, or nobody can tell. `onFailure` hears why, where Git fails for some of them: a partial clone
 * lacks files of one commit and has those of another. Throws `Failure('cancelled')`.
 */
export async function findPending(
  subjects: readonly PendingSubject[],
  clones: readonly Clone[],
  { signal, onFailure }: PendingOptions,
): Promise<Map<ObjectKey, PendingChange>> {
  const commits = new ClonedCommits(signal);
  const built: BuiltFiles = new Map();
  const found = new Map<ObjectKey, PendingChange>();
  try {
    for (const subject of subjects) {
      try {
        const wanted = appliedCommit(subject);
        const change = wanted && (await changeOf({ subject, ...wanted }, clones, { commits, built }));
        if (change) {
          found.set(subject.key, change);
        }
      } catch (error) {
        if (!isFailure(error) || error.reason === 'cancelled') {
          throw error;
        }
        onFailure(error);
      }
    }
    return found;
  } finally {
    commits.dispose();
  }
}

async function changeOf(
  { subject, commit, url }: AppliedCommit & { readonly subject: PendingSubject },
  clones: readonly Clone[],
  { commits, built }: { readonly commits: ClonedCommits; readonly built: BuiltFiles },
): Promise<PendingChange | undefined> {
  const own =
    url === undefined ? clones : clones.filter(({ remotes }) => remotes.some((one) => sameRepository(one, url)));
  for (const clone of own) {
    const pair = await commits.pair(clone, commit);
    if (pair === 'same' || pair === 'headIsOlder') {
      return undefined;
    }
    if (pair !== 'notFetched') {
      const files = await pendingFilesOf(subject, pair, built);
      return files.length === 0 ? undefined : { state: 'pending', files, applied: commit, head: clone.head };
    }
  }
  // Where no clone of that repository is open, nobody can tell.
  const inTouch = url === undefined ? [] : await Promise.all(own.map((clone) => commits.hasFetched(clone)));
  return inTouch.includes(true) ? { state: 'notFetched', applied: commit } : undefined;
}

/** Hundreds of releases have one owner. By the pair and the place in it. */
type BuiltFiles = Map<CommitPair, Map<string, Promise<readonly string[]>>>;

function builtFiles(kustomization: FluxObject, pair: CommitPair, built: BuiltFiles): Promise<readonly string[]> {
  const place = JSON.stringify([kustomization.spec?.path, kustomization.spec?.['components']]);
  const ofPair = built.get(pair) ?? new Map<string, Promise<readonly string[]>>();
  built.set(pair, ofPair);
  const files = ofPair.get(place) ?? pendingBuildFiles(kustomization, pair);
  ofPair.set(place, files);
  return files;
}

/** What the build reads, and the file that states the object itself. */
async function pendingFilesOf(
  { object, owner }: PendingSubject,
  pair: CommitPair,
  built: BuiltFiles,
): Promise<readonly string[]> {
  if (pair.differing.length === 0) {
    return [];
  }
  const own = object.kind === 'Kustomization' ? await builtFiles(object, pair, built) : [];
  const owners = owner?.kind === 'Kustomization' ? await builtFiles(owner, pair, built) : [];
  return [...new Set([...own, ...(await pendingStatements(object, owners, pair))])].sort();
}
