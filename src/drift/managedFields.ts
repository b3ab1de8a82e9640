/**
 * Who owns which field of an object, as `metadata.managedFields` tells it: its entries as tries, their nodes for places in an
 * object, and who wrote a field last (spec drift 4.9). Decides nothing about what becomes of a field.
 */
import { parseJson } from '../base/parseJson.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asRecord, asText } from '../flux/untyped.ts';
import type { FieldPath } from '../render/desired.ts';
import type { FieldWriter } from './difference.ts';

/**
 * A set of fields. Steps are as in fieldsV1: `f:name` for a field or a key of a map, `k:{…}` for the item of a list that has these
 * keys, `v:…` for an item of a set, `i:0` for a position.
 */
export interface FieldTrie {
  /** The field itself is in the set, whatever of what is below it. */
  readonly member: boolean;
  readonly below: ReadonlyMap<string, FieldTrie>;
}

export interface FieldOwner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  /** `''` for the object itself. */
  readonly subresource: string;
  /** RFC 3339. */
  readonly time: string | undefined;
  readonly fields: FieldTrie;
}

export const noFields: FieldTrie = { member: false, below: new Map() };

/** Read once for each list of entries: a comparison asks for them again and again, and large objects have thousands of fields. */
const known = new WeakMap<readonly unknown[], readonly FieldOwner[]>();

/** In the order of the object. Entries that cannot be read are left out, for no rule can be made of them. */
export function fieldOwners({ metadata }: KubernetesObject): readonly FieldOwner[] {
  const entries = asList(metadata.managedFields);
  if (entries === undefined) {
    return [];
  }
  const owners = known.get(entries) ?? entries.flatMap(readOwner);
  known.set(entries, owners);
  return owners;
}

function readOwner(raw: unknown): readonly FieldOwner[] {
  const entry = asRecord(raw);
  const manager = asText(entry?.['manager']);
  const operation = entry?.['operation'];
  if (entry === undefined || manager === undefined || (operation !== 'Apply' && operation !== 'Update')) {
    return [];
  }
  const subresource = asText(entry['subresource']) ?? '';
  return [{ manager, operation, subresource, time: asText(entry['time']), fields: readRoot(entry['fieldsV1']) }];
}

/** The root is never a member: an object is not a field of itself. */
function readRoot(fieldsV1: unknown): FieldTrie {
  return { member: false, below: readTrie(fieldsV1).below };
}

/** A node without anything below is a member; one with something below is, where it says so with `.`. */
function readTrie(node: unknown): FieldTrie {
  const entries = Object.entries(asRecord(node) ?? {});
  const below = entries.filter(([step]) => step !== '.');
  return {
    member: below.length < entries.length || below.length === 0,
    below: new Map(below.map(([step, child]) => [step, readTrie(child)])),
  };
}

export function unionOf(tries: readonly FieldTrie[]): FieldTrie {
  const [first, ...others] = tries;
  if (first === undefined) {
    return noFields;
  }
  return others.reduce(mergeTries, first);
}

/** Most fields of one set are in the other as well: what adds nothing is not made anew. */
function mergeTries(a: FieldTrie, b: FieldTrie): FieldTrie {
  if (b.below.size === 0 && (a.member || !b.member)) {
    return a;
  }
  if (a.below.size === 0 && (b.member || !a.member)) {
    return b;
  }
  const below = new Map(a.below);
  for (const [step, child] of b.below) {
    const known = below.get(step);
    const merged = known ? mergeTries(known, child) : child;
    if (merged !== known) {
      below.set(step, merged);
    }
  }
  return { member: a.member || b.member, below };
}

/** The value at a key or position. */
export function valueAt(value: unknown, key: string | number): unknown {
  if (typeof key === 'number') {
    return asList(value)?.[key];
  }
  const record = asRecord(value);
  return record && Object.hasOwn(record, key) ? record[key] : undefined;
}

/**
 * Names of the fields that name an item of the list at `node`, `undefined` where no owner has any: the list is then replaced as a
 * whole, or is a set.
 */
export function mergeKeysAt(node: FieldTrie | undefined): readonly string[] | undefined {
  const [first] = node?.below.keys() ?? []; // the others of the list are like it
  if (node === undefined || first?.startsWith('k:') !== true) {
    return undefined;
  }
  const keys = knownKeys.get(node) ?? Object.keys(asRecord(parseJson(first.slice(2))) ?? {});
  knownKeys.set(node, keys);
  return keys;
}

/** Asked for with each item of a list. */
const knownKeys = new WeakMap<FieldTrie, readonly string[]>();

/**
 * The node of a trie for a place in a value. Found by the text that its step has, not by a search: lists may be long, and each of
 * their items is looked for in the sets of all owners.
 */
export function nodeAt(trie: FieldTrie | undefined, value: unknown, key: string | number): FieldTrie | undefined {
  if (trie === undefined || typeof key === 'string') {
    return trie?.below.get(`f:${key}`);
  }
  const item = asList(value)?.[key];
  if (item === undefined) {
    return undefined;
  }
  const keys = mergeKeysAt(trie) ?? [];
  const named = Object.fromEntries(keys.map((name) => [name, valueAt(item, name)]));
  return (
    (keys.length > 0 ? stepNode(trie, 'k', named) : undefined) ??
    stepNode(trie, 'v', item) ??
    trie.below.get(`i:${key}`)
  );
}

/** Go's encoder may write three characters as escapes. */
function stepNode(trie: FieldTrie, form: 'k' | 'v', name: unknown): FieldTrie | undefined {
  const text = `${form}:${JSON.stringify(name)}`;
  return (
    trie.below.get(text) ?? trie.below.get(text.replace(/[<>&]/g, (mark) => `\\u00${mark.charCodeAt(0).toString(16)}`))
  );
}

/**
 * The last writer of the value at a path: an owner that is not the controller. An Update that changes a value takes the field away
 * from all others, so whoever owns it beside the controller has either written it last or agreed. `undefined` where nobody else
 * owns it: a server's default, the controller's own, or a field that is not there (of a removal no trace is left).
 */
export function lastWriter(
  owners: readonly FieldOwner[],
  object: KubernetesObject,
  path: FieldPath,
  controller: string,
): FieldWriter | undefined {
  const writers = owners
    .filter(({ manager, operation }) => manager !== controller || operation !== 'Apply')
    .map((owner) => ({ owner, reach: reachOf(owner.fields, object, path) }))
    .filter(({ reach }) => reach > 0)
    .sort((a, b) => b.reach - a.reach || timeOf(b.owner) - timeOf(a.owner));
  const writer = writers[0]?.owner;
  if (writer === undefined) {
    return undefined;
  }
  const { manager, operation, subresource, time } = writer;
  return {
    manager,
    operation,
    ...(subresource === '' ? {} : { subresource }),
    ...(time === undefined ? {} : { time }),
  };
}

function timeOf({ time }: FieldOwner): number {
  const moment = Date.parse(time ?? '');
  return Number.isNaN(moment) ? 0 : moment;
}

/** 2: owns the place or something around it as a whole; 1: owns something below it; 0: nothing of it. */
function reachOf(fields: FieldTrie, object: unknown, path: FieldPath): 0 | 1 | 2 {
  let node: FieldTrie | undefined = fields;
  let value = object;
  for (const key of path) {
    node = nodeAt(node, value, key);
    if (node === undefined) {
      return 0;
    }
    if (node.member && node.below.size === 0) {
      return 2; // a list or a map that is written as a whole
    }
    value = valueAt(value, key);
  }
  return node.member ? 2 : 1;
}
