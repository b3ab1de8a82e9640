/**
 * Objects in memory with one growing resourceVersion and a log of changes for each resource, as etcd keeps them. Objects are
 * never changed in place, so a list taken once stays what it was. Knows no HTTP, no rights and no meaning of any field but
 * metadata.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../src/base/clock.ts';
import { Emitter } from '../../../src/base/emitter.ts';
import { type ApiObject, sameJson, withMeta } from './apiObject.ts';
import type { ServedResource } from './discovery.ts';

/** A resource in all its versions. */
export type ResourceName = Pick<ServedResource, 'group' | 'plural'>;

/** Who made a change: a client's request, the test's own hand, or the stand-in of a controller. */
export type Origin = 'request' | 'hand' | 'controller';

export interface Change {
  readonly resource: ResourceName;
  readonly resourceVersion: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: ApiObject;
  /** What it was before; `undefined` for ADDED. */
  readonly previous: ApiObject | undefined;
  readonly origin: Origin;
}

/** Changes kept for each resource; older ones are compacted away, so memory stays bounded under a long run. */
const keptChanges = 10_000;

interface Shelf {
  readonly objects: Map<string, ApiObject>;
  /** Keys in the order of lists, `undefined` after objects came or went. */
  sorted: readonly string[] | undefined;
  log: Change[];
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** Seconds precision, as the API writes times. */
export function apiTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

export class ObjectStore {
  readonly #clock: Clock;
  readonly #shelves = new Map<string, Shelf>();
  readonly #changes = new Emitter<Change>();
  #resourceVersion = 1000;
  #compacted = 0;

  /** Every change, at once and in order. */
  readonly onDidChange = this.#changes.event;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get resourceVersion(): number {
    return this.#resourceVersion;
  }

  /** The oldest resourceVersion that a watch may start from. */
  get oldest(): number {
    return this.#compacted;
  }

  get(resource: ResourceName, namespace: string, name: string): ApiObject | undefined {
    return this.#shelf(resource).objects.get(keyOf(namespace, name));
  }

  /** In the order of namespace and name. */
  list(resource: ResourceName, namespace?: string): readonly ApiObject[] {
    const shelf = this.#shelf(resource);
    shelf.sorted ??= [...shelf.objects.keys()].sort();
    const all = shelf.sorted.map((key) => shelf.objects.get(key)).filter((object) => object !== undefined);
    return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
  }

  /** Adds or replaces. Nothing happens when nothing differs: no new version, no event. */
  write(resource: ResourceName, object: ApiObject, origin: Origin): ApiObject {
    const shelf = this.#shelf(resource);
    const key = keyOf(object.metadata.namespace ?? '', object.metadata.name);
    const previous = shelf.objects.get(key);
    if (previous && sameJson(withoutVersion(object), withoutVersion(previous))) {
      return previous;
    }
    const stored = withMeta(object, {
      uid: previous?.metadata.uid ?? object.metadata.uid ?? randomUUID(),
      creationTimestamp:
        previous?.metadata.creationTimestamp ?? object.metadata.creationTimestamp ?? apiTime(this.#clock.now()),
      resourceVersion: String(++this.#resourceVersion),
    });
    shelf.objects.set(key, stored);
    if (!previous) {
      shelf.sorted = undefined;
    }
    this.#record(shelf, {
      resource,
      resourceVersion: this.#resourceVersion,
      type: previous ? 'MODIFIED' : 'ADDED',
      object: stored,
      previous,
      origin,
    });
    return stored;
  }

  /** Takes an object away, whatever its finalizers say. `undefined` when there is none. */
  remove(resource: ResourceName, namespace: string, name: string, origin: Origin): ApiObject | undefined {
    const shelf = this.#shelf(resource);
    const previous = shelf.objects.get(keyOf(namespace, name));
    if (!previous) {
      return undefined;
    }
    shelf.objects.delete(keyOf(namespace, name));
    shelf.sorted = undefined;
    const object = withMeta(previous, { resourceVersion: String(++this.#resourceVersion) });
    this.#record(shelf, {
      resource,
      resourceVersion: this.#resourceVersion,
      type: 'DELETED',
      object,
      previous,
      origin,
    });
    return object;
  }

  /** The changes after a version, `undefined` when some of them are compacted away. */
  changesSince(resource: ResourceName, resourceVersion: number): readonly Change[] | undefined {
    const log = this.#shelf(resource).log;
    return resourceVersion < this.#compacted
      ? undefined
      : log.filter((change) => change.resourceVersion > resourceVersion);
  }

  /** Forgets all changes so far: a watch that starts from an older version gets 410. */
  compact(): void {
    this.#compacted = this.#resourceVersion;
    for (const shelf of this.#shelves.values()) {
      shelf.log = [];
    }
  }

  #shelf(resource: ResourceName): Shelf {
    const name = `${resource.group}/${resource.plural}`;
    const shelf = this.#shelves.get(name) ?? { objects: new Map<string, ApiObject>(), sorted: undefined, log: [] };
    this.#shelves.set(name, shelf);
    return shelf;
  }

  #record(shelf: Shelf, change: Change): void {
    shelf.log.push(change);
    if (shelf.log.length > keptChanges) {
      const cut = shelf.log.length - keptChanges / 2;
      this.#compacted = shelf.log[cut - 1]?.resourceVersion ?? this.#compacted;
      shelf.log = shelf.log.slice(cut);
    }
    this.#changes.fire(change);
  }
}

function withoutVersion(object: ApiObject): ApiObject {
  return withMeta(object, { resourceVersion: undefined, uid: undefined, creationTimestamp: undefined });
}
