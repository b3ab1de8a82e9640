/** Lists the objects of one kind that a Flux Kustomization has applied, by its labels. Keeps nothing. */
import { isFailure } from '../base/failure.ts';
import type { ApiResource, ClusterApi, ListQuery } from '../cluster/clusterApi.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import type { FluxName } from '../render/desired.ts';
import type { PoliteRequests } from './politeRequests.ts';
import type { Rights } from './rights.ts';
import { ownerLabels } from './skipRules.ts';

export interface OwnedObjectsParts {
  readonly api: ClusterApi;
  readonly requests: PoliteRequests;
  readonly rights: Rights;
  readonly owner: FluxName;
}

/** How many the next page may have, by what the one before has brought; `undefined`: what was listed is enough. */
export type NextLimit = (page: readonly KubernetesObject[]) => number | undefined;

/**
 * All pages, or as many as `nextLimit` wants; `namespace` is `''` for what lives in none. `undefined` where lists are not permitted
 * or fail: each object can still be read by itself. Throws `cancelled` and `unauthorized`.
 */
export async function listOwned(
  { api, requests, rights, owner }: OwnedObjectsParts,
  resource: ApiResource,
  namespace: string,
  form: Pick<ListQuery, 'limit' | 'metadataOnly' | 'withManagedFields'>,
  nextLimit: NextLimit = () => form.limit,
): Promise<readonly KubernetesObject[] | undefined> {
  const query = {
    ...(resource.namespaced ? { namespace } : {}),
    labelSelector: `${ownerLabels.name}=${owner.name},${ownerLabels.namespace}=${owner.namespace}`,
    ...form,
  };
  try {
    if ((await rights.may('list', resource, namespace)) !== true) {
      return undefined;
    }
    const found: KubernetesObject[] = [];
    for (let page: ListQuery = query; ;) {
      const { items, next } = await requests.send((signal) => api.list(resource, page, signal));
      found.push(...items);
      const limit = next === undefined ? undefined : nextLimit(items);
      if (next === undefined || limit === undefined) {
        return found;
      }
      page = { ...query, limit, next };
    }
  } catch (error) {
    if (!isFailure(error) || error.reason === 'cancelled' || error.reason === 'unauthorized') {
      throw error;
    }
    return undefined;
  }
}
