/**
 * So many in any minute and never more: who comes later waits its turn. Counts what is let through; knows nothing of it.
 */
import type { Clock } from './clock.ts';
import { type Disposable, Disposables } from './disposables.ts';
import { cancelled } from './failure.ts';

const minuteMs = 60_000;

export class MinuteBudget implements Disposable {
  readonly #clock: Clock;
  readonly #perMinute: () => number;
  readonly #timers = new Disposables();
  /** When the last ones were let through, in milliseconds since the epoch. */
  readonly #passed: number[] = [];
  readonly #waiting = new Set<() => void>();
  #due = false;

  /** `perMinute` is asked anew each time, for it is a setting. */
  constructor(clock: Clock, perMinute: () => number) {
    this.#clock = clock;
    this.#perMinute = perMinute;
  }

  /** Resolves when it is this one's turn, in the order of the calls. Throws `Failure('cancelled')`; then nothing was counted. */
  take(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#waiting.delete(pass);
        reject(cancelled('waiting for the next minute'));
      };
      const pass = (): void => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
      if (signal.aborted || this.#timers.disposed) {
        stop();
        return;
      }
      signal.addEventListener('abort', stop, { once: true });
      this.#waiting.add(pass);
      this.#letThrough();
    });
  }

  /** Nobody is let through any more: who waits is ended by its own signal. */
  dispose(): void {
    this.#timers.dispose();
  }

  #letThrough(): void {
    const now = this.#clock.now();
    while (this.#passed[0] !== undefined && this.#passed[0] <= now - minuteMs) {
      this.#passed.shift();
    }
    for (const pass of this.#waiting) {
      if (this.#passed.length >= this.#perMinute()) {
        this.#waitUntil((this.#passed[0] ?? now) + minuteMs);
        return;
      }
      this.#waiting.delete(pass);
      this.#passed.push(now);
      pass();
    }
  }

  #waitUntil(at: number): void {
    if (this.#due || this.#timers.disposed) {
      return;
    }
    this.#due = true;
    const timer = this.#timers.add(
      this.#clock.after(Math.max(0, at - this.#clock.now()), () => {
        this.#timers.release(timer);
        this.#due = false;
        this.#letThrough();
      }),
    );
  }
}
