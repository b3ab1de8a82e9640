/**
 * What lives must end: the one notion of a lifetime that every layer shares.
 * Knows nothing of VS Code, whose `Disposable` has the same shape on purpose.
 */

/** Something that holds resources until it is disposed. Disposing twice is harmless. */
export interface Disposable {
  dispose(): void;
}

/** Makes a disposable of a function; the function runs once at most. */
export function toDisposable(release: () => void): Disposable {
  let live = true;
  return {
    dispose() {
      if (live) {
        live = false;
        release();
      }
    },
  };
}

/**
 * A list of things that end together, in the reverse order of their making.
 * What is added after the end is disposed at once, so a late answer cannot leak.
 */
export class Disposables implements Disposable {
  readonly #items = new Set<Disposable>();
  #disposed = false;

  get disposed(): boolean {
    return this.#disposed;
  }

  add<T extends Disposable>(item: T): T {
    if (this.#disposed) {
      item.dispose();
    } else {
      this.#items.add(item);
    }
    return item;
  }

  /** Ends one item early and forgets it. */
  release(item: Disposable): void {
    this.#items.delete(item);
    item.dispose();
  }

  dispose(): void {
    this.#disposed = true;
    const items = [...this.#items].reverse();
    this.#items.clear();
    for (const item of items) {
      item.dispose();
    }
  }
}
