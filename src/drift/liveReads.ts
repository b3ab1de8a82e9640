/**
 * Reads the live objects of one Kustomization, many of a kind by lists: most of what a read costs is that it is a request. What
 * will be wanted may be read ahead, each answer for one use. Compares nothing, and lists no Secrets.
 */
import type { ApiResource } from '../cluster/clusterApi.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { lengthUpTo } from './lengthUpTo.ts';
import type { WantedKind } from './servedKinds.ts';
import { listOwned, type OwnedObjectsParts } from './ownedObjects.ts';

/** A list of fewer is no gain. */
const fewest = 5;
/** An answer is parsed in one go, in which nothing else in the process gets a turn. */
const pageSize = 20;
const pageLength = 1_000_000;

interface Place {
  readonly namespace: string;
  readonly name: string;
}

interface Wanted {
  readonly name: string;
  readonly resolve: (object: KubernetesObject | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Of one kind in one namespace, `''` for what lives in none. */
export interface WantedObjects {
  readonly kind: WantedKind;
  readonly namespace: string;
  readonly names: readonly string[];
}

interface ReadAhead {
  readonly byName: Map<string, KubernetesObject>;
  /** What is not among them is not labelled as the owner's. */
  readonly isAll: boolean;
}

export class LiveReads {
  readonly #parts: OwnedObjectsParts;
  /** What is asked for in this turn of the event loop, by kind and namespace. */
  readonly #waiting = new Map<string, Wanted[]>();
  /** What is read ahead, by kind and namespace. */
  readonly #ahead = new Map<string, Promise<ReadAhead>>();

  constructor(parts: OwnedObjectsParts) {
    this.#parts = parts;
  }

  /**
   * Begins to read objects whose sizes are not known. What cannot be read so, or is not there, is read when it is wanted; nobody
   * hears of it before. `find` throws what concerns all objects alike, and nothing else.
   */
  begin(wanted: WantedObjects, find: () => Promise<ApiResource | undefined>): void {
    const read = this.#begun(wanted, find);
    read.catch(() => undefined); // whoever wants one of them is told
    this.#ahead.set(keyOf(wanted.kind, wanted.namespace), read);
  }

  /**
   * As it is now, or was when it was read ahead, with `managedFields`; a second time always as it is now. `alone`: not by a list,
   * which must not bring what nobody asked for. Throws a `Failure`, `notFound` among them.
   */
  async read(resource: ApiResource, place: Place, alone: () => boolean): Promise<KubernetesObject> {
    const ahead = await this.#ahead.get(keyOf(resource, place.namespace));
    const known = ahead?.byName.get(place.name);
    if (known) {
      ahead?.byName.delete(place.name);
      return known;
    }
    const listed = ahead?.isAll === true || alone() ? undefined : await this.#listed(resource, place);
    // What the owner's labels do not find may be there all the same: not applied yet, or applied by another.
    const { api, requests } = this.#parts;
    return listed ?? requests.send((signal) => api.getWithManagedFields(resource, place, signal));
  }

  async #begun({ namespace, names }: WantedObjects, find: () => Promise<ApiResource | undefined>): Promise<ReadAhead> {
    const resource = await find();
    if (!resource) {
      return { byName: new Map(), isAll: false };
    }
    return names.length < fewest ? this.#eachOf(resource, namespace, names) : this.#listOf(resource, namespace);
  }

  async #eachOf(resource: ApiResource, namespace: string, names: readonly string[]): Promise<ReadAhead> {
    const { api, requests, rights } = this.#parts;
    const found: KubernetesObject[] = [];
    if ((await rights.may('get', resource, namespace)) !== false) {
      const read = async (name: string): Promise<unknown> =>
        found.push(await requests.send((signal) => api.getWithManagedFields(resource, { namespace, name }, signal)));
      await Promise.allSettled(names.map(read));
    }
    return { byName: byName(found), isAll: false };
  }

  async #listOf(resource: ApiResource, namespace: string): Promise<ReadAhead> {
    const ends = { early: false };
    const nextLimit = (page: readonly KubernetesObject[]): number | undefined => {
      const limit = limitAfter(page);
      ends.early = limit === undefined;
      return limit;
    };
    const form = { limit: fewest, withManagedFields: true };
    const listed = await listOwned(this.#parts, resource, namespace, form, nextLimit);
    return { byName: byName(listed), isAll: listed !== undefined && !ends.early };
  }

  #listed(resource: ApiResource, { namespace, name }: Place): Promise<KubernetesObject | undefined> {
    return new Promise((resolve, reject) => {
      const key = keyOf(resource, namespace);
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
      const found = byName(listed);
      wanted.forEach(({ name, resolve }) => resolve(found.get(name)));
    } catch (error) {
      wanted.forEach(({ reject }) => reject(error));
    }
  }
}

/** The version is in it: what lives in one is not what lives in another. */
function keyOf({ group, version, kind }: WantedKind, namespace: string): string {
  return JSON.stringify([group, version, kind, namespace]);
}

function byName(objects: readonly KubernetesObject[] = []): Map<string, KubernetesObject> {
  return new Map(objects.map((object) => [object.metadata.name, object]));
}

/** As many as make a page that is parsed quickly; `undefined` where that is hardly any, for then a list is no gain. */
function limitAfter(page: readonly KubernetesObject[]): number | undefined {
  const each = Math.max(1, lengthUpTo(pageLength, page)) / Math.max(1, page.length);
  const limit = Math.min(pageSize, Math.floor(pageLength / each));
  return limit < fewest ? undefined : limit;
}
