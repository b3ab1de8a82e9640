/**
 * At which fields two rendered values differ. Neither has lived, so that no `managedFields` tell the keys of lists: items are told
 * by their names, as people tell them. Masks nothing; asks nothing.
 */
import { isDeepStrictEqual } from 'node:util';
import { asList, asRecord, asText } from '../flux/untyped.ts';
import type { FieldPath } from '../render/desired.ts';
import type { FieldDifference } from './difference.ts';

export type RenderedChange = Pick<FieldDifference, 'path' | 'effect'>;

/**
 * Positions in lists are those of `before`, of added items those of `after`. Nothing, an empty map and an empty list are the same, as
 * for the controllers.
 */
export function renderedPaths(before: unknown, after: unknown, path: FieldPath = []): readonly RenderedChange[] {
  if (isDeepStrictEqual(before, after) || (isNothing(before) && isNothing(after))) {
    return [];
  }
  const [oldMap, newMap] = [asRecord(before), asRecord(after)];
  const isRoot = path.length === 0 && oldMap !== undefined && newMap !== undefined;
  if (!isRoot && (isNothing(before) || isNothing(after))) {
    return [{ path, effect: isNothing(before) ? 'add' : 'remove' }];
  }
  if (oldMap && newMap) {
    const keys = [...new Set([...Object.keys(oldMap), ...Object.keys(newMap)])];
    return keys.flatMap((key) => renderedPaths(own(oldMap, key), own(newMap, key), [...path, key]));
  }
  const [oldItems, newItems] = [namedItems(before), namedItems(after)];
  return oldItems && newItems ? itemPaths(oldItems, newItems, path) : [{ path, effect: 'replace' }];
}

function own(map: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function isNothing(value: unknown): boolean {
  const record = asRecord(value);
  return value === undefined || value === null || asList(value)?.length === 0 || isEmpty(record);
}

function isEmpty(record: Readonly<Record<string, unknown>> | undefined): boolean {
  return record !== undefined && Object.keys(record).length === 0;
}

type NamedItems = ReadonlyMap<string, { readonly at: number; readonly item: unknown }>;

/** `undefined` where an item has no name, or the name of another one. */
function namedItems(value: unknown): NamedItems | undefined {
  const items = asList(value);
  const named = new Map<string, { readonly at: number; readonly item: unknown }>();
  for (const [at, item] of (items ?? []).entries()) {
    const name = asText(asRecord(item)?.['name']);
    if (name !== undefined) {
      named.set(name, { at, item });
    }
  }
  return items && named.size === items.length ? named : undefined;
}

function itemPaths(before: NamedItems, after: NamedItems, path: FieldPath): readonly RenderedChange[] {
  const changes: RenderedChange[] = [];
  for (const [name, { at, item }] of before) {
    const counterpart = after.get(name);
    changes.push(
      ...(counterpart
        ? renderedPaths(item, counterpart.item, [...path, at])
        : [{ path: [...path, at], effect: 'remove' as const }]),
    );
  }
  for (const [name, { at }] of after) {
    if (!before.has(name)) {
      changes.push({ path: [...path, at], effect: 'add' });
    }
  }
  const inOrder = [...before.keys()].join('\n') === [...after.keys()].join('\n');
  return changes.length > 0 || inOrder ? changes : [{ path, effect: 'replace' }];
}
