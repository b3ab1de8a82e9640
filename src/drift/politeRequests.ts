/**
 * So many requests to a cluster at a time, and none while it has asked to wait. Knows nothing of what is asked.
 */
import type { Clock } from '../base/clock.ts';
import { cancelled, isFailure } from '../base/failure.ts';
import { Slots } from '../cluster/slots.ts';

/** As many as a browser has to one host; the API server's own limits begin far above. */
const atOnce = 8;
/** A server that is busy that often in a row is given up. */
const mostWaits = 5;
const defaultWaitMs = 1_000;
const longestWaitMs = 60_000;

export class PoliteRequests {
  readonly #slots = new Slots(atOnce);
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  /** Milliseconds since the epoch: nobody sends before. */
  #notBefore = 0;

  constructor(parts: { readonly clock: Clock; readonly signal: AbortSignal }) {
    this.#clock = parts.clock;
    this.#signal = parts.signal;
  }

  /** Sends again after the time that a 429 names, and lets all others wait as long. Throws what the request throws. */
  async send<T>(request: (signal: AbortSignal) => Promise<T>): Promise<T> {
    for (let waits = 0; ; waits += 1) {
      try {
        return await this.#slots.run(this.#signal, () => this.#sendInTurn(request));
      } catch (error) {
        if (!isFailure(error, 'busy') || waits === mostWaits) {
          throw error;
        }
        const wait = Math.min(error.retryAfterMs ?? defaultWaitMs, longestWaitMs);
        this.#notBefore = Math.max(this.#notBefore, this.#clock.now() + wait);
      }
    }
  }

  async #sendInTurn<T>(request: (signal: AbortSignal) => Promise<T>): Promise<T> {
    while (this.#clock.now() < this.#notBefore) {
      await this.#wait(this.#notBefore - this.#clock.now());
    }
    return request(this.#signal);
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        timer.dispose();
        reject(cancelled('the comparison'));
      };
      const timer = this.#clock.after(ms, () => {
        this.#signal.removeEventListener('abort', stop);
        resolve();
      });
      if (this.#signal.aborted) {
        stop();
      } else {
        this.#signal.addEventListener('abort', stop, { once: true });
      }
    });
  }
}
