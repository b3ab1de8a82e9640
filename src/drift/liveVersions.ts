/**
 * Versions of live objects, learnt by lists of metadata: one request tells of all objects of a kind in a namespace that one
 * Kustomization owns, where as many reads would be needed to find that nothing has changed.
 */
import { isFailure } from '../base/failure.ts';
import type { ApiResource, ClusterApi } from '../cluster/clusterApi.ts';
import type { FluxName } from '../render/desired.ts';
import type { PoliteRequests } from './politeRequests.ts';
import type { Rights } from './rights.ts';
import { ownerLabels } from './skipRules.ts';

const pageSize = 500;

export class LiveVersions {
  readonly #parts: {
    readonly api: ClusterApi;
    readonly requests: PoliteRequests;
    readonly rights: Rights;
    readonly owner: FluxName;
  };
  readonly #lists = new Map<string, Promise<ReadonlyMap<string, string>>>();

  constructor(parts: { api: ClusterApi; requests: PoliteRequests; rights: Rights; owner: FluxName }) {
    this.#parts = parts;
  }

  /** `undefined` where it cannot be told so: the object is not there or not owned, or lists are not permitted. */
  async versionOf(resource: ApiResource, namespace: string, name: string): Promise<string | undefined> {
    const key = JSON.stringify([resource.group, resource.plural, namespace]);
    const listed = this.#lists.get(key) ?? this.#list(resource, namespace);
    this.#lists.set(key, listed);
    return (await listed).get(name);
  }

  async #list(resource: ApiResource, namespace: string): Promise<ReadonlyMap<string, string>> {
    const { api, requests, rights, owner } = this.#parts;
    const versions = new Map<string, string>();
    const query = {
      ...(resource.namespaced ? { namespace } : {}),
      limit: pageSize,
      labelSelector: `${ownerLabels.name}=${owner.name},${ownerLabels.namespace}=${owner.namespace}`,
      metadataOnly: true,
    };
    try {
      if ((await rights.may('list', resource, namespace)) !== true) {
        return versions;
      }
      let next: string | undefined;
      do {
        const page = next === undefined ? query : { ...query, next };
        const { items, next: token } = await requests.send((signal) => api.list(resource, page, signal));
        items.forEach(({ metadata }) => versions.set(metadata.name, metadata.resourceVersion ?? ''));
        next = token;
      } while (next !== undefined);
      return versions;
    } catch (error) {
      if (!isFailure(error) || error.reason === 'cancelled' || error.reason === 'unauthorized') {
        throw error;
      }
      return new Map(); // each is read by itself then
    }
  }
}
