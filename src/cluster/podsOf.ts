/** The pods of some workloads, read from one cluster on a user's action. Keeps nothing and reads no other kind. */
import { isPodOf } from '../flux/podImages.ts';
import type { ObjectId } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import type { ClusterApi } from './clusterApi.ts';

/** Pods on one page, and pages of one namespace: beyond, an answer would come too late to be of use. */
const pageSize = 500;
const maxPages = 4;
const maxNamespaces = 3;

/**
 * `undefined` where there are more pods than are read: a part of them must not be taken for all. Throws a Failure, as the
 * api does.
 */
export async function podsOf(
  api: Pick<ClusterApi, 'findResource' | 'list'>,
  workloads: readonly ObjectId[],
  signal: AbortSignal,
): Promise<readonly KubernetesObject[] | undefined> {
  const namespaces = [...new Set(workloads.map(({ namespace }) => namespace))];
  const resource = await api.findResource({ group: '', kind: 'Pod', version: 'v1' }, signal);
  if (!resource || namespaces.length > maxNamespaces || namespaces.includes('')) {
    return undefined;
  }
  const found: KubernetesObject[] = [];
  for (const namespace of namespaces) {
    let next: string | undefined;
    let pages = 0;
    do {
      if (pages === maxPages) {
        return undefined;
      }
      const page = await api.list(resource, { namespace, limit: pageSize, next }, signal);
      found.push(...page.items.filter((pod) => workloads.some((workload) => isPodOf(pod, workload))));
      next = page.next;
      pages += 1;
    } while (next !== undefined);
  }
  return found;
}
