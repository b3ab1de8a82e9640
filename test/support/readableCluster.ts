/** A cluster that answers reads out of a list of objects, and counts what it is asked. No server, no watch. */
import { Failure } from '../../src/base/failure.ts';
import type { ReadingApi } from '../../src/cluster/boundedReads.ts';
import type { ApiResource, ListQuery } from '../../src/cluster/clusterApi.ts';
import { groupOf, versionOf } from '../../src/flux/kinds.ts';
import type { KubernetesObject } from '../../src/flux/objects.ts';
import type { ApiObject } from './apiServer/apiObject.ts';
import { fieldSelector, labelSelector } from './apiServer/selectors.ts';

export interface ReadableCluster {
  readonly objects: readonly KubernetesObject[];
  /** Refused with 403, by the words of the request: `list events in apps`, `get Deployment apps/web`. */
  readonly forbidden?: RegExp;
  /** Answered with 503. */
  readonly broken?: RegExp;
  /** Kinds that are not served. */
  readonly notServed?: readonly string[];
  readonly maySeeSecrets?: boolean;
}

export interface ReadableApi extends ReadingApi {
  /** `get Deployment apps/web`, `metadata Secret apps/web`, `list Pod apps app=web`. */
  readonly requests: readonly string[];
}

export function readableCluster(cluster: ReadableCluster): ReadableApi {
  const requests: string[] = [];
  const ask = (request: string, signal: AbortSignal): void => {
    if (signal.aborted) {
      throw new Failure('cancelled', 'the request was cancelled');
    }
    requests.push(request);
    if (cluster.forbidden?.test(request) === true) {
      throw new Failure('forbidden', `${request} is forbidden`, { status: 403 });
    }
    if (cluster.broken?.test(request) === true) {
      throw new Failure('unreachable', 'connection refused');
    }
  };
  const find = (resource: ApiResource, id: { namespace: string; name: string }): KubernetesObject => {
    const found = ofKind(resource).find(
      ({ metadata: { namespace = '', name } }) => namespace === id.namespace && name === id.name,
    );
    if (!found) {
      throw new Failure('notFound', `${resource.plural} "${id.name}" not found`, { status: 404 });
    }
    return found;
  };
  const ofKind = ({ group, kind }: ApiResource): readonly KubernetesObject[] =>
    cluster.objects.filter((object) => object.kind === kind && groupOf(object.apiVersion) === group);
  return {
    requests,
    findResource: ({ group, kind, version }) => {
      const served = cluster.objects.find((object) => object.kind === kind && groupOf(object.apiVersion) === group);
      const resource: ApiResource = {
        group,
        kind,
        version: served ? versionOf(served.apiVersion) : (version ?? 'v1'),
        plural: `${kind.toLowerCase()}s`,
        namespaced: kind !== 'Namespace',
        verbs: ['get', 'list'],
      };
      return Promise.resolve(cluster.notServed?.includes(kind) === true ? undefined : resource);
    },
    get: async (resource, id, signal) => {
      await Promise.resolve();
      ask(`get ${resource.kind} ${id.namespace}/${id.name}`, signal);
      return find(resource, id);
    },
    getMetadata: async (resource, id, signal) => {
      await Promise.resolve();
      ask(`metadata ${resource.kind} ${id.namespace}/${id.name}`, signal);
      const { apiVersion, kind, metadata } = find(resource, id);
      return { apiVersion, kind, metadata };
    },
    list: async (resource, query, signal) => {
      await Promise.resolve();
      ask(`list ${resource.kind} ${query.namespace ?? ''} ${query.labelSelector ?? query.fieldSelector ?? ''}`, signal);
      const items = ofKind(resource).filter(selects(resource, query));
      return { items, resourceVersion: '1', next: undefined, remaining: undefined };
    },
    mayI: () => Promise.resolve(cluster.maySeeSecrets ?? true),
  };
}

function selects({ plural }: ApiResource, query: ListQuery): (object: KubernetesObject) => boolean {
  const labels = labelSelector(query.labelSelector ?? '');
  const fields = fieldSelector(query.fieldSelector ?? '', plural);
  return (object) => {
    const served = object as unknown as ApiObject;
    return object.metadata.namespace === query.namespace && labels(served) && fields(served);
  };
}
