/**
 * Which values a chart is rendered with, and where each of them comes from. Pure: the layers have been read and merged by the
 * engine; only the last step, Helm laying the result over the chart's own values, is told again here, leaf by leaf.
 */
import { isDeepStrictEqual } from 'node:util';
import { asRecord } from '../flux/untyped.ts';
import type { EffectiveValue, FieldPath, ValueOrigin } from './desired.ts';
import type { JsonObject } from './engineProtocol.ts';
import { mask, maskDifferences, maskLeaves } from './maskDifferences.ts';

/** One source of values, with what it alone would give. */
export interface ValueLayer {
  readonly origin: ValueOrigin;
  readonly values: JsonObject;
}

export interface LayeredValues {
  /** The chart's own, the weakest first. */
  readonly chart: readonly ValueLayer[];
  /** What the HelmRelease gives, the weakest first: `valuesFrom` in its order, then inline. */
  readonly release: readonly ValueLayer[];
  /** The second kind merged, as helm-controller gives them to Helm. */
  readonly merged: JsonObject;
}

/**
 * Every leaf with its origin, sorted as the chart has its keys and then as the release has them. A list is one value, and so
 * is an empty map. A `null` takes a value of the chart away: it is given with who said so. Values of the chart's dependencies
 * that nothing sets are not among them.
 */
export function effectiveValues(values: LayeredValues): readonly EffectiveValue[] {
  const defaults = values.chart.reduce<JsonObject>((below, { values: above }) => mergeOver(below, above), {});
  return leavesOf(values.merged, defaults, []).map(({ path, value, fromChart }) => ({
    path,
    value,
    origin: originOf(path, value, fromChart ? values.chart : values.release),
  }));
}

/**
 * The same, fit to be shown: masked is what comes from a Secret, and what differs in `scrambled`, the merged values of a render
 * with scrambled secrets. `undefined`: there is no such render although Secrets took part, so nothing of the release is shown.
 */
export function maskValues(
  values: readonly EffectiveValue[],
  scrambled: JsonObject | undefined,
): readonly EffectiveValue[] {
  return values.map((one) => {
    if (one.origin.from === 'chart') {
      return one;
    }
    const path = scrambled === undefined ? one.path : maskKeys(one.path, scrambled);
    return one.origin.from === 'Secret' || scrambled === undefined
      ? { ...one, path, value: hide(one.value) }
      : { ...one, path, value: maskDifferences(one.value, valueAt(scrambled, one.path)).value };
  });
}

/** A key that the values with scrambled secrets have not comes from a Secret, and so may all below it. */
function maskKeys(path: FieldPath, scrambled: JsonObject): FieldPath {
  const known = path.findIndex((_key, index) => valueAt(scrambled, path.slice(0, index + 1)) === undefined);
  return known < 0 ? path : path.map((key, index) => (index < known ? key : mask));
}

function hide(value: unknown): unknown {
  return Array.isArray(value) && value.length > 0 ? mask : maskLeaves(value, []).value;
}

interface Leaf {
  readonly path: FieldPath;
  readonly value: unknown;
  readonly fromChart: boolean;
}

/** As Helm coalesces (helm pkg/chart/common/util/coalesce.go): the release wins, maps are merged, the chart's nulls are nothing. */
function leavesOf(above: JsonObject, below: JsonObject, path: FieldPath): Leaf[] {
  const keys = new Set([...Object.keys(below), ...Object.keys(above)]);
  return [...keys].flatMap((key) => {
    const at = [...path, key];
    const upper = above[key];
    const lower = below[key];
    if (!Object.hasOwn(above, key)) {
      return lower === null ? [] : leavesBelow(lower, at, true);
    }
    const upperMap = asRecord(upper);
    const lowerMap = asRecord(lower);
    return upperMap && lowerMap && Object.keys(upperMap).length + Object.keys(lowerMap).length > 0
      ? leavesOf(upperMap, lowerMap, at)
      : leavesBelow(upper, at, false);
  });
}

function leavesBelow(value: unknown, path: FieldPath, fromChart: boolean): Leaf[] {
  const map = asRecord(value);
  if (map === undefined || Object.keys(map).length === 0) {
    return [{ path, value, fromChart }];
  }
  return Object.entries(map)
    .filter(([, item]) => !(fromChart && item === null))
    .flatMap(([key, item]) => leavesBelow(item, [...path, key], fromChart));
}

/**
 * The strongest layer whose own value is the one that came out. Where none has it, because a `targetPath` reached into a
 * list, it is that of the strongest layer that says anything there.
 */
function originOf(path: FieldPath, value: unknown, layers: readonly ValueLayer[]): ValueOrigin {
  const strongestFirst = [...layers].reverse();
  const own = strongestFirst.find((layer) => isDeepStrictEqual(valueAt(layer.values, path), value));
  const any = own ?? strongestFirst.find((layer) => valueAt(layer.values, path) !== undefined);
  return any?.origin ?? strongestFirst.at(0)?.origin ?? { from: 'inline' };
}

function valueAt(values: unknown, path: FieldPath): unknown {
  let here = values;
  for (const key of path) {
    const map = asRecord(here);
    if (map === undefined || !Object.hasOwn(map, key)) {
      return undefined;
    }
    here = map[key];
  }
  return here;
}

/** Values files over each other: maps are merged, everything else replaces (fluxcd/pkg chartutil MergeMaps). */
function mergeOver(below: JsonObject, above: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const lower = asRecord(merged[key]);
    const upper = asRecord(value);
    merged[key] = lower && upper && Object.hasOwn(merged, key) ? mergeOver(lower, upper) : value;
  }
  return merged;
}
