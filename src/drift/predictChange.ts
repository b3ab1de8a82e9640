/**
 * What kustomize-controller makes of an object, from the object as it lives and the answer of a dry-run (pkg/ssa manager_apply.go
 * `ApplyAll`): what has drifted, what is cleaned up, what it passes over, and the object as it will be. Pure.
 */
import { allSteps } from '../base/turns.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { isBuiltIn } from './builtInKinds.ts';
import { type FieldChange, compareObjects, compareSteps } from './compareObjects.ts';
import type { FieldPath } from '../render/desired.ts';
import type { FieldDifference } from './difference.ts';
import { pointerPath, withFieldsOf, withoutPointers } from './ignoreRules.ts';
import { restoreDefaults } from './restoreDefaults.ts';
import { fieldOwners, lastWriter } from './managedFields.ts';
import { isCleanedUp, kustomizeController, withoutTakenBack } from './takenBack.ts';

export interface Drifting {
  readonly live: KubernetesObject;
  /** As the server answered. */
  readonly dryRun: KubernetesObject;
  /** `ssa: Merge`: nothing is cleaned up. */
  readonly mergesOnly: boolean;
  /** JSON pointers of `spec.ignore` that hold for this object. */
  readonly ignored: readonly string[];
  /** See `takenBack.ts`. */
  readonly overridden?: readonly string[] | undefined;
  /** The definition of a custom kind, where it was had: what a removed field returns to. */
  readonly definition?: KubernetesObject | undefined;
}

export interface Prediction {
  /** The live object itself where the controller changes nothing. */
  readonly next: KubernetesObject;
  /** Fields that it writes or removes. */
  readonly paths: readonly FieldDifference[];
}

export function predictChange(drifting: Drifting): Prediction {
  return allSteps(predictSteps(drifting));
}

/** The same in steps, for objects with thousands of fields: see `Turns`. */
export function* predictSteps(drifting: Drifting): Generator<void, Prediction> {
  const { live, dryRun, ignored, mergesOnly, overridden } = drifting;
  const drifted = yield* compareSteps(withoutPointers(live, ignored), withoutPointers(dryRun, ignored));
  const isCleaned = !mergesOnly && isCleanedUp(live, overridden);
  if (drifted.length === 0 && !isCleaned) {
    return { next: live, paths: [] };
  }
  yield;
  // What is passed over is applied as it lives, so that it is neither changed nor lost (`computeDriftedPaths`). Only what differs:
  // of what kubectl added and a dry-run keeps there is no trace in the request, and it goes.
  const kept = ignored.length === 0 ? dryRun : withEmptyTexts(withFieldsOf(dryRun, live, ignored), drifting);
  const left = isCleaned ? withoutTakenBack(live, kept, overridden) : kept;
  yield;
  const next = isCleaned ? restored(left, drifting) : left;
  yield;
  const changes = yield* compareSteps(live, next, 'all');
  yield;
  const shownByDryRun = yield* compareSteps(live, kept, 'all');
  yield;
  return { next, paths: differences(live, changes, shownByDryRun) };
}

/** Whether what the controller removes has defaults that only the definition of the kind tells. */
export function needsDefinition({ live, dryRun, mergesOnly, overridden }: Drifting): boolean {
  if (isBuiltIn(live.apiVersion) || mergesOnly || !isCleanedUp(live, overridden)) {
    return false;
  }
  const removed = compareObjects(dryRun, withoutTakenBack(live, dryRun, overridden));
  return removed.some(({ path }) => path[0] !== 'metadata');
}

/**
 * What is passed over and is not in the cluster is applied as nothing (pkg/ssa manager_apply.go `driftAdopt`), which a map of texts
 * takes for an empty one (measured with a ConfigMap's data).
 */
function withEmptyTexts(kept: KubernetesObject, { live, dryRun, ignored }: Drifting): KubernetesObject {
  return ignored.reduce((object, pointer) => {
    const path = pointerPath(pointer, live) === undefined ? pointerPath(pointer, dryRun) : undefined;
    if (!path || !isText(path, live)) {
      return object;
    }
    const source = path.reduceRight<unknown>((inside, key) => ({ [key]: inside }), '');
    return withFieldsOf(object, source, [pointer]);
  }, kept);
}

function isText(path: FieldPath, { apiVersion, kind }: KubernetesObject): boolean {
  const [first, second] = path;
  const isData = apiVersion === 'v1' && (kind === 'ConfigMap' || kind === 'Secret');
  return path.length === 2
    ? isData && (first === 'data' || first === 'binaryData')
    : path.length === 3 && first === 'metadata' && (second === 'labels' || second === 'annotations');
}

function restored(next: KubernetesObject, { dryRun, definition }: Drifting): KubernetesObject {
  return restoreDefaults({ next, answered: dryRun, definition });
}

function differences(
  live: KubernetesObject,
  changes: readonly FieldChange[],
  shownByDryRun: readonly FieldChange[],
): readonly FieldDifference[] {
  const owners = fieldOwners(live);
  const seen = new Set(shownByDryRun.map(({ path, effect }) => JSON.stringify([path, effect])));
  return changes.map(({ path, effect }) => {
    const writer = effect === 'add' ? undefined : lastWriter(owners, live, path, kustomizeController);
    const isTakenBack = !seen.has(JSON.stringify([path, effect]));
    return { path, effect, ...(writer && { writer }), ...(isTakenBack && { takenBack: true as const }) };
  });
}
