/**
 * The watches of one Flux kind, one for all namespaces or one for each that the user named, and what they make of the
 * kind as a whole. Writes the store; knows no other kind.
 */
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposables.ts';
import type { Log } from '../base/log.ts';
import type { FluxKind } from '../flux/kinds.ts';
import type { ApiResource, ClusterApi } from './clusterApi.ts';
import type { KindSync } from './clusterState.ts';
import type { ClusterStore } from './clusterStore.ts';
import { ClusterWatch, type WatchState } from './clusterWatch.ts';

export interface KindWatchesParts {
  readonly api: ClusterApi;
  readonly kind: FluxKind;
  readonly resource: ApiResource;
  /** Empty watches all. */
  readonly namespaces: readonly string[];
  readonly store: ClusterStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly random?: () => number;
  /** A state changed; the store's sync of the kind is up to date when it is called. */
  readonly onChange: (watch: ClusterWatch, state: WatchState) => void;
  readonly onHeard: () => void;
}

export class KindWatches implements Disposable {
  readonly resource: ApiResource;
  readonly watches: readonly ClusterWatch[];

  constructor(parts: KindWatchesParts) {
    this.resource = parts.resource;
    const namespaces = parts.namespaces.length === 0 ? [undefined] : parts.namespaces;
    this.watches = namespaces.map((namespace) => this.#watch(parts, namespace));
    parts.store.setSync(parts.kind, this.#sync());
  }

  start(): void {
    for (const watch of this.watches) {
      watch.start();
    }
  }

  dispose(): void {
    for (const watch of this.watches) {
      watch.dispose();
    }
  }

  #watch(parts: KindWatchesParts, namespace: string | undefined): ClusterWatch {
    const { api, kind, resource, store, clock, log, random, onChange, onHeard } = parts;
    const watch: ClusterWatch = new ClusterWatch({
      api,
      resource,
      namespace,
      clock,
      log,
      ...(random ? { random } : {}),
      sink: {
        replaced: (objects) => store.replace(kind, namespace, objects),
        changed: (object) => store.put(kind, object),
        removed: (object) => store.remove(kind, object),
        heard: onHeard,
        stateChanged: (state) => {
          store.setSync(kind, this.#sync());
          onChange(watch, state);
        },
      },
    });
    return watch;
  }

  /** The least that is true of all namespaces: complete only when each is. */
  #sync(): KindSync {
    const { resource } = this;
    const states = this.watches.map(({ state }) => state);
    const failed = states.find((state) => state.state === 'failed');
    if (failed) {
      return { ...failed, resource };
    }
    if (states.some(({ state }) => state === 'loading')) {
      return { state: 'loading' };
    }
    const stale = states.filter((state) => state.state === 'stale').sort((a, b) => a.since - b.since)[0];
    return stale ? { ...stale, resource } : { state: 'synced', resource };
  }
}
