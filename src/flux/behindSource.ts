/**
 * Whether what is deployed is older than what its source offers. Compares two objects as they are now; the grace period
 * after a push is the caller's, because it needs a clock.
 */
import { fluxState } from './fluxState.ts';
import type { FluxObject, ReleaseSnapshot } from './objects.ts';
import { parseRevision, sameRevision } from './revision.ts';

export type BehindSource =
  | { readonly behind: false }
  | {
      readonly behind: true;
      /** Newest revision that really runs. */
      readonly deployed: string;
      readonly available: string;
    };

const level: BehindSource = { behind: false };

/**
 * `source` is the object that `sourceOf(object)` names, `undefined` when it is not known; then, and while the object is
 * being reconciled or deleted, nothing is behind. A suspended object can be behind: it is not being reconciled. Where
 * nothing runs yet there is nothing to be behind: what fails or waits on its first day says so by its state.
 */
export function behindSource(object: FluxObject, source: FluxObject | undefined): BehindSource {
  const available = source?.status?.artifact?.revision ?? '';
  if (available === '') {
    return level;
  }
  const state = fluxState(object);
  if (state.underlying === 'terminating' || (state.underlying === 'progressing' && !state.suspended)) {
    return level;
  }
  const deployed = deployedRevision(object) ?? '';
  if (deployed === '' || (object.kind !== 'HelmRelease' && object.kind !== 'Kustomization')) {
    return level;
  }
  // The digest of the OCI artifact, kept beside the version, is exact where the version's suffix may be switched off.
  const { ociDigest = '' } = deployedSnapshot(object) ?? {};
  const exact = ociDigest !== '' && parseRevision(available).digest !== undefined ? ociDigest : deployed;
  return sameRevision(exact, available) ? level : { behind: true, deployed, available };
}

/** When the source got what it offers now, in milliseconds since the epoch; the begin of the caller's grace period. */
export function behindSince(source: FluxObject): number | undefined {
  const time = Date.parse(source.status?.artifact?.lastUpdateTime ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/**
 * The newest snapshot of a release that runs. Not simply the first: the controller sorts them, but a failed attempt comes
 * before the deployed one, and after a rollback the newest one runs an old chart.
 */
export function deployedSnapshot(release: FluxObject): ReleaseSnapshot | undefined {
  return (release.status?.history ?? [])
    .filter((snapshot) => snapshot.status === 'deployed')
    .reduce<ReleaseSnapshot | undefined>(
      (newest, snapshot) => ((snapshot.version ?? 0) > (newest?.version ?? -1) ? snapshot : newest),
      undefined,
    );
}

/** What is deployed as text: a Kustomization's revision, a release's chart version; `undefined` when nothing is. */
export function deployedRevision(object: FluxObject): string | undefined {
  if (object.kind !== 'HelmRelease') {
    return object.status?.lastAppliedRevision;
  }
  // v2beta1 has no history, but counts only applied revisions here (hc v0.36 api/v2beta1).
  return object.status?.history ? deployedSnapshot(object)?.chartVersion : object.status?.lastAppliedRevision;
}
