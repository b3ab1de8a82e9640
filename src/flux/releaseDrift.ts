/**
 * What a HelmRelease says about drift of its objects: the condition `Drifted`, and when it may be believed. Reads what
 * the controller wrote; compares nothing itself.
 */
import { findCondition } from './fluxState.ts';
import { groupOf } from './kinds.ts';
import type { FluxObject } from './objects.ts';
import { atLeastVersion } from './fluxVersion.ts';

export interface DriftedObject {
  readonly kind: string;
  /** `''` for cluster-scoped objects, whose line has no namespace. */
  readonly namespace: string;
  readonly name: string;
  /** `removed`: it is gone from the cluster. `excluded`: left out of detection by an annotation, so no drift. */
  readonly change: 'changed' | 'removed' | 'excluded';
  /** Fields added, changed and removed to correct it; `undefined` unless `change` is `changed`. */
  readonly fields: { readonly added: number; readonly changed: number; readonly removed: number } | undefined;
}

/**
 * - `none`: the controller compared and found nothing
 * - `notMonitored`: `spec.driftDetection` is absent or disabled
 * - `notReported`: detection is on, but this Flux (before 2.9) has no such condition; it is not "none"
 * - `notYet`: detection is on, the controller has not compared yet
 * - `notApplicable`: not a HelmRelease
 */
export type ReleaseDrift =
  | {
      readonly state: 'drifted';
      /** `enabled` corrects, `warn` only reports. */
      readonly mode: 'enabled' | 'warn';
      /** In the controller's order; `excluded` ones are no drift and are left to the caller. */
      readonly objects: readonly DriftedObject[];
      /** The controller's message in full; untrusted text. */
      readonly message: string;
    }
  | { readonly state: 'none' | 'notMonitored' | 'notReported' | 'notYet' | 'notApplicable' };

/**
 * `fluxVersion` is that of the installation (`2.9.5`), `undefined` when unknown; then a missing condition is `notYet`
 * only if nothing was deployed: a silent Flux must not look like a Flux that found no drift.
 */
export function releaseDrift(object: FluxObject, fluxVersion: string | undefined): ReleaseDrift {
  if (object.kind !== 'HelmRelease' || groupOf(object.apiVersion) !== 'helm.toolkit.fluxcd.io') {
    return { state: 'notApplicable' };
  }
  const mode = object.spec?.driftDetection?.mode;
  if (mode !== 'enabled' && mode !== 'warn') {
    // The condition stays behind when detection is switched off, and must not count then.
    return { state: 'notMonitored' };
  }
  const drifted = findCondition(object, 'Drifted');
  if (drifted?.status === 'True') {
    const message = drifted.message ?? '';
    return { state: 'drifted', mode, objects: parseDriftedObjects(message), message };
  }
  if (drifted?.status === 'False') {
    return { state: 'none' };
  }
  const reports = fluxVersion === undefined ? undefined : atLeastVersion(fluxVersion, 2, 9);
  if (reports !== undefined) {
    return { state: reports ? 'notYet' : 'notReported' };
  }
  return { state: findCondition(object, 'Released')?.status === 'True' ? 'notReported' : 'notYet' };
}

/**
 * One line an object, `Kind/namespace/name changed (1 additions, 2 changes, 0 removals)` (helm-controller
 * internal/diff/summarize.go). Lines of any other form, such as a last one cut off at the condition's maximum length,
 * are skipped.
 */
const driftedLine =
  /^(?<kind>[A-Za-z][A-Za-z0-9]*)\/(?:(?<namespace>[^/\s]+)\/)?(?<name>[^/\s]+) (?:(?<change>removed|excluded)|changed \((?<added>\d+) additions, (?<changed>\d+) changes, (?<removed>\d+) removals\))$/;

function parseDriftedObjects(message: string): DriftedObject[] {
  const objects: DriftedObject[] = [];
  for (const line of message.split('\n')) {
    const groups = driftedLine.exec(line.trim())?.groups;
    if (groups) {
      const { kind = '', namespace = '', name = '', change, added, changed, removed } = groups;
      objects.push({
        kind,
        namespace,
        name,
        change: change === 'removed' || change === 'excluded' ? change : 'changed',
        fields:
          change === undefined
            ? { added: Number(added), changed: Number(changed), removed: Number(removed) }
            : undefined,
      });
    }
  }
  return objects;
}
