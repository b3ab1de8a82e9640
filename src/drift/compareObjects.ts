/**
 * What differs between an object as it lives and as it would be, by the rules of kustomize-controller and helm-controller (pkg/ssa
 * manager_diff.go `hasDrifted`), and at which fields. Pure; asks no cluster, knows nothing of Secrets.
 */
import { allSteps } from '../base/turns.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asRecord } from '../flux/untyped.ts';
import type { FieldPath } from '../render/desired.ts';
import type { FieldDifference } from './difference.ts';
import {
  type FieldOwner,
  type FieldTrie,
  fieldOwners,
  mergeKeysAt,
  nodeAt,
  unionOf,
  valueAt,
} from './managedFields.ts';
import { withoutFields } from './withoutFields.ts';

export type FieldChange = Pick<FieldDifference, 'path' | 'effect'>;

/** `drift`: what makes a controller apply an object. `all`: what an apply also changes on the way: owners, finalizers. */
export type ComparedPart = 'drift' | 'all';

/** Set by the server alone, at each write or for good. */
const ownedByServer: ReadonlySet<string> = new Set([
  'managedFields',
  'resourceVersion',
  'generation',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
]);

/** Empty where the controller would see no difference. Paths of list items are positions in `live`, of added ones in `next`. */
export function compareObjects(
  live: KubernetesObject,
  next: KubernetesObject,
  part: ComparedPart = 'drift',
): readonly FieldChange[] {
  return allSteps(compareSteps(live, next, part));
}

/** The same in steps, for objects with thousands of fields: see `Turns`. */
export function* compareSteps(
  live: KubernetesObject,
  next: KubernetesObject,
  part: ComparedPart = 'drift',
): Generator<void, readonly FieldChange[]> {
  for (const object of [live, next]) {
    fieldOwners(object); // read once, and known from then on
    yield;
  }
  const owned = ownedByEither(live, next);
  yield;
  const changes: FieldChange[] = [];
  compareValues(comparedPart(live, part), comparedPart(next, part), owned, [], changes);
  return changes;
}

/** A prediction compares the same two again and again, and large objects have thousands of fields. */
const knownUnions = new WeakMap<readonly FieldOwner[], WeakMap<readonly FieldOwner[], FieldTrie>>();

function ownedByEither(live: KubernetesObject, next: KubernetesObject): FieldTrie {
  const [ofLive, ofNext] = [fieldOwners(live), fieldOwners(next)];
  const unions = knownUnions.get(ofLive) ?? new WeakMap<readonly FieldOwner[], FieldTrie>();
  knownUnions.set(ofLive, unions);
  const union = unions.get(ofNext) ?? unionOf([...ofLive, ...ofNext].map(({ fields }) => fields));
  unions.set(ofNext, union);
  return union;
}

function comparedPart(object: KubernetesObject, part: ComparedPart): Readonly<Record<string, unknown>> {
  const fields = asRecord(object) ?? {};
  const { labels, annotations, ...others } = asRecord(fields['metadata']) ?? {};
  return {
    ...distinctMetrics(object, withoutFields(fields, new Set(['metadata', 'status']))),
    metadata: { labels, annotations, ...(part === 'all' ? withoutFields(others, ownedByServer) : {}) },
  };
}

/**
 * Servers before 1.27 answer a dry-run of a HorizontalPodAutoscaler with a metric twice and an empty one (kubernetes issue 118293;
 * pkg/ssa/normalize `DryRunUnstructured`).
 */
function distinctMetrics(
  object: KubernetesObject,
  rest: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const spec = asRecord(rest['spec']);
  const metrics = asList(spec?.['metrics']);
  if (object.kind !== 'HorizontalPodAutoscaler' || metrics === undefined) {
    return rest;
  }
  const distinct = metrics.filter(
    (metric, at) =>
      (asRecord(metric)?.['type'] ?? '') !== '' && metrics.findIndex((other) => isSame(metric, other)) === at,
  );
  return { ...rest, spec: { ...spec, metrics: distinct } };
}

/**
 * As Go compares what it has read of JSON (apimachinery `Semantic.DeepEqual` of unstructured content): an empty list or map is not
 * the same as none. Labels and annotations are typed maps there, where it is.
 */
function compareValues(
  live: unknown,
  next: unknown,
  owned: FieldTrie | undefined,
  path: FieldPath,
  changes: FieldChange[],
): void {
  const isNamed = path.length === 2 && path[0] === 'metadata' && (path[1] === 'labels' || path[1] === 'annotations');
  const [oldMap, newMap] = [live, next].map((value) => asRecord(value) ?? (isNamed ? {} : undefined));
  if (oldMap && newMap) {
    for (const key of new Set([...Object.keys(oldMap), ...Object.keys(newMap)])) {
      compareValues(valueAt(oldMap, key), valueAt(newMap, key), nodeAt(owned, oldMap, key), [...path, key], changes);
    }
    return;
  }
  const [oldList, newList] = [asList(live), asList(next)];
  if (oldList && newList) {
    compareLists(oldList, newList, owned, path, changes);
  } else if (live !== next) {
    changes.push({ path, effect: live === undefined ? 'add' : next === undefined ? 'remove' : 'replace' });
  }
}

function compareLists(
  live: readonly unknown[],
  next: readonly unknown[],
  owned: FieldTrie | undefined,
  path: FieldPath,
  changes: FieldChange[],
): void {
  const keys = mergeKeysAt(owned);
  const [old, young] = [live, next].map((items) => namedItems(items, owned, keys));
  if (!old || !young) {
    if (live.length !== next.length || !live.every((item, at) => isSame(item, next[at]))) {
      changes.push({ path, effect: 'replace' }); // a list that is written as a whole
    }
    return;
  }
  const before = changes.length;
  for (const [name, at] of old) {
    const now = young.get(name);
    if (now === undefined) {
      changes.push({ path: [...path, at], effect: 'remove' });
    } else {
      compareValues(live[at], next[now], nodeAt(owned, live, at), [...path, at], changes);
    }
  }
  const added = [...young].filter(([name]) => !old.has(name));
  changes.push(...added.map(([, at]): FieldChange => ({ path: [...path, at], effect: 'add' })));
  if (changes.length === before && !sameOrder([...old.keys()], [...young.keys()])) {
    changes.push({ path, effect: 'replace' });
  }
}

function isSame(a: unknown, b: unknown): boolean {
  const changes: FieldChange[] = [];
  compareValues(a, b, undefined, [], changes);
  return changes.length === 0;
}

/** The controllers compare lists in their order, and an apply puts it back. */
function sameOrder(old: readonly string[], young: readonly string[]): boolean {
  return old.length === young.length && old.every((name, at) => name === young[at]);
}

/** Positions by name; `undefined` for a list whose items have none, or several the same. */
function namedItems(
  items: readonly unknown[],
  owned: FieldTrie | undefined,
  keys: readonly string[] | undefined,
): ReadonlyMap<string, number> | undefined {
  const isSet = [...(owned?.below.keys() ?? [])].some((step) => step.startsWith('v:'));
  if (!keys && !isSet) {
    return undefined;
  }
  const names = items.map((item) => JSON.stringify(keys ? keys.map((key) => valueAt(item, key) ?? null) : item));
  const named = new Map(names.map((name, at) => [name, at]));
  return named.size === items.length ? named : undefined;
}
