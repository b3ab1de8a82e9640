/**
 * Items of a list found by the fields that name them, by an index: lists may be long, and each item of one is looked for in another.
 * Pure.
 */
import { valueAt } from './managedFields.ts';

export class NamedItems<T> {
  readonly #items: readonly (readonly [item: unknown, value: T])[];
  readonly #keys: readonly string[];
  /** By the fields that are stated, then by what they are. */
  readonly #indexes = new Map<string, ReadonlyMap<string, readonly T[]>>();

  /** `items`: with all of their keys, each with what stands for it. */
  constructor(items: readonly (readonly [item: unknown, value: T])[], keys: readonly string[]) {
    this.#items = items;
    this.#keys = keys;
  }

  /** All that an item may be, in their order: a key that it does not state has a default, which may be any of theirs. */
  of(item: unknown): readonly T[] {
    const stated = this.#keys.filter((key) => valueAt(item, key) !== undefined);
    const shape = stated.join('\n');
    const index = this.#indexes.get(shape) ?? this.#indexed(stated);
    this.#indexes.set(shape, index);
    return index.get(nameOf(item, stated)) ?? [];
  }

  #indexed(stated: readonly string[]): ReadonlyMap<string, readonly T[]> {
    const index = new Map<string, T[]>();
    for (const [item, value] of this.#items) {
      const name = nameOf(item, stated);
      const others = index.get(name);
      if (others) {
        others.push(value);
      } else {
        index.set(name, [value]);
      }
    }
    return index;
  }
}

/** A field that is missing is none that is null. */
function nameOf(item: unknown, keys: readonly string[]): string {
  return JSON.stringify(keys.map((key) => [valueAt(item, key)].filter((value) => value !== undefined)));
}
