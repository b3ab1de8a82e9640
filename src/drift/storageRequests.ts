/** What reading Helm's storage asks of a cluster, in the turn of all other requests of a comparison. Asks nothing itself. */
import type { ClusterApi } from '../cluster/clusterApi.ts';
import type { StorageReader } from '../cluster/helmStorage.ts';
import type { PoliteRequests } from './politeRequests.ts';

/** A server that is busy is asked again, for what it has not answered it has not refused. */
export function storageRequests(api: ClusterApi, requests: PoliteRequests): StorageReader {
  return {
    list: (resource, query) => requests.send((signal) => api.list(resource, query, signal)),
    get: (resource, id) => requests.send((signal) => api.get(resource, id, signal)),
    mayI: (question) => requests.send((signal) => api.mayI(question, signal)),
  };
}
