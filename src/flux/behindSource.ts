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
      /** Newest revision that really runs; `undefined` when none was ever deployed. */
      readonly deployed: string | undefined;
      readonly available: string;
    };

const level: BehindSource = { behind: false };

/**
 * `source` is the object that `sourceOf(object)` names, `undefined` when it is not known; then, and while the object is
 * being reconciled or deleted, nothing is behind. A suspended object can be behind: it is not being reconciled.
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
  if (object.kind === 'HelmRelease') {
    return compareRelease(object, available);
  }
  if (object.kind === 'Kustomization') {
    return verdict(object.status?.lastAppliedRevision, available);
  }
  return level;
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

function compareRelease(release: FluxObject, available: string): BehindSource {
  const deployed = deployedRevision(release);
  const { ociDigest = '' } = deployedSnapshot(release) ?? {};
  if (ociDigest !== '' && parseRevision(available).digest !== undefined) {
    // The digest of the OCI artifact, kept beside the version, is exact where the version's suffix may be switched off.
    return sameRevision(ociDigest, available) ? level : { behind: true, deployed, available };
  }
  return verdict(deployed, available);
}

function verdict(deployed: string | undefined, available: string): BehindSource {
  return sameRevision(deployed, available) ? level : { behind: true, deployed, available };
}
