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
      append(this.#children, parent, row.id);
    }
    return true;
  }

  /** The tree as it is now; call it when all rows are in. Parents and places of objects are worked out when asked for. */
  build(): TreeModel {
    const [roots, rows, children] = [this.#roots, this.#rows, this.#children];
    const parents = once(() => parentsOf(children));
    const rowsOf = once(() => rowsOfObjects(rows));
    return {
      roots,
      rows,
      children,
      get parents() {
        return parents();
      },
      get rowsOf() {
        return rowsOf();
      },
    };
  }
}

/** Few redraws need it, and in a large tree it costs as much as the rows. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function parentsOf(children: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, string> {
  const parents = new Map<string, string>();
  for (const [parent, ids] of children) {
    for (const id of ids) {
      parents.set(id, parent);
    }
  }
  return parents;
}

function rowsOfObjects(rows: ReadonlyMap<string, Row>): ReadonlyMap<ObjectKey, readonly string[]> {
  const places = new Map<ObjectKey, string[]>();
  for (const { key, id } of rows.values()) {
    if (key !== undefined) {
      append(places, key, id);
    }
  }
  return places;
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
