/**
 * Events without an editor: the same call shape as VS Code's, so a `vscode/` class can pass one on unchanged.
 * Must not queue or coalesce; that is `coalescer.ts`.
 */
import { type Disposable, toDisposable } from './disposables.ts';

export type Event<T> = (listener: (value: T) => void) => Disposable;

/**
 * Fires values to its listeners in the order of their subscription.
 * A listener that throws does not keep the value from the others: its error is thrown again once all have run.
 * After `dispose` nothing fires.
 */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<(value: T) => void>();
  #disposed = false;

  readonly event: Event<T> = (listener) => {
    if (this.#disposed) {
      return toDisposable(() => undefined);
    }
    // A wrapper of its own, so that one function may subscribe twice and each subscription ends alone.
    const entry = (value: T): void => listener(value);
    this.#listeners.add(entry);
    return toDisposable(() => this.#listeners.delete(entry));
  };

  fire(value: T): void {
    const errors: unknown[] = [];
    for (const listener of [...this.#listeners]) {
      if (!this.#listeners.has(listener)) {
        continue; // ended by an earlier listener of this very value
      }
      try {
        listener(value);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) {
      throw errors.length === 1 ? errors[0] : new AggregateError(errors, 'several listeners failed');
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#listeners.clear();
  }
}
