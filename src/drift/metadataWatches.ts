/**
 * Word of changes to some objects, by watches that hear of metadata alone: one for each kind and namespace, for as long as an object
 * of it is asked for. Tells which object is another than before; reads none.
 */
import { Backoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { isFailure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import type { ApiResource, ClusterApi } from '../cluster/clusterApi.ts';
import { ClusterWatch } from '../cluster/clusterWatch.ts';
import type { InventoryItem } from '../flux/inventory.ts';
import { idOf, type ObjectKey, objectKey } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';

export interface MetadataWatchesParts {
  readonly api: ClusterApi;
  /** Nothing outside of these is asked for; empty means the whole cluster. */
  readonly namespaces: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
  readonly random?: () => number;
  /** It came, went, or is another in something that a comparison looks at. */
  readonly onChange: (key: ObjectKey) => void;
}

/** Each is a connection that stays open; who opens more rows than that sees the rest compared when asked. */
const mostWatches = 60;

/** Between two tries to open one, which nobody waits for. */
const retryMs = { firstMs: 5_000, maxMs: 600_000 };

export class MetadataWatches implements Disposable {
  readonly #parts: MetadataWatchesParts;
  readonly #ended = new AbortController();
  readonly #watches = new Map<string, Disposables>();
  /**
   * By place: the version of each object that is there, whoever asks for it, for what is asked for later must not miss its first
   * change. Kept while no watch is open. No entry: never listed.
   */
  readonly #known = new Map<string, Map<ObjectKey, string>>();
  #wanted: ReadonlyMap<string, ReadonlySet<ObjectKey>> = new Map();

  constructor(parts: MetadataWatchesParts) {
    this.#parts = parts;
  }

  /** These, and no others from now on; none ends all watches and keeps what is known. */
  watch(items: readonly InventoryItem[]): void {
    const { random } = this.#parts;
    const wanted = new Map<string, Set<ObjectKey>>();
    const first = new Map<string, InventoryItem>();
    for (const item of items) {
      const { group, kind, namespace } = item.id;
      const place = JSON.stringify([group, kind, namespace]);
      const keys = wanted.get(place) ?? new Set();
      if (keys.size > 0 || wanted.size < mostWatches) {
        wanted.set(place, keys.add(this.#keyOf(item.id)));
        first.set(place, item);
      }
    }
    this.#wanted = wanted;
    for (const [place, watch] of this.#watches) {
      if (!wanted.has(place)) {
        watch.dispose();
        this.#watches.delete(place);
      }
    }
    for (const [place, item] of first) {
      if (!this.#watches.has(place) && !this.#ended.signal.aborted) {
        const lifetime = new Disposables();
        this.#watches.set(place, lifetime);
        void this.#open(place, item, lifetime, new Backoff({ ...retryMs, ...(random && { random }) }));
      }
    }
  }

  dispose(): void {
    this.#ended.abort();
    this.#watches.forEach((watch) => watch.dispose());
    this.#watches.clear();
  }

  /** Never rejects: what cannot be watched is compared when asked. A failure of the moment is tried again. */
  async #open(place: string, item: InventoryItem, lifetime: Disposables, backoff: Backoff): Promise<void> {
    const { id, version } = item;
    const { api, namespaces, clock, log, random } = this.#parts;
    try {
      const resource = await api.findResource({ ...id, version }, this.#ended.signal);
      const namespace = resource?.namespaced === true ? id.namespace : undefined;
      const isOutside = namespaces.length > 0 && (namespace === undefined || !namespaces.includes(namespace));
      if (!resource || isOutside || !(await this.#mayWatch(resource, namespace)) || lifetime.disposed) {
        return;
      }
      const watch = lifetime.add(
        new ClusterWatch({
          ...{ api, resource, namespace, metadataOnly: true, clock, log },
          ...(random ? { random } : {}),
          sink: {
            replaced: (objects) => this.#replaced(place, objects),
            changed: (object) => this.#heard(place, object, shownVersion(object)),
            removed: (object) => this.#heard(place, object, undefined),
            stateChanged: () => undefined, // the watch tries again by itself, and says so in the log
          },
        }),
      );
      watch.start();
    } catch (error) {
      if (isFailure(error, 'cancelled')) {
        return;
      }
      log.info(`${api.context}: ${id.kind} is not watched: ${error instanceof Error ? error.message : ''}`);
      // With credentials that are refused nothing changes until the user acts, and the session begins anew then.
      if (isFailure(error) && error.reason !== 'unauthorized') {
        const waitMs = Math.max(backoff.next(), Math.min(error.retryAfterMs ?? 0, retryMs.maxMs));
        const timer = lifetime.add(
          clock.after(waitMs, () => {
            lifetime.release(timer);
            void this.#open(place, item, lifetime, backoff);
          }),
        );
      }
    }
  }

  /** A user who may not read Secrets gets no request for them: in an audit log a refused one looks like an attack. */
  async #mayWatch(resource: ApiResource, namespace: string | undefined): Promise<boolean> {
    if (resource.group !== '' || resource.kind !== 'Secret') {
      return true;
    }
    const question = { group: '', resource: 'secrets', ...(namespace === undefined ? {} : { namespace }) };
    const { signal } = this.#ended;
    const verbs = ['list', 'watch'].map((verb) => this.#parts.api.mayI({ ...question, verb }, signal));
    return (await Promise.all(verbs)).every((allowed) => allowed === true);
  }

  /** The first list of a place says how things are, and no more; a later one what has changed meanwhile. */
  #replaced(place: string, objects: readonly KubernetesObject[]): void {
    const before = this.#known.get(place);
    const now = new Map(objects.map((object) => [this.#keyOf(idOf(object)), shownVersion(object)]));
    this.#known.set(place, now);
    if (!before) {
      return;
    }
    for (const key of this.#wanted.get(place) ?? []) {
      this.#compare(key, before.get(key), now.get(key));
    }
  }

  /** `version`: `undefined` when it has gone. */
  #heard(place: string, object: KubernetesObject, version: string | undefined): void {
    const key = this.#keyOf(idOf(object));
    const known = this.#known.get(place);
    const before = known?.get(key);
    if (version === undefined) {
      known?.delete(key);
    } else {
      known?.set(key, version);
    }
    if (this.#wanted.get(place)?.has(key) === true) {
      this.#compare(key, before, version);
    }
  }

  #compare(key: ObjectKey, before: string | undefined, now: string | undefined): void {
    if (before !== now && !this.#ended.signal.aborted) {
      this.#parts.onChange(key);
    }
  }

  #keyOf(id: InventoryItem['id']): ObjectKey {
    return objectKey(this.#parts.api.context, id);
  }
}

/**
 * What a comparison could see of a change: where a kind counts generations, a status that moves on has none of it. Deployments do so
 * many times during one rollout.
 */
function shownVersion({ metadata }: KubernetesObject): string {
  const { uid, generation, labels, annotations, resourceVersion, deletionTimestamp } = metadata;
  const counts = generation !== undefined && generation > 0;
  const content = counts ? [generation, sorted(labels), sorted(annotations)] : [resourceVersion];
  return JSON.stringify([uid, deletionTimestamp, ...content]);
}

function sorted(texts: Readonly<Record<string, string>> | undefined): readonly (readonly [string, string])[] {
  return Object.entries(texts ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}
