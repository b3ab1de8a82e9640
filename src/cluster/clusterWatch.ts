/**
 * One list and watch of one resource, in all namespaces or in one, kept alive for as long as it is not disposed.
 * Isolated on purpose: its errors, pauses and lists concern no other kind. Knows no store; a sink takes what it hears.
 */
import { Backoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { Failure, isFailure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import type { ApiResource, ClusterApi, ListQuery, WatchQuery } from './clusterApi.ts';

export type WatchState =
  | { readonly state: 'loading' }
  | { readonly state: 'synced' }
  | { readonly state: 'stale'; readonly since: number; readonly failure: Failure }
  | { readonly state: 'failed'; readonly verb: 'list' | 'watch'; readonly failure: Failure };

export interface WatchSink {
  /** A complete list; what it lacks is gone. */
  replaced(objects: readonly KubernetesObject[]): void;
  changed(object: KubernetesObject): void;
  removed(object: KubernetesObject): void;
  stateChanged(state: WatchState): void;
  /** The server said something on this watch, be it only a bookmark: the connection lives. */
  heard?(): void;
}

export interface ClusterWatchParts {
  readonly api: ClusterApi;
  readonly resource: ApiResource;
  /** `undefined` watches all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Hears of metadata alone; the objects have nothing else. */
  readonly metadataOnly?: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly sink: WatchSink;
  readonly random?: () => number;
}

const pageSize = 500;
/** A watch that lasts less has not worked: its end counts as a failure, so that nothing spins. */
const settledMs = 5_000;
/** No server may put a watch to sleep for longer than this by Retry-After. */
const longestBusyMs = 600_000;
/** Rights and CRDs change by somebody's hand: asking again every few minutes is enough. */
const slowRetryMs = 300_000;

export class ClusterWatch implements Disposable {
  readonly #parts: ClusterWatchParts;
  readonly #backoff: Backoff;
  readonly #timers = new Disposables();
  #state: WatchState = { state: 'loading' };
  #round = new AbortController();
  #wake: (() => void) | undefined;
  #skipPause = false;
  #started = false;
  #disposed = false;
  /** Where the watch goes on, `undefined` when a list is due. */
  #version: string | undefined;
  #everSynced = false;
  /** When the watch of this round was accepted. */
  #openedAt: number | undefined;
  /** The last watch broke as soon as it was open. */
  #brokeEarly = false;
  /** In a row, since a watch last worked. */
  #failures = 0;
  #retryAt: number | undefined;

  constructor(parts: ClusterWatchParts) {
    this.#parts = parts;
    this.#backoff = new Backoff(parts.random ? { random: parts.random } : {});
  }

  get resource(): ApiResource {
    return this.#parts.resource;
  }

  get state(): WatchState {
    return this.#state;
  }

  /** When it tries again by itself; `undefined` while it works or tries, or when only `retry` helps. */
  get retryAt(): number | undefined {
    return this.#retryAt;
  }

  start(): void {
    if (!this.#started && !this.#disposed) {
      this.#started = true;
      void this.#run();
    }
  }

  /** Tries at once if it is waiting to try; if it is trying in vain just now, once more without a pause. */
  retry(): void {
    this.#skipPause = this.#wake === undefined && this.#state.state !== 'synced';
    this.wake();
  }

  /** Tries at once if it is waiting to try, whatever for. */
  wake(): void {
    if (this.#wake) {
      this.#backoff.reset();
      this.#wake();
    }
  }

  /** Another watch works again: tries at once if it was cut off; a pause for another reason goes on. */
  retryIfCutOff(): void {
    const { state } = this;
    const failure = state.state === 'stale' || state.state === 'failed' ? state.failure : undefined;
    // 500 is an answer about this kind alone, such as that of a broken conversion; the other codes are a gateway's.
    const cutOff = failure?.reason === 'timeout' || (failure?.reason === 'unreachable' && failure.status !== 500);
    if (cutOff) {
      this.wake();
    }
  }

  /** Lists anew, whatever the watch says. */
  refresh(): void {
    this.#version = undefined;
    this.#backoff.reset();
    this.#round.abort();
    this.#wake?.();
  }

  /** Opens its watch anew where it stopped: the connection under it is suspected to be dead. */
  reconnect(): void {
    if (this.#openedAt !== undefined) {
      this.#round.abort();
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#round.abort();
    this.#timers.dispose();
    this.#wake?.();
  }

  async #run(): Promise<void> {
    while (!this.#disposed) {
      this.#round = new AbortController();
      await this.#pause(await this.#attempt(this.#round.signal));
    }
  }

  /** One round; resolves to the milliseconds until the next, `Infinity` when only the user's retry helps. */
  async #attempt(signal: AbortSignal): Promise<number> {
    this.#openedAt = undefined;
    let step: 'list' | 'watch' = 'list';
    try {
      if (this.#version === undefined) {
        await this.#list(signal);
        if (signal.aborted) {
          return 0;
        }
      }
      step = 'watch';
      await this.#watch(signal);
      if (this.#settled()) {
        return 0; // servers end watches after some minutes; the next goes on where this one stopped
      }
      throw new Failure('unreachable', `the server ended the watch of ${this.resource.plural} at once`);
    } catch (error) {
      if (this.#disposed || signal.aborted) {
        return 0;
      }
      if (!isFailure(error)) {
        this.#parts.log.error(`${this.#name()}: unexpected`, error);
      }
      return this.#failed(isFailure(error) ? error : new Failure('invalid', String(error), { cause: error }), step);
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { sink } = this.#parts;
    const { objects, version } = await this.#pages(signal);
    if (signal.aborted) {
      return;
    }
    this.#version = version;
    sink.replaced(objects);
    this.#everSynced = true;
    if (this.#state.state !== 'stale') {
      this.#report({ state: 'synced' });
    }
  }

  /** All pages. When the server forgets the token of the next one (410), from the first again, at last without pages. */
  async #pages(signal: AbortSignal): Promise<{ objects: KubernetesObject[]; version: string }> {
    const { api, resource } = this.#parts;
    const query = this.#selection();
    for (const limit of [pageSize, pageSize, undefined]) {
      const objects: KubernetesObject[] = [];
      let next: string | undefined;
      try {
        do {
          const page = await api.list(resource, { ...query, ...(limit === undefined ? {} : { limit }), next }, signal);
          objects.push(...page.items);
          next = page.next;
          if (next === undefined) {
            return { objects, version: page.resourceVersion };
          }
        } while (!signal.aborted);
      } catch (error) {
        if (!isFailure(error, 'gone') || next === undefined) {
          throw error;
        }
        this.#parts.log.info(`${this.#name()}: the list expired between two pages and begins again`);
      }
    }
    throw new Failure('gone', `the list of ${resource.plural} expires before it is complete`);
  }

  #selection(): Pick<ListQuery & WatchQuery, 'namespace' | 'labelSelector' | 'fieldSelector' | 'metadataOnly'> {
    const { namespace, labelSelector, fieldSelector, metadataOnly } = this.#parts;
    return {
      namespace,
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
      ...(metadataOnly === true ? { metadataOnly } : {}),
    };
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { api, resource, sink } = this.#parts;
    const events = api.watch(
      resource,
      {
        ...this.#selection(),
        resourceVersion: this.#version ?? '',
        onOpen: () => this.#opened(signal),
      },
      signal,
    );
    for await (const event of events) {
      if (signal.aborted) {
        return; // a late event of a watch that was given up
      }
      sink.heard?.();
      if (event.type === 'BOOKMARK') {
        this.#version = event.resourceVersion;
        continue;
      }
      this.#version = event.object.metadata.resourceVersion ?? this.#version;
      if (event.type === 'DELETED') {
        sink.removed(event.object);
      } else {
        sink.changed(event.object);
      }
    }
  }

  #opened(signal: AbortSignal): void {
    if (signal.aborted) {
      return;
    }
    const openedAt = this.#parts.clock.now();
    this.#openedAt = openedAt;
    // After an outage the open watch is the good news. After one that broke as soon as it was open it is none yet.
    if (!this.#brokeEarly) {
      this.#report({ state: 'synced' });
      return;
    }
    const timer = this.#timers.add(
      this.#parts.clock.after(settledMs, () => {
        this.#timers.release(timer);
        // By the timer, not by the time: timers and the time of day do not tick together, and the one may be a bit early.
        if (!signal.aborted && this.#openedAt === openedAt) {
          this.#brokeEarly = false;
          this.#report({ state: 'synced' });
        }
      }),
    );
  }

  #settled(): boolean {
    return this.#openedAt !== undefined && this.#parts.clock.now() - this.#openedAt >= settledMs;
  }

  /** Decides what a failure means for the state and how long to wait. */
  #failed(failure: Failure, step: 'list' | 'watch'): number {
    const wasSettled = this.#settled();
    const wasOpen = this.#openedAt !== undefined;
    this.#openedAt = undefined;
    this.#brokeEarly = wasOpen && !wasSettled;
    if (wasSettled) {
      this.#failures = 0;
      this.#backoff.reset();
    }
    this.#parts.log.info(`${this.#name()}: ${step} ended: ${failure.message}`);
    if (failure.reason === 'forbidden' || failure.reason === 'notFound' || failure.reason === 'gone') {
      this.#version = undefined;
    }
    const pause = this.#pauseAfter(failure, wasSettled);
    const quiet = this.#isQuiet(failure, wasSettled);
    this.#failures += 1;
    // Before the report: who reads the state also reads when it is tried again.
    this.#retryAt = Number.isFinite(pause) ? this.#parts.clock.now() + pause : undefined;
    if (!quiet) {
      this.#reportFailure(failure, step);
    }
    return pause;
  }

  #pauseAfter(failure: Failure, wasSettled: boolean): number {
    switch (failure.reason) {
      case 'unauthorized':
        return Number.POSITIVE_INFINITY;
      case 'forbidden':
      case 'notFound':
        return slowRetryMs;
      case 'busy':
        return Math.max(this.#backoff.next(), Math.min(failure.retryAfterMs ?? 0, longestBusyMs));
      case 'gone':
      case 'timeout':
        // History that the server forgot, and silence of a watch that worked, are no outage: the next try is at once.
        return wasSettled ? 0 : this.#backoff.next();
      default:
        return this.#backoff.next();
    }
  }

  /** Whether nobody needs to know: the next try most often mends it. */
  #isQuiet(failure: Failure, wasSettled: boolean): boolean {
    switch (failure.reason) {
      case 'unauthorized':
      case 'forbidden':
      case 'notFound':
        return false;
      case 'gone':
        return true;
      case 'busy':
        return this.#failures < 2;
      default:
        return wasSettled; // a connection that worked and broke: a gateway's time limit, a server that restarts
    }
  }

  #reportFailure(failure: Failure, step: 'list' | 'watch'): void {
    if (!this.#everSynced || (step === 'watch' && failure.reason === 'forbidden')) {
      this.#report({ state: 'failed', verb: step, failure });
    } else {
      const since = this.#state.state === 'stale' ? this.#state.since : this.#parts.clock.now();
      this.#report({ state: 'stale', since, failure });
    }
  }

  #report(state: WatchState): void {
    if (this.#disposed || (state.state === 'synced' && this.#state.state === 'synced')) {
      return;
    }
    this.#state = state;
    this.#parts.sink.stateChanged(state);
  }

  async #pause(ms: number): Promise<void> {
    const { clock } = this.#parts;
    if (ms === 0 || this.#disposed || this.#skipPause) {
      this.#skipPause = false;
      this.#retryAt = undefined;
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = Number.isFinite(ms) ? this.#timers.add(clock.after(ms, resolve)) : undefined;
      this.#wake = () => {
        if (timer) {
          this.#timers.release(timer);
        }
        resolve();
      };
    });
    this.#wake = undefined;
    this.#retryAt = undefined;
  }

  #name(): string {
    const { api, resource, namespace } = this.#parts;
    return `${api.context}: ${resource.plural}${namespace === undefined ? '' : ` in ${namespace}`}`;
  }
}
