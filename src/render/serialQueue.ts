/**
 * Work that goes one after another, with a way out of the line. Knows nothing of what is done.
 */
import { type Disposable, toDisposable } from '../base/disposables.ts';
import { cancelled } from '../base/failure.ts';

interface Waiting {
  start(): Promise<void>;
  cancel(): void;
}

export class SerialQueue implements Disposable {
  #waiting: Waiting[] = [];
  #busy = false;
  #disposed = false;

  /** How many wait for their turn. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Whether something has its turn. */
  get busy(): boolean {
    return this.#busy;
  }

  /**
   * Runs `work` in its turn, which lasts until the promise that it returns is settled. Rejects with `Failure('cancelled')`, and
   * never runs it, when the signal is aborted or the queue disposed before.
   */
  run(work: () => Promise<void>, options: { readonly what: string; readonly signal?: AbortSignal }): Promise<void> {
    const { what, signal } = options;
    if (this.#disposed || signal?.aborted === true) {
      return Promise.reject(cancelled(what));
    }
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting = this.#waiting.filter((other) => other !== entry);
        entry.cancel();
      };
      const entry: Waiting = {
        start: () => {
          listening.dispose();
          return work().then(resolve, reject);
        },
        cancel: () => {
          listening.dispose();
          reject(cancelled(what));
        },
      };
      const listening = toDisposable(() => signal?.removeEventListener('abort', leave));
      signal?.addEventListener('abort', leave);
      this.#waiting.push(entry);
      void this.#turn();
    });
  }

  /** Rejects all that waits. What has its turn is its owner's to end. */
  dispose(): void {
    this.#disposed = true;
    for (const entry of this.#waiting.splice(0)) {
      entry.cancel();
    }
  }

  async #turn(): Promise<void> {
    if (this.#busy) {
      return;
    }
    this.#busy = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await next.start();
    }
    this.#busy = false;
  }
}
