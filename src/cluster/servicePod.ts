/**
 * The pod behind a Service, and the port that it listens on: what the cluster's own network does with a Service, for those who
 * come from outside through port-forward.
 */
import { Failure } from '../base/failure.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asNumber, asRecord, asText, fieldAt } from '../flux/untyped.ts';
import type { ApiResource, ClusterApi, PodPort } from './clusterApi.ts';

/** The core group has one version. */
const core = { group: '', version: 'v1', namespaced: true, verbs: ['get', 'list'] } as const;
const services: ApiResource = { ...core, kind: 'Service', plural: 'services' };
const pods: ApiResource = { ...core, kind: 'Pod', plural: 'pods' };

/**
 * A ready pod: of several controllers only the one that leads is ready, and it alone has the artifacts. Throws a Failure:
 * `notFound` when there is no such Service or port, `unreachable` when none of its pods is ready.
 */
export async function servicePod(
  api: Pick<ClusterApi, 'get' | 'list'>,
  target: { readonly namespace: string; readonly service: string; readonly port: number },
  signal: AbortSignal,
): Promise<PodPort> {
  const { namespace, service: name, port } = target;
  const service = await api.get(services, { namespace, name }, signal);
  const targetPort = targetPortOf(service, port);
  if (targetPort === undefined) {
    throw new Failure('notFound', `the Service ${namespace}/${name} has no port ${port}`);
  }
  const labelSelector = selectorOf(service);
  if (labelSelector === '') {
    throw new Failure('invalid', `the Service ${namespace}/${name} selects no pods`);
  }
  const { items } = await api.list(pods, { namespace, labelSelector, limit: 100 }, signal);
  for (const pod of items.filter(isReady)) {
    const number = typeof targetPort === 'number' ? targetPort : namedPort(pod, targetPort);
    if (number !== undefined) {
      return { namespace, name: pod.metadata.name, port: number };
    }
  }
  const why = items.length === 0 ? 'has no pods' : 'has no pod that is ready';
  throw new Failure('unreachable', `the Service ${namespace}/${name} ${why}`);
}

/** A number or the name of a container's port; absent, it is the Service's own port. */
function targetPortOf(service: KubernetesObject, port: number): number | string | undefined {
  const entry = (asList(service.spec?.['ports']) ?? []).find((one) => asNumber(fieldAt(one, 'port')) === port);
  if (entry === undefined) {
    return undefined;
  }
  const target = fieldAt(entry, 'targetPort');
  return asNumber(target) ?? asText(target) ?? port;
}

function selectorOf(service: KubernetesObject): string {
  const selector = asRecord(service.spec?.['selector']) ?? {};
  return Object.entries(selector)
    .map(([key, value]) => `${key}=${asText(value) ?? ''}`)
    .join(',');
}

function isReady(pod: KubernetesObject): boolean {
  return (
    pod.metadata.deletionTimestamp === undefined &&
    (asList(pod.status?.['conditions']) ?? []).some(
      (condition) => fieldAt(condition, 'type') === 'Ready' && fieldAt(condition, 'status') === 'True',
    )
  );
}

function namedPort(pod: KubernetesObject, name: string): number | undefined {
  const containers = asList(pod.spec?.['containers']) ?? [];
  const ports = containers.flatMap((container) => asList(fieldAt(container, 'ports')) ?? []);
  return asNumber(
    fieldAt(
      ports.find((port) => fieldAt(port, 'name') === name),
      'containerPort',
    ),
  );
}
