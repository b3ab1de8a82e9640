/**
 * One object of an inventory: is it there, and how is it. Every answer is a state, so that one refused object does not hide
 * the others; a bounded number of requests runs at a time. Never reads what is inside of a Secret.
 */
import type { Clock } from '../base/clock.ts';
import { isFailure } from '../base/failure.ts';
import type { ObjectHealth } from '../flux/healthVerdict.ts';
import type { InventoryItem } from '../flux/inventory.ts';
import { findFluxKind } from '../flux/kinds.ts';
import { objectHealth } from '../flux/objectHealth.ts';
import { displayName, objectKey } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import type { ApiResource, ClusterApi } from './clusterApi.ts';
import type { ClusterState } from './clusterState.ts';
import { Slots } from './slots.ts';

export type EntryFound = InventoryItem &
  (
    | {
        readonly state: 'found';
        readonly health: ObjectHealth;
        /** RFC 3339, `undefined` where the object does not say. */
        readonly createdAt: string | undefined;
      }
    /** Listed, but not there. */
    | { readonly state: 'missing'; readonly message?: string }
    /** The user may not look, so nothing is known; `message` says why. */
    | { readonly state: 'forbidden'; readonly message: string }
    /** The kind is not served any more: its definition was deleted, or the version and all others are gone. */
    | { readonly state: 'notServed' }
    | { readonly state: 'failed'; readonly message: string }
  );

export class InventoryFetch {
  readonly #api: ClusterApi;
  readonly #state: ClusterState;
  readonly #clock: Clock;
  readonly #slots: Slots;

  constructor(parts: { api: ClusterApi; state: ClusterState; clock: Clock; parallel: number }) {
    this.#api = parts.api;
    this.#state = parts.state;
    this.#clock = parts.clock;
    this.#slots = new Slots(parts.parallel);
  }

  /** Throws `cancelled` and `unauthorized`, which concern all entries alike; everything else is the entry's own state. */
  async fetch(item: InventoryItem, signal: AbortSignal): Promise<EntryFound> {
    const { id } = item;
    const held = findFluxKind(id.group, id.kind) && this.#state.get(objectKey(this.#state.context, id));
    if (held) {
      return this.found(item, held); // watched anyway
    }
    try {
      return await this.#slots.run(signal, () => this.#request(item, signal));
    } catch (error) {
      if (!isFailure(error) || error.reason === 'cancelled' || error.reason === 'unauthorized') {
        throw error;
      }
      switch (error.reason) {
        case 'notFound':
          return missing(item);
        case 'forbidden':
          return { ...item, state: 'forbidden', message: error.message };
        default:
          return { ...item, state: 'failed', message: error.message };
      }
    }
  }

  /** The entry of an object that is in hand. */
  found(item: InventoryItem, object: KubernetesObject): EntryFound {
    const health = objectHealth(object, this.#clock.now());
    return { ...item, state: 'found', health, createdAt: object.metadata.creationTimestamp };
  }

  async #request(item: InventoryItem, signal: AbortSignal): Promise<EntryFound> {
    const { id, version } = item;
    const resource = await this.#api.findResource({ ...id, version }, signal);
    if (!resource) {
      return { ...item, state: 'notServed' };
    }
    const outside = this.#outside(item, resource);
    if (outside !== undefined) {
      return { ...item, state: 'forbidden', message: outside };
    }
    if (resource.group === '' && resource.kind === 'Secret') {
      return this.#secret(item, resource, signal);
    }
    return this.found(item, await this.#api.get(resource, id, signal));
  }

  /** A user who may not read Secrets gets no request for one: in an audit log a refused one looks like an attack. */
  async #secret(item: InventoryItem, resource: ApiResource, signal: AbortSignal): Promise<EntryFound> {
    const { namespace, name } = item.id;
    const question = { verb: 'get', group: '', resource: 'secrets', namespace, name };
    if ((await this.#api.mayI(question, signal)) !== true) {
      return { ...item, state: 'forbidden', message: `no permission to get Secret ${displayName(item.id)}` };
    }
    return this.found(item, await this.#api.getMetadata(resource, item.id, signal));
  }

  /** Restricted to namespaces, nothing else is asked for. */
  #outside(item: InventoryItem, resource: ApiResource): string | undefined {
    const { namespaces } = this.#state;
    if (namespaces.length === 0 || (resource.namespaced && namespaces.includes(item.id.namespace))) {
      return undefined;
    }
    return resource.namespaced
      ? `namespace ${item.id.namespace} is not one of driftline.namespaces`
      : 'objects without a namespace are not read while driftline.namespaces is set';
  }
}

/** The inventory keeps Jobs that were done and removed by their time to live, which nobody can tell from deleted ones. */
function missing(item: InventoryItem): EntryFound {
  const isJob = item.id.group === 'batch' && item.id.kind === 'Job';
  return {
    ...item,
    state: 'missing',
    ...(isJob ? { message: 'deleted, or finished and removed by its time to live' } : {}),
  };
}
