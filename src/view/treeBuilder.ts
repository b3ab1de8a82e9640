/**
 * Puts rows together into a `TreeModel` and keeps its promises: ids are unique, parents and children agree, the rows of an
 * object are known. Does not decide what a row says.
 */
import type { ObjectKey } from '../flux/objectKey.ts';
import type { Row, TreeModel } from './row.ts';

export class TreeBuilder {
  readonly #roots: string[] = [];
  readonly #rows = new Map<string, Row>();
  readonly #children = new Map<string, string[]>();
  readonly #parents = new Map<string, string>();
  readonly #rowsOf = new Map<ObjectKey, string[]>();

  /**
   * Adds a row at the end of its parent's children, or of the roots. An id that is taken is refused and `false` returned:
   * two equal ids would leave the whole view empty without a word.
   */
  add(row: Row, parent: string | undefined): boolean {
    if (this.#rows.has(row.id)) {
      return false;
    }
    this.#rows.set(row.id, row);
    if (parent === undefined) {
      this.#roots.push(row.id);
    } else {
      this.#parents.set(row.id, parent);
      append(this.#children, parent, row.id);
    }
    if (row.key !== undefined) {
      append(this.#rowsOf, row.key, row.id);
    }
    return true;
  }

  build(): TreeModel {
    return {
      roots: this.#roots,
      rows: this.#rows,
      children: this.#children,
      parents: this.#parents,
      rowsOf: this.#rowsOf,
    };
  }
}

/** Adds to the list at a key, which is made when there is none. */
export function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) {
    list.push(value);
  } else {
    lists.set(key, [value]);
  }
}
