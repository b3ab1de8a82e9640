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
    const stop = (): void => reject(cancelled(what));
    if (signal.aborted) {
      stop();
      return;
    }
    signal.addEventListener('abort', stop, { once: true });
    const timer = clock.after(ms, () => {
      reject(new Failure('timeout', `${what} took longer than ${Math.round(ms / 100) / 10} s`));
      late.abort();
    });
    work(AbortSignal.any([signal, late.signal]))
      .then(resolve, reject)
      .finally(() => {
        timer.dispose();
        signal.removeEventListener('abort', stop);
      });
  });
}
