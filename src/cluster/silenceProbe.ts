/**
 * Notices a connection that died without a word (sleep, VPN, a cut cable), which TCP takes many minutes to do.
 * Real servers say something on a watch each minute, so it asks only when there is reason to: no poll.
 */
import type { Clock } from '../base/clock.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { isFailure } from '../base/failure.ts';
import type { ClusterApi } from './clusterApi.ts';

/** Bookmarks come each minute: more than that without a word is looked into. */
const silenceMs = 75_000;
const checkMs = 25_000;
/** Somebody is back at the window: a shorter silence is worth a question, for the machine may have slept. */
const attentiveMs = 10_000;

export class SilenceProbe implements Disposable {
  readonly #api: ClusterApi;
  readonly #clock: Clock;
  readonly #isConnected: () => boolean;
  readonly #onDead: () => void;
  readonly #lifetime = new Disposables();
  readonly #ended = new AbortController();
  #lastHeard: number;

  /** `onDead` is called when the server was silent and does not answer a request either. */
  constructor(parts: { api: ClusterApi; clock: Clock; isConnected: () => boolean; onDead: () => void }) {
    this.#api = parts.api;
    this.#clock = parts.clock;
    this.#isConnected = parts.isConnected;
    this.#onDead = parts.onDead;
    this.#lastHeard = parts.clock.now();
    this.#lifetime.add({ dispose: () => this.#ended.abort() });
  }

  start(): void {
    const timer = this.#lifetime.add(
      this.#clock.after(checkMs, () => {
        this.#lifetime.release(timer);
        void this.#check(silenceMs).finally(() => this.start());
      }),
    );
  }

  /** Asks now unless the server has spoken just before. Called when somebody looks, never by a timer. */
  lookNow(): void {
    void this.#check(attentiveMs);
  }

  heard(): void {
    this.#lastHeard = this.#clock.now();
  }

  dispose(): void {
    this.#lifetime.dispose();
  }

  async #check(silence: number): Promise<void> {
    if (!this.#isConnected() || this.#clock.now() - this.#lastHeard < silence) {
      return;
    }
    try {
      await this.#api.serverVersion(this.#ended.signal);
      this.heard();
    } catch (error) {
      if (!this.#ended.signal.aborted && (isFailure(error, 'unreachable') || isFailure(error, 'timeout'))) {
        this.#onDead();
      }
    }
  }
}
