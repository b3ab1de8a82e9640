/**
 * What another render of the same inputs gives differently: random texts, keys, certificates, times. Pure functions over two
 * renders; what made the difference is not asked.
 */
import type { KubernetesObject } from '../flux/objects.ts';
import { asRecord } from '../flux/untyped.ts';
import { counterparts } from './counterparts.ts';
import type { FieldPath } from './desired.ts';
import { mask } from './maskDifferences.ts';

/** Paths of `a` that `b` has otherwise or not at all. A list of another length is one path; what only `b` has is not told. */
export function unstablePaths(a: unknown, b: unknown, path: FieldPath = []): readonly FieldPath[] {
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    return a.flatMap((item, index) => unstablePaths(item, b[index], [...path, index]));
  }
  const left = asRecord(a);
  const right = asRecord(b);
  if (left && right) {
    return Object.entries(left).flatMap(([key, value]) =>
      Object.hasOwn(right, key) ? unstablePaths(value, right[key], [...path, key]) : [[...path, key]],
    );
  }
  return a === b ? [] : [path];
}

/**
 * The same for the objects of two renders, in the order of the first: each with the one of its name, and those whose name is
 * another each time by their order within a kind. An object without a counterpart is unstable as a whole: the empty path.
 */
export function unstableFields(
  first: readonly KubernetesObject[],
  second: readonly KubernetesObject[],
): readonly (readonly FieldPath[])[] {
  const others = counterparts(first, second);
  return first.map((object, index) => {
    const counterpart = others[index];
    return counterpart ? unstablePaths(object, counterpart) : [[]];
  });
}

/**
 * Paths of an object as they may be told of the same object with masks: a key that is masked is masked in the path too, and
 * the path ends with it. Each path once.
 */
export function shownPaths(paths: readonly FieldPath[], shown: unknown): readonly FieldPath[] {
  const told = paths.map((path) => shownPath(path, shown));
  return [...new Map(told.map((path) => [JSON.stringify(path), path])).values()];
}

/** Counting the keys of a large place takes long, and many paths may end there. What is shown does not change any more. */
const empty = new WeakMap<object, boolean>();

function isEmpty(place: object): boolean {
  const known = empty.get(place) ?? Object.keys(place).length === 0;
  empty.set(place, known);
  return known;
}

function shownPath(path: FieldPath, shown: unknown): FieldPath {
  const told: (string | number)[] = [];
  let place = shown;
  for (const key of path) {
    // Not by a search: there may be as many paths as the place has items.
    const items = Object(Array.isArray(place) ? place : (asRecord(place) ?? {})) as Readonly<Record<string, unknown>>;
    if (!Object.prototype.propertyIsEnumerable.call(items, key)) {
      // Below a value that is masked as a whole there is nothing to name.
      return isEmpty(items) ? told : [...told, mask];
    }
    told.push(key);
    place = items[key];
  }
  return told;
}
