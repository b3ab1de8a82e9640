/**
 * A clock for code that talks to a real server on loopback: short waits (coalescing) pass in the next turn of the loop,
 * long ones (backoff, silence) only when the test turns them.
 */
import type { Disposable } from '../../../src/base/disposables.ts';
import { toDisposable } from '../../../src/base/disposables.ts';
import { ManualClock } from '../../support/manualClock.ts';

export class EagerClock extends ManualClock {
  #eagerMs = 100;

  /** From now on waits of up to `ms` pass by themselves. */
  eagerUpTo(ms: number): void {
    this.#eagerMs = ms;
  }

  /** A wait that passes by itself moves no other: real answers take real time, and must not meet their limits by it. */
  override after(ms: number, callback: () => void): Disposable {
    if (ms > this.#eagerMs) {
      return super.after(ms, callback);
    }
    const turn = setImmediate(callback);
    return toDisposable(() => clearImmediate(turn));
  }
}

/** Lets everything happen that waits for nothing but its turn. */
export async function turns(count = 5): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
}
