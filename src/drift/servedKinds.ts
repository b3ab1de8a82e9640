/** Which kinds a cluster serves, for one comparison: each is asked for once, in its turn, however many objects are of it. */
import type { ApiResource, ClusterApi } from '../cluster/clusterApi.ts';
import type { PoliteRequests } from './politeRequests.ts';

export interface WantedKind {
  readonly group: string;
  readonly kind: string;
  readonly version: string;
}

export class ServedKinds {
  readonly #parts: { readonly api: ClusterApi; readonly requests: PoliteRequests };
  readonly #found = new Map<string, Promise<ApiResource | undefined>>();

  constructor(parts: { readonly api: ClusterApi; readonly requests: PoliteRequests }) {
    this.#parts = parts;
  }

  /** In another version where that one is not served. Throws as `ClusterApi.findResource`. */
  find({ group, kind, version }: WantedKind): Promise<ApiResource | undefined> {
    const key = JSON.stringify([group, kind, version]);
    const known = this.#found.get(key);
    if (known) {
      return known;
    }
    const { api, requests } = this.#parts;
    const found = requests.send((signal) => api.findResource({ group, kind, version }, signal));
    this.#found.set(key, found);
    // What failed for one object must not stand for all of its kind: the next one asks again.
    found.catch(() => this.#found.delete(key));
    return found;
  }
}
