/**
 * Objects as the embedded API server holds them: immutable JSON. Reads and writes single fields of JSON whose shape nobody
 * has checked, because tests also put hostile objects in. Must not know HTTP.
 */
import type { KubernetesObject, ObjectMeta } from '../../../src/flux/objects.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** An object of any kind, with the fields outside of spec and status (`data`, `rules`, `involvedObject`) reachable. */
export type ApiObject = KubernetesObject & JsonObject;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path of keys, `undefined` when a step is missing or no object. */
export function valueAt(from: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isJsonObject(value) ? value[key] : undefined), from);
}

export function stringAt(from: unknown, ...path: readonly string[]): string | undefined {
  const value = valueAt(from, ...path);
  return typeof value === 'string' ? value : undefined;
}

/** A copy with other metadata; fields given as `undefined` are left out, as JSON would. */
export function withMeta(
  object: ApiObject,
  changes: { readonly [K in keyof ObjectMeta]?: ObjectMeta[K] | undefined },
): ApiObject {
  const metadata = Object.fromEntries(
    Object.entries({ ...object.metadata, ...changes }).filter(([, value]) => value !== undefined),
  );
  return { ...object, metadata: metadata as unknown as ObjectMeta };
}

/** A copy without some top-level fields. */
export function without(object: JsonObject, ...fields: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([field]) => !fields.includes(field)));
}

/** A copy with another status. */
export function withStatus(object: ApiObject, status: JsonObject): ApiObject {
  return { ...object, status };
}

/** Equal as JSON: the order of keys does not count, `undefined` is absent. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  }
  if (isJsonObject(a) && isJsonObject(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].every((key) => sameJson(a[key], b[key]));
  }
  return a === b;
}
