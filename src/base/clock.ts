/**
 * Time as something that is handed in, so that tests turn it by hand instead of sleeping.
 */
import { type Disposable, toDisposable } from './disposables.ts';

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after `ms` milliseconds unless disposed before. Never keeps the process alive. */
  after(ms: number, callback: () => void): Disposable;
}

/** The machine's own time. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    after(ms, callback) {
      const timer = setTimeout(callback, ms);
      timer.unref();
      return toDisposable(() => clearTimeout(timer));
    },
  };
}
