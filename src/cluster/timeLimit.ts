/** A piece of work that must end: within a time, or when it is cancelled, whether or not the work itself takes notice. */
import type { Clock } from '../base/clock.ts';
import { cancelled, Failure } from '../base/failure.ts';

export interface TimeLimit {
  readonly clock: Clock;
  readonly ms: number;
  readonly signal: AbortSignal;
  /** Names the work in failures: `connecting to source-controller`. */
  readonly what: string;
}

/**
 * Throws a Failure `timeout` or `cancelled`. The signal that the work gets is aborted with either; what the work has opened by
 * then is the work's to close.
 */
export function withTimeLimit<T>(limit: TimeLimit, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { clock, ms, signal, what } = limit;
  const late = new AbortController();
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(cancelled(what));
      return;
    }
    const timer = clock.after(ms, () => {
      reject(new Failure('timeout', `${what} took longer than ${Math.round(ms / 100) / 10} s`));
      late.abort();
    });
    const stop = (): void => reject(cancelled(what));
    signal.addEventListener('abort', stop, { once: true });
    work(AbortSignal.any([signal, late.signal]))
      .finally(() => {
        // Before anybody learns of the end: from here on the limit must not strike what the work has opened.
        timer.dispose();
        signal.removeEventListener('abort', stop);
      })
      .then(resolve, reject);
  });
}
