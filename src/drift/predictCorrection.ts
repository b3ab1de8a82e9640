/**
 * What helm-controller makes of an object that has drifted, from the object as it lives and the answer of a dry-run (fluxcd/pkg/ssa
 * jsondiff `Unstructured`, helm-controller internal/action/diff.go `ApplyDiff`). Pure.
 */
import type { KubernetesObject } from '../flux/objects.ts';
import { compareObjects, type FieldChange } from './compareObjects.ts';
import { withFieldsOf, withoutPointers } from './ignoreRules.ts';

export interface Correction {
  /** Fields that count as drift, by their places in the live object. */
  readonly changes: readonly FieldChange[];
  /** As the controller leaves it; the live object itself where nothing counts. */
  readonly next: KubernetesObject;
}

/** `ignored`: JSON pointers. */
export function predictCorrection(
  live: KubernetesObject,
  dryRun: KubernetesObject,
  ignored: readonly string[],
): Correction {
  const drifted = compareObjects(withoutPointers(live, ignored), withoutPointers(dryRun, ignored));
  if (!drifted.some(countsAsDrift)) {
    return { changes: [], next: live };
  }
  // Not those of above: where an item of a list is ignored, what stands behind it has moved up there.
  const changes = compareObjects(live, withFieldsOf(dryRun, live, ignored)).filter(countsAsDrift);
  return { changes, next: corrected(live, dryRun, ignored) };
}

const detection = 'helm.toolkit.fluxcd.io/driftDetection';

/** Whether the object, desired or live, says to be left out: labels and annotations count alike, and the value in any case. */
export function isExcluded({ metadata: { labels = {}, annotations = {} } }: KubernetesObject): boolean {
  return [labels, annotations].some(
    (map) => Object.hasOwn(map, detection) && String(map[detection]).toLowerCase() === 'disabled',
  );
}

/** Labels and annotations that only live are anybody's: the controllers of Kubernetes add some. */
function countsAsDrift({ path, effect }: FieldChange): boolean {
  return path[0] !== 'metadata' || effect !== 'remove';
}

/** Labels and annotations are added to, the rest is as the dry-run has it, and what is ignored stays. */
function corrected(live: KubernetesObject, dryRun: KubernetesObject, ignored: readonly string[]): KubernetesObject {
  const { labels, annotations } = dryRun.metadata;
  const metadata = {
    ...live.metadata,
    labels: { ...live.metadata.labels, ...labels },
    annotations: { ...live.metadata.annotations, ...annotations },
  };
  const others = Object.entries(dryRun).filter(([key]) => key !== 'status' && key !== 'metadata');
  const status = live.status ? { status: live.status } : {};
  const next = { ...Object.fromEntries(others), metadata, ...status } as unknown as KubernetesObject;
  return withFieldsOf(next, live, ignored);
}
