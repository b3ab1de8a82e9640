/**
 * Everything of one context: its watches, its store, its controllers, its connection, for as long as it is open.
 * Disposed as a whole: whatever was under way ends, and nothing fires any more. Knows no other context and no editor.
 */
import { Backoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { Coalescer } from '../base/coalescer.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { Emitter } from '../base/emitter.ts';
import { Failure, isFailure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import { type FluxKind, fluxKinds } from '../flux/kinds.ts';
import type { ObjectKey } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import type { ApiResource, ClusterApi } from './clusterApi.ts';
import type { ClusterState, Controllers, KindSync } from './clusterState.ts';
import { ClusterStore } from './clusterStore.ts';
import type { ClusterWatch, WatchState } from './clusterWatch.ts';
import type { Connection } from './connection.ts';
import { deriveConnection, type Phase } from './deriveConnection.ts';
import { FluxControllers } from './fluxControllers.ts';
import { KindWatches } from './kindWatches.ts';
import { SilenceProbe } from './silenceProbe.ts';
import type { Credentials } from './transport.ts';

export interface ClusterSessionParts {
  /** Owned: disposed with the session. */
  readonly api: ClusterApi;
  readonly context: string;
  /** Nothing outside of these is asked for; empty means the whole cluster. */
  readonly namespaces: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
  readonly credentials?: Credentials | undefined;
  readonly random?: () => number;
}

/** How often is asked which kinds are served: a CRD that is installed or a new Flux shows within this time. */
const rediscoverMs = 300_000;
/** How often a cluster without Flux, or one that will not tell its kinds, is asked again. */
const slowRetryMs = 60_000;

export class ClusterSession implements ClusterState, Disposable {
  readonly context: string;
  readonly namespaces: readonly string[];
  readonly #parts: ClusterSessionParts;
  readonly #lifetime = new Disposables();
  readonly #ended = new AbortController();
  readonly #store: ClusterStore;
  readonly #controllers: FluxControllers;
  readonly #silence: SilenceProbe;
  readonly #kinds = new Map<FluxKind, KindWatches>();
  readonly #backoff: Backoff;
  readonly #statusChanges: Coalescer<'status'>;
  readonly #statusChanged = new Emitter<void>();
  readonly onDidChangeStatus = this.#statusChanged.event;
  readonly onDidChangeObjects;
  #started = false;
  #phase: Phase;
  #step = 'the API server';
  #connection: Connection;
  #lastConnected: number | undefined;
  #wake: (() => void) | undefined;

  constructor(parts: ClusterSessionParts) {
    const { api, context, namespaces, clock, log, random } = parts;
    this.#parts = parts;
    this.context = context;
    this.namespaces = namespaces;
    const jitter = random ? { random } : {};
    this.#backoff = new Backoff(jitter);
    this.#phase = { state: 'connecting', since: clock.now() };
    this.#connection = this.#derive();
    this.#lifetime.add(api);
    this.#lifetime.add(this.#statusChanged);
    this.#statusChanges = this.#lifetime.add(
      new Coalescer({ clock, windowMs: 50, flush: () => this.#statusChanged.fire() }),
    );
    this.#store = this.#lifetime.add(new ClusterStore({ context, clock }));
    this.onDidChangeObjects = this.#store.onDidChangeObjects;
    this.#controllers = this.#lifetime.add(new FluxControllers({ api, namespaces, clock, log, ...jitter }));
    this.#lifetime.add(this.#controllers.onDidChange(() => this.#changed()));
    if (parts.credentials) {
      this.#lifetime.add(parts.credentials.onDidChange(() => this.#changed()));
    }
    this.#silence = this.#lifetime.add(
      new SilenceProbe({
        api,
        clock,
        isConnected: () => this.#connection.state === 'connected',
        onDead: () => this.#reconnect(),
      }),
    );
    this.#lifetime.add({ dispose: () => this.#ended.abort() });
  }

  /** For reads and actions on this very cluster; ends with the session. */
  get api(): ClusterApi {
    return this.#parts.api;
  }

  get connection(): Connection {
    return this.#connection;
  }

  get controllers(): Controllers {
    return this.#controllers.value;
  }

  get(key: ObjectKey): FluxObject | undefined {
    return this.#store.get(key);
  }

  ofKind(kind: FluxKind): Iterable<FluxObject> {
    return this.#store.ofKind(kind);
  }

  sync(kind: FluxKind): KindSync {
    return this.#store.sync(kind);
  }

  /** Begins to connect. Returns at once; `connection` and the events tell the rest. */
  start(): void {
    if (!this.#started && !this.#ended.signal.aborted) {
      this.#started = true;
      void this.#run();
      this.#silence.start();
    }
  }

  /** The user's own retry: the only thing that runs a failed credential plugin again. */
  retry(): void {
    this.#parts.credentials?.retry();
    this.#backoff.reset();
    if (this.#phase.state === 'failed') {
      this.#setPhase({ state: 'connecting', since: this.#parts.clock.now() });
      this.#wake?.();
      return; // once that works, the watches are tried too
    }
    for (const watch of this.#watches()) {
      watch.retry();
    }
    this.#controllers.retry();
  }

  /** Somebody is back at the window: finds out whether a quiet connection still lives. */
  lookNow(): void {
    this.#silence.lookNow();
  }

  /** Asks and lists everything anew. */
  refresh(): void {
    if (this.#phase.state === 'failed') {
      this.retry();
      return;
    }
    for (const watch of this.#watches()) {
      watch.refresh();
    }
    this.#controllers.refresh();
    this.#wake?.();
  }

  dispose(): void {
    for (const watches of this.#kinds.values()) {
      watches.dispose();
    }
    this.#lifetime.dispose();
    this.#wake?.();
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      await this.#pause(await this.#round(signal));
    }
  }

  /** Connects, or asks a connected cluster again for its kinds. Resolves to the milliseconds until the next time. */
  async #round(signal: AbortSignal): Promise<number> {
    const { api } = this.#parts;
    if (this.#phase.state === 'failed' && this.#phase.failure.reason === 'unauthorized') {
      return Number.POSITIVE_INFINITY; // only the user's retry leads on, and it sets the phase to connecting
    }
    const wasConnected = this.#isConnected();
    try {
      const serverVersion =
        this.#phase.state === 'connected' ? this.#phase.serverVersion : await this.#serverVersion(signal);
      this.#waitFor('the kinds that the cluster serves');
      api.forgetDiscovery();
      const served = await this.#discover(signal);
      if (signal.aborted || wasConnected !== this.#isConnected()) {
        return 0; // meanwhile ended, or a watch was told that the credentials no longer count
      }
      this.#watchKinds(served);
      if (served.size === 0) {
        throw new Failure('fluxNotInstalled', `no Flux kind is served by ${this.context}`);
      }
      this.#backoff.reset();
      this.#setPhase({ state: 'connected', serverVersion });
      this.#controllers.start();
      if (!wasConnected) {
        for (const watch of this.#watches()) {
          watch.wake(); // those of an earlier connection may be waiting for just this
        }
      }
      return rediscoverMs;
    } catch (error) {
      return signal.aborted ? 0 : this.#failed(error);
    }
  }

  #isConnected(): boolean {
    return this.#phase.state === 'connected';
  }

  async #serverVersion(signal: AbortSignal): Promise<string> {
    this.#waitFor('the API server');
    try {
      return (await this.#parts.api.serverVersion(signal)).gitVersion;
    } catch (error) {
      if (isFailure(error, 'forbidden') || isFailure(error, 'notFound')) {
        return ''; // some keep /version from their users: it answered, and that is what counts
      }
      throw error;
    }
  }

  async #discover(signal: AbortSignal): Promise<ReadonlyMap<FluxKind, ApiResource>> {
    const groups = [...new Set(fluxKinds.map(({ group }) => group))];
    const resources = (await Promise.all(groups.map((group) => this.#parts.api.discoverGroup(group, signal)))).flat();
    return new Map(
      fluxKinds.flatMap((kind) => {
        const resource = resources.find((served) => served.group === kind.group && served.kind === kind.kind);
        return resource ? [[kind, resource]] : [];
      }),
    );
  }

  #failed(error: unknown): number {
    const { log, clock } = this.#parts;
    const failure = isFailure(error) ? error : new Failure('invalid', String(error), { cause: error });
    if (!isFailure(error)) {
      log.error(`${this.context}: unexpected`, error);
    }
    const definite = failure.reason === 'unauthorized' || failure.reason === 'fluxNotInstalled';
    if (this.#phase.state === 'connected' && !definite) {
      log.info(`${this.context}: its kinds cannot be asked for now: ${failure.message}`);
      return slowRetryMs; // the watches tell how the connection is
    }
    log.warn(`${this.context}: ${failure.message}`);
    const pause = this.#pauseAfter(failure);
    const now = clock.now();
    const since = this.#phase.state === 'failed' ? this.#phase.since : now;
    this.#setPhase({ state: 'failed', failure, since, retryAt: definite ? undefined : now + pause });
    return pause;
  }

  #pauseAfter(failure: Failure): number {
    switch (failure.reason) {
      case 'unauthorized':
        return Number.POSITIVE_INFINITY; // never by itself: a credential plugin may open a log-in window each time
      case 'fluxNotInstalled':
      case 'forbidden':
        return slowRetryMs;
      default:
        return Math.max(this.#backoff.next(), Math.min(failure.retryAfterMs ?? 0, slowRetryMs));
    }
  }

  /** Makes the watches those of the served kinds; a watch whose resource is the same goes on untouched. */
  #watchKinds(served: ReadonlyMap<FluxKind, ApiResource>): void {
    for (const kind of fluxKinds) {
      const resource = served.get(kind);
      const current = this.#kinds.get(kind);
      if (current && resource && sameResource(current.resource, resource)) {
        continue;
      }
      current?.dispose();
      this.#kinds.delete(kind);
      if (resource) {
        const watches = this.#kindWatches(kind, resource);
        this.#kinds.set(kind, watches);
        watches.start();
      } else {
        this.#store.setSync(kind, { state: 'notServed' });
        this.#store.replace(kind, undefined, []);
      }
    }
    this.#changed();
  }

  #kindWatches(kind: FluxKind, resource: ApiResource): KindWatches {
    const { api, namespaces, clock, log, random } = this.#parts;
    return new KindWatches({
      api,
      kind,
      resource,
      namespaces,
      store: this.#store,
      clock,
      log,
      ...(random ? { random } : {}),
      onChange: (watch, state) => this.#watchChanged(watch, state),
      onHeard: () => this.#silence.heard(),
    });
  }

  #watchChanged(watch: ClusterWatch, state: WatchState): void {
    if (state.state === 'synced') {
      this.#silence.heard();
      this.#retryOthers(watch);
    }
    const failure = state.state === 'stale' || state.state === 'failed' ? state.failure : undefined;
    if (failure?.reason === 'unauthorized' && this.#phase.state === 'connected') {
      this.#failed(failure);
    } else if (failure?.reason === 'notFound') {
      this.#wake?.(); // its CRD may have gone: ask which kinds are served
    }
    this.#changed();
  }

  /** One watch works again: so will the others, and nobody should wait for their pauses to pass. */
  #retryOthers(working: ClusterWatch): void {
    for (const watch of this.#watches()) {
      if (watch !== working) {
        watch.retryIfCutOff();
      }
    }
    this.#controllers.retryIfCutOff();
  }

  #reconnect(): void {
    this.#parts.log.info(`${this.context}: silent, and does not answer: all watches are opened anew`);
    for (const watch of this.#watches()) {
      watch.reconnect();
    }
  }

  #watches(): readonly ClusterWatch[] {
    return [...this.#kinds.values()].flatMap(({ watches }) => watches);
  }

  #waitFor(step: string): void {
    this.#step = step;
    this.#changed();
  }

  #setPhase(phase: Phase): void {
    this.#phase = phase;
    this.#changed();
  }

  #derive(): Connection {
    const plugin = this.#parts.credentials?.running;
    return deriveConnection({
      context: this.context,
      phase: this.#phase,
      waitingFor: plugin === undefined ? this.#step : `the credential plugin ${plugin}`,
      watches: this.#watches(),
      lastConnected: this.#lastConnected,
      now: this.#parts.clock.now(),
    });
  }

  #changed(): void {
    if (this.#ended.signal.aborted) {
      return;
    }
    const was = this.#connection.state;
    if (was === 'connected') {
      this.#lastConnected = this.#parts.clock.now();
    }
    this.#connection = this.#derive();
    if (this.#connection.state !== was) {
      this.#parts.log.info(`${this.context}: ${this.#connection.state}`);
    }
    this.#statusChanges.add('status');
  }

  async #pause(ms: number): Promise<void> {
    if (this.#ended.signal.aborted) {
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = Number.isFinite(ms) ? this.#lifetime.add(this.#parts.clock.after(ms, resolve)) : undefined;
      this.#wake = () => {
        if (timer) {
          this.#lifetime.release(timer);
        }
        resolve();
      };
    });
    this.#wake = undefined;
  }
}

function sameResource(a: ApiResource, b: ApiResource): boolean {
  return a.version === b.version && a.plural === b.plural && a.namespaced === b.namespaced;
}
