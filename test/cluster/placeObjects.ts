/** Objects of a manifest where they end up: a manifest may leave the namespace to who applies it. */
import type { PlainObject } from '../support/comparable.ts';
import type { ApiObject } from './apiClient.ts';
import type { TestCluster } from './clusterHandle.ts';
import { apiPath } from './support.ts';

/** Each with the namespace that it is applied into, by the cluster's discovery. */
export function placeObjects(
  cluster: TestCluster,
  objects: readonly PlainObject[],
  namespace: string,
): Promise<readonly PlainObject[]> {
  return Promise.all(
    objects.map(async (object) => {
      const metadata = object.metadata as { readonly namespace?: string };
      if (metadata.namespace !== undefined) {
        return object;
      }
      const placed = { ...object, metadata: { ...metadata, namespace } };
      const path = await apiPath(cluster, placed as unknown as ApiObject);
      return path.includes(`/namespaces/${namespace}/`) ? placed : object;
    }),
  );
}
