/**
 * Edits of single fields of an object, and the body that each of the API's ways to write would send for them. Data in, data
 * out: knows no server and nobody who writes.
 */
import type { ApiObject } from './apiClient.ts';

/** Keys and list positions from the root. */
export type EditPath = readonly (string | number)[];

/**
 * `append`: as a new item of a list, which need not be there. `set` makes the maps that are missing on the way. `whole` names the
 * ancestor that is one value to the API server: an apply has to state all of it.
 */
export type FieldEdit = { readonly path: EditPath; readonly whole?: EditPath } & (
  { readonly set: unknown } | { readonly append: unknown } | { readonly remove: true }
);

/** The ways of writing: content types of PATCH, and PUT. */
export type WriteWay = 'strategic' | 'merge' | 'json' | 'put' | 'apply';

type Json = Record<string, unknown>;

/** Lists whose items have a name of their own: `patchMergeKey` of the built-in kinds (k8s.io/api), map lists of the test's own. */
const itemKeys: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  ports: ['containerPort', 'port'],
  secrets: ['name'],
  hostAliases: ['ip'],
  items: ['name'],
  ownerReferences: ['uid'],
};

/** Sets of texts, which an apply states item by item. */
const textSets = ['finalizers', 'tags'];

/** The field that tells an item of a list from the others; `undefined` where the list is one value. */
export function itemKey(list: string | number | undefined, item: unknown): string | undefined {
  return isMap(item) ? itemKeys[String(list)]?.find((key) => key in item) : undefined;
}

export function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function valueAt(object: unknown, path: EditPath): unknown {
  return path.reduce<unknown>((value, key) => (value as Json | undefined)?.[key], object);
}

/** A copy with the edits made. */
export function edited<T>(object: T, edits: readonly FieldEdit[]): T {
  const copy = structuredClone(object);
  for (const edit of edits) {
    makeEdit(copy as unknown as Json, edit);
  }
  return copy;
}

function makeEdit(root: Json, edit: FieldEdit): void {
  const [last, parents] = [edit.path.at(-1)!, edit.path.slice(0, -1)];
  const parent = parents.reduce<Json>((value, key) => (value[key] ??= {}) as Json, root);
  if ('append' in edit) {
    const list = (parent[last] ??= []) as unknown[];
    list.push(edit.append);
  } else if ('set' in edit) {
    parent[last] = edit.set;
  } else if (Array.isArray(parent)) {
    parent.splice(Number(last), 1);
  } else {
    Reflect.deleteProperty(parent, last);
  }
}

/** What is sent to make one edit of `live`. For `apply` and `put` it is an object, else a patch. */
export function bodyOf(way: WriteWay, live: ApiObject, edits: readonly FieldEdit[]): unknown {
  switch (way) {
    case 'put':
      return edited(live, edits);
    case 'json':
      return edits.flatMap((edit, index) => jsonOperations(edited(live, edits.slice(0, index)), edit));
    case 'merge':
      return edits.reduce<unknown>((patch, edit) => merged(patch, mergePatch(live, edit)), {});
    case 'strategic':
      return edits.reduce<unknown>((patch, edit) => merged(patch, keyedPatch(live, edit)), {});
    case 'apply': {
      const { apiVersion, kind, metadata } = live;
      const place = { name: metadata.name, ...(metadata.namespace && { namespace: metadata.namespace }) };
      const fields = edits.map((edit) => keyedPatch(live, edit, true));
      return fields.reduce<unknown>((patch, part) => merged(patch, part), { apiVersion, kind, metadata: place });
    }
  }
}

/** RFC 6902: a parent that is missing has to be made first. */
function jsonOperations(live: ApiObject, edit: FieldEdit): unknown[] {
  const pointer = (path: EditPath) =>
    path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  const made = edit.path
    .slice(0, -1)
    .map((_, index) => edit.path.slice(0, index + 1))
    .filter((path) => valueAt(live, path) === undefined)
    .map((path) => ({ op: 'add', path: pointer(path), value: {} }));
  if ('remove' in edit) {
    return [{ op: 'remove', path: pointer(edit.path) }];
  }
  if ('set' in edit) {
    const op = valueAt(live, edit.path) === undefined ? 'add' : 'replace';
    return [...made, { op, path: pointer(edit.path), value: edit.set }];
  }
  return valueAt(live, edit.path) === undefined
    ? [...made, { op: 'add', path: pointer(edit.path), value: [edit.append] }]
    : [{ op: 'add', path: `${pointer(edit.path)}/-`, value: edit.append }];
}

/** RFC 7386: a list is sent whole. */
function mergePatch(live: ApiObject, edit: FieldEdit): unknown {
  const list = edit.path.findIndex((_, index) => Array.isArray(valueAt(live, edit.path.slice(0, index))));
  const path = list === -1 ? edit.path : edit.path.slice(0, list);
  const value = valueAt(edited(live, [edit]), path);
  return nested(path, value === undefined ? null : value);
}

/**
 * Strategic merge patch, and the fields of an apply: items of keyed lists by their key, other lists whole. An apply cannot
 * remove, and states atomic maps whole.
 */
function keyedPatch(live: ApiObject, edit: FieldEdit, apply = false): unknown {
  const after = edited(live, [edit]);
  const steps: ((value: unknown) => unknown)[] = [];
  let path: EditPath = [];
  for (const key of edit.path) {
    const list = valueAt(live, path);
    if (Array.isArray(list)) {
      const item = list[Number(key)] as unknown;
      const name = itemKey(path.at(-1), item);
      if (name === undefined) {
        return wrapped(steps, valueAt(after, path));
      }
      const keys = itemIdentity(item as Json, name);
      if ('remove' in edit && path.length === edit.path.length - 1) {
        return wrapped(steps, [{ $patch: 'delete', ...keys }]);
      }
      steps.push((value) => [{ ...keys, ...(value as Json) }]);
    } else {
      steps.push((value) => ({ [key]: value }));
    }
    path = [...path, key];
    if (apply && edit.whole !== undefined && path.length === edit.whole.length) {
      return wrapped(steps, valueAt(after, path));
    }
  }
  if ('append' in edit) {
    const itemwise = itemKey(path.at(-1), edit.append) !== undefined || textSets.includes(String(path.at(-1)));
    return wrapped(steps, itemwise ? [edit.append] : valueAt(after, path));
  }
  return wrapped(steps, 'set' in edit ? edit.set : null);
}

/** Ports are told apart by their protocol, too (x-kubernetes-list-map-keys). */
function itemIdentity(item: Json, name: string): Json {
  const protocol = name === 'port' || name === 'containerPort' ? { protocol: item['protocol'] } : {};
  return { [name]: item[name], ...protocol };
}

function wrapped(steps: readonly ((value: unknown) => unknown)[], value: unknown): unknown {
  return steps.reduceRight((inner, step) => step(inner), value);
}

function nested(path: EditPath, value: unknown): unknown {
  return path.reduceRight((inner, key) => ({ [key]: inner }), value);
}

/** Two patches as one; lists that stand in both are joined, so no two edits may be of one list that is sent whole. */
function merged(one: unknown, other: unknown): unknown {
  if (Array.isArray(one) && Array.isArray(other)) {
    return [...(one as unknown[]), ...(other as unknown[])];
  }
  if (!isMap(one) || !isMap(other)) {
    return other;
  }
  return {
    ...one,
    ...Object.fromEntries(
      Object.entries(other).map(([key, value]) => [key, key in one ? merged(one[key], value) : value]),
    ),
  };
}
