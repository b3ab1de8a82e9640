/**
 * Text of a file in which variables stand, made fit to be compared before they are substituted: such a field gets the value
 * that lives, so that it differs in nothing and the server has no reason to refuse the object. Pure; substitutes nothing.
 */
import { asList, asRecord, asText } from '../flux/untyped.ts';
import type { FieldPath } from '../render/desired.ts';

export interface WithoutVariables {
  readonly value: unknown;
  /** Fields that have the live value now. It may come from a Secret. */
  readonly filled: readonly FieldPath[];
  /** Fields that are gone, for nothing lives there. */
  readonly dropped: readonly FieldPath[];
}

/** `$$` becomes `$` where variables are substituted, so it is no plain text either (fluxcd/pkg envsubst). */
const open = /\$\{|\$\$/;

/** Whether substitution would make another text of it. */
export function isOpen(text: string): boolean {
  return open.test(text);
}

/** `live` is `undefined` where nothing lives yet. Items of a list belong together by `name`, else by their position. */
export function leaveOutVariables(value: unknown, live: unknown): WithoutVariables {
  const filled: FieldPath[] = [];
  const dropped: FieldPath[] = [];
  const result = new Walk(filled, dropped).at(value, live, []);
  return { value: result === gone ? undefined : result, filled, dropped };
}

const gone = Symbol('a field that is left out');

class Walk {
  readonly #filled: FieldPath[];
  readonly #dropped: FieldPath[];

  constructor(filled: FieldPath[], dropped: FieldPath[]) {
    this.#filled = filled;
    this.#dropped = dropped;
  }

  at(value: unknown, live: unknown, path: FieldPath): unknown {
    if (!holdsVariable(value)) {
      return value;
    }
    const list = asList(value);
    if (list) {
      return this.#list(list, asList(live), path);
    }
    const map = asRecord(value);
    if (map && !Object.keys(map).some(isOpen)) {
      return this.#map(map, asRecord(live), path);
    }
    // A map with open keys too: which of the live keys are theirs nobody knows.
    return this.#whole(live, path);
  }

  #map(
    map: Readonly<Record<string, unknown>>,
    live: Readonly<Record<string, unknown>> | undefined,
    path: FieldPath,
  ): unknown {
    const entries = Object.entries(map).flatMap(([key, item]): [string, unknown][] => {
      const below = live && Object.hasOwn(live, key) ? live[key] : undefined;
      const now = this.at(item, below, [...path, key]);
      return now === gone ? [] : [[key, now]];
    });
    return Object.fromEntries(entries);
  }

  #list(list: readonly unknown[], live: readonly unknown[] | undefined, path: FieldPath): unknown {
    const counterparts = counterpartsOf(list, live ?? []);
    if (!counterparts) {
      return this.#whole(live, path);
    }
    const items: unknown[] = [];
    for (const [at, item] of list.entries()) {
      const now = this.at(item, counterparts[at], [...path, items.length]);
      items.push(...(now === gone ? [] : [now]));
    }
    return items;
  }

  #whole(live: unknown, path: FieldPath): unknown {
    // A field that lives as null is none to the server either.
    const isThere = live !== undefined && live !== null;
    (isThere ? this.#filled : this.#dropped).push(path);
    return isThere ? live : gone;
  }
}

/** What lives of each item; `undefined` where that cannot be told, and in lists of plain texts, which are written as a whole. */
function counterpartsOf(list: readonly unknown[], live: readonly unknown[]): readonly unknown[] | undefined {
  if (list.some((item) => typeof item === 'string' && isOpen(item))) {
    return undefined;
  }
  const names = list.map((item) => asText(asRecord(item)?.['name']));
  if (names.every((name) => name !== undefined && !isOpen(name)) && new Set(names).size === names.length) {
    return names.map((name) => live.find((item) => asRecord(item)?.['name'] === name));
  }
  return names.every((name) => name === undefined) && list.length === live.length ? live : undefined;
}

function holdsVariable(value: unknown): boolean {
  if (typeof value === 'string') {
    return isOpen(value);
  }
  const list = asList(value);
  if (list) {
    return list.some(holdsVariable);
  }
  const map = asRecord(value);
  return map !== undefined && Object.entries(map).some(([key, item]) => isOpen(key) || holdsVariable(item));
}
