/**
 * Turns a burst of keys into few calls: the first key opens a window, all keys of the window are handed over together.
 * Carries keys only, never values: readers fetch the newest from the store, so a late call cannot show an old object.
 */
import type { Clock } from './clock.ts';
import { type Disposable, Disposables } from './disposables.ts';

export class Coalescer<K> implements Disposable {
  readonly #clock: Clock;
  readonly #windowMs: number;
  readonly #flush: (keys: ReadonlySet<K>) => void;
  readonly #timers = new Disposables();
  #pending = new Set<K>();
  #lastFlush = Number.NEGATIVE_INFINITY;
  #waiting = false;

  /** `flush` runs at most once every `windowMs`; a key after a quiet window is handed over in the next turn. */
  constructor(parts: { clock: Clock; windowMs: number; flush: (keys: ReadonlySet<K>) => void }) {
    this.#clock = parts.clock;
    this.#windowMs = parts.windowMs;
    this.#flush = parts.flush;
  }

  add(key: K): void {
    if (this.#timers.disposed) {
      return;
    }
    this.#pending.add(key);
    if (!this.#waiting) {
      this.#waiting = true;
      const wait = Math.max(0, this.#lastFlush + this.#windowMs - this.#clock.now());
      const timer = this.#timers.add(
        this.#clock.after(wait, () => {
          this.#timers.release(timer);
          this.flushNow();
        }),
      );
    }
  }

  /** Hands over what is pending without waiting for the window's end. */
  flushNow(): void {
    this.#waiting = false;
    if (this.#pending.size === 0 || this.#timers.disposed) {
      return;
    }
    const keys = this.#pending;
    this.#pending = new Set();
    this.#lastFlush = this.#clock.now();
    this.#flush(keys);
  }

  dispose(): void {
    this.#timers.dispose();
    this.#pending.clear();
  }
}
