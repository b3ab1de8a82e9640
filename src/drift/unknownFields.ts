/**
 * Fields that a kind does not have, as the API server names them when it refuses an object ("field not declared in schema").
 * The controllers drop them of kinds that they know by type, without a word. Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import { parseJson } from '../base/parseJson.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asRecord } from '../flux/untyped.ts';
import type { FieldPath } from '../render/desired.ts';
import { valueAt } from './managedFields.ts';

export interface WithoutUnknown {
  readonly object: KubernetesObject;
  readonly dropped: readonly FieldPath[];
}

/** `undefined` where the message names no field that the object has. */
export function dropUnknownFields(object: KubernetesObject, message: string): WithoutUnknown | undefined {
  const dropped = [...message.matchAll(/(?:^|\s)(\.\S*(?:\[[^\]]*\]\S*)*): field not declared in schema/gm)].flatMap(
    ([, path = '']) => {
      const found = resolvePath(object, path);
      return found ? [found] : [];
    },
  );
  const without = dropped.reduce<unknown>(remove, object);
  return dropped.length === 0 ? undefined : { object: without as KubernetesObject, dropped };
}

/** As structured-merge-diff writes a path: `.spec.containers[name="app"].foo`, `[=1]` in a set, `[0]` by position. */
function resolvePath(object: unknown, text: string): FieldPath | undefined {
  const path: (string | number)[] = [];
  let here = object;
  let rest = text;
  while (rest !== '') {
    const step = rest.startsWith('[') ? itemStep(here, rest) : fieldStep(here, rest);
    if (!step || valueAt(here, step.key) === undefined) {
      return undefined;
    }
    path.push(step.key);
    here = valueAt(here, step.key);
    rest = rest.slice(step.length);
  }
  return path.length === 0 ? undefined : path;
}

interface Step {
  readonly key: string | number;
  readonly length: number;
}

/** Names may have dots: the longest that the map has counts. */
function fieldStep(here: unknown, rest: string): Step | undefined {
  const names = Object.keys(asRecord(here) ?? {}).filter((name) => {
    const after = rest.slice(name.length + 1);
    return rest.startsWith(`.${name}`) && (after === '' || after.startsWith('.') || after.startsWith('['));
  });
  const [key] = names.sort((a, b) => b.length - a.length);
  return key === undefined ? undefined : { key, length: key.length + 1 };
}

function itemStep(here: unknown, rest: string): Step | undefined {
  const [whole = '', inside = ''] = /^\[((?:"(?:[^"\\]|\\.)*"|[^\]"])*)\]/.exec(rest) ?? [];
  const items = asList(here);
  if (!items || whole === '') {
    return undefined;
  }
  const key = /^\d+$/.test(inside) ? Number(inside) : items.findIndex((item) => isNamed(item, inside));
  return key < 0 ? undefined : { key, length: whole.length };
}

function isNamed(item: unknown, inside: string): boolean {
  if (inside.startsWith('=')) {
    return isDeepStrictEqual(parseJson(inside.slice(1)), item);
  }
  const pairs = [...inside.matchAll(/(\w+)=("(?:[^"\\]|\\.)*"|[^,]*)/g)];
  return (
    pairs.length > 0 &&
    pairs.every(([, key = '', value = '']) => isDeepStrictEqual(valueAt(item, key), parseJson(value)))
  );
}

function remove(value: unknown, [first, ...others]: FieldPath): unknown {
  const list = asList(value);
  if (list) {
    return others.length === 0
      ? list.filter((_item, at) => at !== first)
      : list.map((item, at) => (at === first ? remove(item, others) : item));
  }
  const entries = Object.entries(asRecord(value) ?? {});
  return Object.fromEntries(
    entries.flatMap(([key, item]) =>
      key !== first ? [[key, item]] : others.length === 0 ? [] : [[key, remove(item, others)]],
    ),
  );
}
