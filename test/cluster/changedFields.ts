/**
 * In which fields two states of one object differ, named so that the name holds on both sides: items of keyed lists by their
 * key. And whether a prediction names the same fields. Knows nothing of who predicts.
 */
import { comparable } from '../support/comparable.ts';
import { withoutPaths } from '../support/withoutPaths.ts';
import type { ApiObject } from './apiClient.ts';
import { type EditPath, isMap, itemKey } from './fieldEdits.ts';

/** Joined by dots, items of keyed lists by the value of their key, other items by their position. `''` is the whole object. */
export type FieldName = string;

/** Fields that the server itself keeps: the last counts changes of the template, as `generation` counts those of the object. */
const serverFields: readonly EditPath[] = [
  ['status'],
  ['metadata', 'managedFields'],
  ['metadata', 'resourceVersion'],
  ['metadata', 'generation'],
  ['metadata', 'uid'],
  ['metadata', 'creationTimestamp'],
  ['metadata', 'annotations', 'deprecated.daemonset.template.generation'],
];

/** What of an object a person or a controller has a say in, keys sorted. No labels are the same as an empty map of them. */
export function ownContent(object: ApiObject): unknown {
  const { labels = {}, annotations = {} } = object.metadata;
  return comparable(withoutPaths({ ...object, metadata: { ...object.metadata, labels, annotations } }, serverFields));
}

/** Of a field that the server keeps nothing is to be told. */
export function isServerField(name: FieldName): boolean {
  return serverFields.some((field) => name === field.join('.') || name.startsWith(`${field.join('.')}.`));
}

/** The deepest fields that differ. Lists without keys are one field each. */
export function changedFields(before: ApiObject | undefined, after: ApiObject | undefined): readonly FieldName[] {
  if (before === undefined || after === undefined) {
    return before === after ? [] : [''];
  }
  return differing(ownContent(before), ownContent(after), []);
}

function differing(before: unknown, after: unknown, path: EditPath): readonly FieldName[] {
  const [one, other] = [byName(before, path.at(-1)), byName(after, path.at(-1))];
  if (one !== undefined && other !== undefined) {
    const names = [...new Set([...one.keys(), ...other.keys()])];
    return names.flatMap((name) => differing(one.get(name), other.get(name), [...path, name]));
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [path.join('.')];
}

/** Fields of a map, items of a keyed list; `undefined` for what is one value. */
function byName(value: unknown, list: string | number | undefined): ReadonlyMap<string, unknown> | undefined {
  if (isMap(value)) {
    return new Map(Object.entries(value));
  }
  if (!Array.isArray(value) || value.length === 0) {
    return undefined;
  }
  const items: readonly unknown[] = value;
  const named = items.map((item) => [itemName(list, item), item] as const);
  return named.every((each): each is readonly [string, unknown] => each[0] !== undefined) ? new Map(named) : undefined;
}

function itemName(list: string | number | undefined, item: unknown): string | undefined {
  const key = itemKey(list, item);
  return key === undefined ? undefined : String((item as Readonly<Record<string, unknown>>)[key]);
}

/** The name of a field that is given by positions in one of `sides`; the first that has it tells the items' keys. */
export function fieldName(path: EditPath, sides: readonly unknown[]): FieldName {
  const names: string[] = [];
  let values = sides;
  let list: string | number | undefined;
  for (const key of path) {
    const items = values.map((value) => (value as Readonly<Record<string, unknown>> | undefined)?.[key]);
    const item = items.find((value) => value !== undefined);
    names.push((typeof key === 'number' ? itemName(list, item) : undefined) ?? String(key));
    [values, list] = [items, key];
  }
  return names.join('.');
}

/** Whether one name is the other's, or stands above it. */
export function isRelated(one: FieldName, other: FieldName): boolean {
  return one === other || one === '' || other === '' || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);
}

/** What a prediction has of what happened: nothing left over on either side means that they agree. */
export interface FieldAgreement {
  /** Changed, and not told. */
  readonly missed: readonly FieldName[];
  /** Told, and not changed. */
  readonly wrong: readonly FieldName[];
}

export function fieldAgreement(told: readonly FieldName[], changed: readonly FieldName[]): FieldAgreement {
  return {
    missed: changed.filter((name) => !told.some((each) => isRelated(each, name))),
    wrong: told.filter((name) => !changed.some((each) => isRelated(each, name))),
  };
}
