/**
 * Reads the live objects of one Kustomization, many of a kind by lists: most of what a read costs is that it is a request. Compares
 * nothing and keeps nothing.
 */
import type { ApiResource } from '../cluster/clusterApi.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { listOwned, type OwnedObjectsParts } from './ownedObjects.ts';

/** A list of fewer is no gain. */
const fewest = 5;
/** An answer is parsed in one go, in which nothing else in the process gets a turn. */
const pageSize = 20;

interface Place {
  readonly namespace: string;
  readonly name: string;
}

interface Wanted {
  readonly name: string;
  readonly resolve: (object: KubernetesObject | undefined) => void;
  readonly reject: (error: unknown) => void;
}

export class LiveReads {
  readonly #parts: OwnedObjectsParts;
  /** What is asked for in this turn of the event loop, by kind and namespace. */
  readonly #waiting = new Map<string, Wanted[]>();

  constructor(parts: OwnedObjectsParts) {
    this.#parts = parts;
  }

  /**
   * As it is now, with `managedFields`. `alone`: not by a list, which must not bring what nobody asked for. Throws a `Failure`,
   * `notFound` among them.
   */
  async read(resource: ApiResource, place: Place, alone: boolean): Promise<KubernetesObject> {
    const { api, requests } = this.#parts;
    const listed = alone ? undefined : await this.#listed(resource, place);
    // What the owner's labels do not find may be there all the same: not applied yet, or applied by another.
    return listed ?? requests.send((signal) => api.getWithManagedFields(resource, place, signal));
  }

  #listed(resource: ApiResource, { namespace, name }: Place): Promise<KubernetesObject | undefined> {
    return new Promise((resolve, reject) => {
      const key = JSON.stringify([resource.group, resource.plural, namespace]);
      const others = this.#waiting.get(key);
      const wanted = [...(others ?? []), { name, resolve, reject }];
      this.#waiting.set(key, wanted);
      if (!others) {
        setImmediate(() => void this.#answer(resource, namespace, key));
      }
    });
  }

  /** Comparisons of one Kustomization begin together, so that most of a kind come to this in the same turn. */
  async #answer(resource: ApiResource, namespace: string, key: string): Promise<void> {
    const wanted = this.#waiting.get(key) ?? [];
    this.#waiting.delete(key);
    try {
      const form = { limit: pageSize, withManagedFields: true };
      const listed = wanted.length < fewest ? undefined : await listOwned(this.#parts, resource, namespace, form);
      const found = new Map(listed?.map((object) => [object.metadata.name, object]));
      wanted.forEach(({ name, resolve }) => resolve(found.get(name)));
    } catch (error) {
      wanted.forEach(({ reject }) => reject(error));
    }
  }
}
