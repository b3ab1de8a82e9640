/**
 * Which commit of which repository an object's files were applied from, as far as the cluster says it. Data in, data out; what a
 * clone knows of that commit is asked elsewhere.
 */
import type { ObjectKey } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import { parseRevision } from '../flux/revision.ts';

/** An object, and the Kustomizations and sources that its files come by; as the store has them. */
export interface PendingSubject {
  readonly key: ObjectKey;
  readonly object: FluxObject;
  /** The Kustomization that applied it; `undefined` where it was applied by something else, or is not to be seen. */
  readonly owner: FluxObject | undefined;
  /** Of the Kustomization itself, or of the owner of a release. */
  readonly source: FluxObject | undefined;
}

export interface AppliedCommit {
  /** The id of the commit that was applied. */
  readonly commit: string;
  /** Of the repository; `undefined` where nothing says it, and the commit's id alone must be found. */
  readonly url: string | undefined;
}

/**
 * A Kustomization's files are those of its own last apply, a release's those of the Kustomization that applied it: a chart has a
 * version, not a commit. `undefined` where no commit is known.
 */
export function appliedCommit({ object, owner, source }: PendingSubject): AppliedCommit | undefined {
  const applier = object.kind === 'Kustomization' ? object : owner;
  if (applier?.kind !== 'Kustomization') {
    return undefined;
  }
  const isGit = applier.spec?.sourceRef?.kind === 'GitRepository';
  const { status = {} } = applier;
  const revision = isGit ? status.lastAppliedRevision : status.lastAppliedOriginRevision;
  const { algorithm, digest } = parseRevision(revision ?? '');
  if (digest === undefined || !/^[0-9a-f]{40,64}$/.test(digest) || (algorithm !== 'sha1' && algorithm !== 'sha256')) {
    return undefined;
  }
  const url = isGit ? source?.spec?.url : source?.status?.artifact?.metadata?.['org.opencontainers.image.source'];
  // Of Git without its address it could be any repository: a clone of another one would be told to fetch in vain.
  return isGit && url === undefined ? undefined : { commit: digest, url };
}

/** Equal texts mean that another look at the same clones would find the same. */
export function pendingQuestion(subjects: readonly PendingSubject[]): string {
  const questions = subjects.map((subject) => {
    const { commit, url } = appliedCommit(subject) ?? {};
    const builds = [subject.object, subject.owner].flatMap((one) => [one?.spec?.path, one?.spec?.['components']]);
    return commit === undefined ? [] : [subject.key, commit, url, ...builds];
  });
  return JSON.stringify(questions);
}
