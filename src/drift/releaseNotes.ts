/**
 * What a reader must know of the drift of a HelmRelease beside the objects: whether helm-controller looks for it at all, whether it
 * corrects it, and what does (internal/reconcile/state.go, atomic_release.go; spec drift 5.2 and 5.4). Reads status alone.
 */
import { latestSnapshot, type StoredRelease } from '../cluster/helmStorage.ts';
import { displayName } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import { asRecord, fieldAt } from '../flux/untyped.ts';
import type { RenderNote } from '../render/desired.ts';
import { approximate, information } from '../render/renderNote.ts';

/**
 * - `reconcile`: the controller puts back what it finds
 * - `upgrade`: it does not look; a forced upgrade applies the manifest anew
 * - `mode`: it looks and only tells. It forces an upgrade only of a release in which it finds no drift (atomic_release.go
 *   `actionForState`), so nothing but another mode helps
 */
export type Correction = 'reconcile' | 'upgrade' | 'mode';

export function correctionOf(live: FluxObject): Correction {
  switch (live.spec?.driftDetection?.mode) {
    case 'enabled':
      return 'reconcile';
    case 'warn':
      return 'mode';
    default:
      return 'upgrade';
  }
}

/** In the order in which they weigh. */
export function driftNotes(live: FluxObject, stored: StoredRelease): readonly RenderNote[] {
  const state = stateNote(live, stored);
  return [
    ...(state === undefined ? [] : [approximate(`${state} The comparison is with the manifest of ${nameOf(stored)}.`)]),
    ...suspendedNotes(live),
    ...modeNotes(live),
    ...(stored.applyMethod === 'csa'
      ? [
          information(
            'The release is applied on the client side: what was removed from the chart, and what stands beside its fields, is not seen.',
          ),
        ]
      : []),
  ];
}

function nameOf({ name, version }: StoredRelease): string {
  return `${name} v${version}`;
}

export function suspendedNotes(live: FluxObject): readonly RenderNote[] {
  return live.spec?.suspend === true
    ? [information('The HelmRelease is suspended: helm-controller corrects nothing until it is resumed.')]
    : [];
}

/** What `driftDetection.mode` means for who wants a drift corrected; empty where a reconcile corrects it. */
export function modeNotes(live: FluxObject): readonly RenderNote[] {
  const mode = live.spec?.driftDetection?.mode;
  switch (correctionOf(live)) {
    case 'reconcile':
      return [];
    case 'mode':
      return [
        information(
          'A reconcile only detects drift here (driftDetection.mode: warn) and corrects nothing, not even a forced one: ' +
            'with the mode enabled it does; without detection a forced upgrade does.',
        ),
      ];
    case 'upgrade':
      return [
        information(
          `helm-controller does not look for drift of this release (driftDetection.mode${mode === undefined ? ' is not set' : `: ${mode}`}): ` +
            'a reconcile corrects nothing; a forced upgrade does.',
        ),
      ];
  }
}

/** Why the controller would not compare, whatever the mode: another action is due first. The first that holds. */
function stateNote(live: FluxObject, stored: StoredRelease): string | undefined {
  const snapshot = latestSnapshot(live);
  if (snapshot === undefined) {
    return `Release ${displayName(stored)} was not made by this HelmRelease, which upgrades it first.`;
  }
  if (stored.foundBy === 'newest') {
    return `The release that the HelmRelease knows (v${snapshot.version ?? 0}) is gone from Helm's storage: helm-controller upgrades first.`;
  }
  if (stored.status.startsWith('pending-')) {
    return `The release is locked (${stored.status}): an action of Helm is under way, or was broken off.`;
  }
  if (stored.status === 'superseded' || stored.status === 'uninstalled' || stored.status === 'uninstalling') {
    return `The release was changed outside of Flux (v${stored.version} is ${stored.status}): helm-controller upgrades first.`;
  }
  if (stored.status === 'failed') {
    return 'The last action on the release has failed, so its objects may be of two revisions: helm-controller does not compare them.';
  }
  if (live.status?.observedGeneration !== undefined && live.status.observedGeneration !== live.metadata.generation) {
    return 'The HelmRelease has changed since helm-controller last looked at it: an upgrade is due first.';
  }
  return isUntested(live) ? 'The tests of the release have not run: helm-controller runs them first.' : undefined;
}

function isUntested(live: FluxObject): boolean {
  const hooks: unknown = fieldAt(latestSnapshot(live), 'testHooks');
  return fieldAt(live.spec, 'test', 'enable') === true && asRecord(hooks) === undefined;
}
