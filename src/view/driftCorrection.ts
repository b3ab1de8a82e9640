/**
 * What really corrects a drift (spec drift 5.2, 5.4). kustomize-controller applies everything with each reconcile; helm-controller
 * looks for drift in two modes, corrects it in one, and cannot put back a Secret at all; it forces an upgrade only of a release in
 * which it finds no drift (internal/reconcile/atomic_release.go). Decides; does nothing.
 */
import type { Comparison } from '../drift/difference.ts';
import { correctionOf, modeNotes, suspendedNotes } from '../drift/releaseNotes.ts';
import { suspendedNote } from '../drift/suspendNotes.ts';
import type { FluxObject } from '../flux/objects.ts';
import type { RenderNote } from '../render/desired.ts';

export type DriftCorrection = {
  /** Messages of notes of the comparison that say no more than `detail`: who shows both says it twice. */
  readonly repeats?: readonly string[];
} & (
  | { readonly by: 'reconcile' | 'force'; readonly title: string; readonly detail: string }
  /** `detail` says why there is nothing to press. */
  | { readonly by: 'none'; readonly detail: string }
);

export const correctionTitles = { reconcile: 'Reconcile now', force: 'Force an upgrade' } as const;

/** `may`: whether this user may change the object at all. */
export function driftCorrection(
  owner: FluxObject,
  { objects }: Pick<Comparison, 'objects'>,
  may: { readonly readOnly: boolean; readonly mayPatch: boolean | undefined },
): DriftCorrection {
  const drifted = objects.filter(({ change }) => change !== 'none' && change !== 'skip' && change !== 'unknown');
  if (drifted.length === 0) {
    return none('Nothing drifted.');
  }
  if (may.readOnly) {
    return none('The setting driftline.readOnly is on: Driftline changes nothing.');
  }
  if (may.mayPatch === false) {
    return none(`You have no right to reconcile this ${owner.kind}.`);
  }
  if (owner.spec?.suspend === true) {
    return {
      ...none('It is suspended: resume it first, which corrects the drift.'),
      repeats: messages([...suspendedNotes(owner), suspendedNote('Kustomization')]),
    };
  }
  return owner.kind === 'Kustomization'
    ? reconcile('Flux applies all objects again, which corrects the drift.')
    : releaseCorrection(owner, drifted);
}

function releaseCorrection(owner: FluxObject, drifted: Comparison['objects']): DriftCorrection {
  switch (correctionOf(owner)) {
    case 'upgrade':
      return {
        by: 'force',
        title: correctionTitles.force,
        detail: 'Drift detection is off: a reconcile finds nothing to do, a forced upgrade corrects the drift.',
        repeats: messages(modeNotes(owner)),
      };
    case 'mode':
      return {
        ...none(
          'Drift detection only warns: nothing corrects the drift, neither a reconcile nor a forced upgrade, until driftDetection.mode is enabled.',
        ),
        repeats: messages(modeNotes(owner)),
      };
    case 'reconcile':
      return correctionOfDetected(drifted);
  }
}

/** One that is gone is created anew; one that was changed is patched with masked values, which fails each time. */
function correctionOfDetected(drifted: Comparison['objects']): DriftCorrection {
  const secrets = drifted.filter(({ id, change }) => id.kind === 'Secret' && id.group === '' && change !== 'create');
  if (secrets.length === 0) {
    return reconcile('Drift detection is enabled: a reconcile corrects the drift.');
  }
  return secrets.length === drifted.length
    ? none('helm-controller detects a changed Secret and cannot put it back; one that is deleted it creates anew.')
    : reconcile('A reconcile corrects the drift, but for Secrets, which helm-controller detects and cannot put back.');
}

function messages(notes: readonly RenderNote[]): readonly string[] {
  return notes.map(({ message }) => message);
}

function reconcile(detail: string): DriftCorrection {
  return { by: 'reconcile', title: correctionTitles.reconcile, detail };
}

function none(detail: string): DriftCorrection {
  return { by: 'none', detail };
}
