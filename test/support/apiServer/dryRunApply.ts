/**
 * What a server-side apply would make of an object, as far as a client's tests need it: maps are merged, lists with a key are
 * merged by it, what the manager applied before and no longer states goes. Pure, and smaller than the truth: no schema (which
 * lists have a key is guessed by their items), no defaults, no conflicts (always forced), no validation. What a comparison gives in
 * the end is tested on the real cluster.
 */
import { isDeepStrictEqual } from 'node:util';
import { type ApiObject, isJsonObject, type JsonObject, sameJson, valueAt, without, withMeta } from './apiObject.ts';

/** The fields by which Kubernetes' own lists are merged, in the order in which they are tried. */
const listKeys = ['name', 'containerPort', 'port', 'mountPath', 'key', 'ip', 'uid'] as const;

export interface DryRunApply {
  /** `undefined`: it would be created. */
  readonly live: ApiObject | undefined;
  readonly applied: ApiObject;
  readonly manager: string;
  /** As the API writes times. */
  readonly now: string;
}

/** The answer, with `managedFields`; without a `resourceVersion` where the object would be created. */
export function dryRunApply({ live, applied, manager, now }: DryRunApply): ApiObject {
  const sent = without(applied, 'status') as ApiObject;
  const entry = {
    manager,
    operation: 'Apply',
    apiVersion: applied.apiVersion,
    time: now,
    fieldsType: 'FieldsV1',
    fieldsV1: ownedFields(without(sent, 'apiVersion', 'kind')),
  };
  if (!live) {
    return withMeta(sent, { uid: 'dry-run', creationTimestamp: now, managedFields: [entry] });
  }
  const entries = live.metadata.managedFields ?? [];
  const isOwn = (one: unknown): boolean =>
    valueAt(one, 'manager') === manager && valueAt(one, 'operation') === 'Apply' && !valueAt(one, 'subresource');
  const others = entries.filter((one) => !isOwn(one));
  const before = valueAt(entries.find(isOwn), 'fieldsV1');
  const kept = dropFields(
    live,
    before,
    entry.fieldsV1,
    others.map((one) => valueAt(one, 'fieldsV1')),
  ) as ApiObject;
  const merged = merge(kept, sent) as ApiObject;
  const { uid, resourceVersion, creationTimestamp, generation } = live.metadata;
  const changed = !sameJson(without(merged, 'metadata', 'status'), without(live, 'metadata', 'status'));
  return withMeta(merged, {
    ...{ uid, resourceVersion, creationTimestamp },
    generation: generation !== undefined && changed ? generation + 1 : generation,
    managedFields: [...others, entry],
  });
}

/** In the notation of `managedFields`; an atomic list is one field. */
function ownedFields(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([key, item]): [string, unknown] => {
      const by = Array.isArray(item) ? keyOf(item) : undefined;
      if (by !== undefined) {
        return [`f:${key}`, itemFields(item as readonly JsonObject[], by)];
      }
      return [`f:${key}`, isJsonObject(item) ? ownedFields(item) : {}];
    }),
  );
}

function itemFields(items: readonly JsonObject[], by: string): JsonObject {
  return Object.fromEntries(items.map((item) => [itemKey(item, by), { '.': {}, ...ownedFields(item) }]));
}

function itemKey(item: JsonObject, by: string): string {
  return `k:${JSON.stringify({ [by]: item[by] })}`;
}

/** `undefined` for a list without one, which is replaced as a whole. */
function keyOf(...lists: readonly (readonly unknown[])[]): string | undefined {
  const items = lists.flat();
  return items.length === 0
    ? undefined
    : listKeys.find((key) => items.every((item) => isJsonObject(item) && item[key] !== undefined));
}

/** Takes away what was owned before, is owned no more, and by nobody else. */
function dropFields(value: unknown, before: unknown, after: unknown, others: readonly unknown[]): unknown {
  if (!isJsonObject(before)) {
    return value;
  }
  const owned = (field: string): boolean =>
    [after, ...others].some((fields) => isJsonObject(fields) && fields[field] !== undefined);
  const below = (item: unknown, field: string): unknown =>
    dropFields(
      item,
      before[field],
      valueAt(after, field),
      others.map((fields) => valueAt(fields, field)),
    );
  if (Array.isArray(value)) {
    const fieldOf = (item: unknown): string | undefined =>
      Object.keys(before).find((field) => field.startsWith('k:') && matches(item, field.slice(2)));
    return value.flatMap((item: unknown): unknown[] => {
      const field = fieldOf(item);
      return field === undefined ? [item] : owned(field) ? [below(item, field)] : [];
    });
  }
  if (!isJsonObject(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]): [string, unknown][] => {
      const field = `f:${key}`;
      if (before[field] === undefined) {
        return [[key, item]];
      }
      return owned(field) ? [[key, below(item, field)]] : [];
    }),
  );
}

function matches(item: unknown, key: string): boolean {
  const wanted = JSON.parse(key) as JsonObject;
  return isJsonObject(item) && Object.entries(wanted).every(([name, value]) => isDeepStrictEqual(item[name], value));
}

function merge(live: unknown, applied: unknown): unknown {
  if (isJsonObject(live) && isJsonObject(applied)) {
    const result = new Map<string, unknown>(Object.entries(live));
    for (const [key, value] of Object.entries(applied)) {
      result.set(key, merge(result.get(key), value));
    }
    return Object.fromEntries(result);
  }
  if (!Array.isArray(live) || !Array.isArray(applied)) {
    return applied;
  }
  const by = keyOf(live, applied);
  if (by === undefined) {
    return applied;
  }
  const items = applied as readonly JsonObject[];
  const old = live as readonly JsonObject[];
  const merged = old.map((item) => {
    const same = items.find((one) => isDeepStrictEqual(one[by], item[by]));
    return same ? merge(item, same) : item;
  });
  return [...merged, ...items.filter((item) => !old.some((one) => isDeepStrictEqual(one[by], item[by])))];
}
