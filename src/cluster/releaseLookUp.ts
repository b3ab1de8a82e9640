/**
 * The objects of a HelmRelease by the labels that helm-controller puts on all it applies, for a Flux that lists no inventory
 * of releases (before 2.8). Lists the kinds that charts usually have; says which it could not see.
 */
import { Failure, isFailure } from '../base/failure.ts';
import { encodeInventoryId, type InventoryItem } from '../flux/inventory.ts';
import { idOf } from '../flux/objectKey.ts';
import type { FluxObject, KubernetesObject } from '../flux/objects.ts';
import type { ApiResource, ClusterApi } from './clusterApi.ts';
import type { EntryFound, InventoryFetch } from './inventoryFetch.ts';

/** Groups and kinds to list; the version is the cluster's. Pods and ReplicaSets are made by others and not labelled. */
const kindsOfCharts: readonly (readonly [group: string, kinds: readonly string[]])[] = [
  ['', ['ConfigMap', 'Secret', 'Service', 'ServiceAccount', 'PersistentVolumeClaim', 'Namespace']],
  ['apps', ['Deployment', 'StatefulSet', 'DaemonSet']],
  ['batch', ['CronJob', 'Job']],
  ['networking.k8s.io', ['Ingress', 'NetworkPolicy', 'IngressClass']],
  ['policy', ['PodDisruptionBudget']],
  ['autoscaling', ['HorizontalPodAutoscaler']],
  ['rbac.authorization.k8s.io', ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding']],
  ['admissionregistration.k8s.io', ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration']],
  ['apiextensions.k8s.io', ['CustomResourceDefinition']],
  ['monitoring.coreos.com', ['ServiceMonitor', 'PodMonitor', 'PrometheusRule']],
  ['cert-manager.io', ['Certificate', 'Issuer', 'ClusterIssuer']],
  ['gateway.networking.k8s.io', ['Gateway', 'HTTPRoute', 'GRPCRoute']],
];

const pageSize = 250;
const parallelLists = 4;

interface LookUpParts {
  readonly api: ClusterApi;
  readonly fetch: InventoryFetch;
  /** Empty for all. */
  readonly namespaces: readonly string[];
}

interface Place {
  readonly resource: ApiResource;
  readonly namespace: string | undefined;
}

interface FoundObjects {
  readonly entries: readonly EntryFound[];
  readonly note: string;
}

/** Throws what concerns all kinds alike (`cancelled`, `unauthorized`); a kind that cannot be listed is named in the note. */
export async function lookUpReleaseObjects(
  parts: LookUpParts,
  release: FluxObject,
  signal: AbortSignal,
): Promise<FoundObjects> {
  const { name, namespace = '' } = release.metadata;
  const labelSelector = `helm.toolkit.fluxcd.io/name=${name},helm.toolkit.fluxcd.io/namespace=${namespace}`;
  const places = placesOf(await findKinds(parts.api, signal), parts.namespaces);
  const entries: EntryFound[] = [];
  const unseen = new Set<string>();
  const queue = [...places];
  const worker = async (): Promise<void> => {
    for (let place = queue.shift(); place; place = queue.shift()) {
      try {
        const objects = await listAll(parts.api, place, labelSelector, signal);
        entries.push(...objects.map((object) => parts.fetch.found(itemOf(object), object)));
      } catch (error) {
        if (!isFailure(error) || error.reason === 'cancelled' || error.reason === 'unauthorized') {
          throw error;
        }
        unseen.add(place.resource.kind);
      }
    }
  };
  await Promise.all(Array.from({ length: parallelLists }, worker));
  entries.sort((a, b) => (a.encoded < b.encoded ? -1 : 1));
  return { entries, note: noteOf(unseen) };
}

/** Groups that are not served, and kinds that cannot be listed, have no objects to find. */
async function findKinds(api: ClusterApi, signal: AbortSignal): Promise<ApiResource[]> {
  const groups = await Promise.all(
    kindsOfCharts.map(async ([group, kinds]) => {
      const resources = await api.discoverGroup(group, signal);
      return resources.filter(({ kind, verbs }) => kinds.includes(kind) && verbs.includes('list'));
    }),
  );
  return groups.flat();
}

/** Restricted to namespaces, each is listed by itself and nothing at the cluster's scope. */
function placesOf(resources: readonly ApiResource[], namespaces: readonly string[]): Place[] {
  return namespaces.length === 0
    ? resources.map((resource) => ({ resource, namespace: undefined }))
    : resources
        .filter(({ namespaced }) => namespaced)
        .flatMap((resource) => namespaces.map((namespace) => ({ resource, namespace })));
}

async function listAll(
  api: ClusterApi,
  place: Place,
  labelSelector: string,
  signal: AbortSignal,
): Promise<KubernetesObject[]> {
  const { resource, namespace } = place;
  const isSecret = resource.group === '' && resource.kind === 'Secret';
  if (
    isSecret &&
    (await api.mayI({ verb: 'list', group: '', resource: 'secrets', ...inNamespace(namespace) }, signal)) !== true
  ) {
    throw new Failure('forbidden', 'no permission to list Secrets');
  }
  const objects: KubernetesObject[] = [];
  let next: string | undefined;
  do {
    const query = { namespace, labelSelector, limit: pageSize, next, metadataOnly: isSecret };
    const page = await api.list(resource, query, signal);
    objects.push(...page.items);
    next = page.next;
  } while (next !== undefined);
  return objects;
}

function inNamespace(namespace: string | undefined): { readonly namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}

function itemOf(object: KubernetesObject): InventoryItem {
  const id = idOf(object);
  return { id, version: object.apiVersion.slice(object.apiVersion.indexOf('/') + 1), encoded: encodeInventoryId(id) };
}

function noteOf(unseen: ReadonlySet<string>): string {
  const found = 'found by label; kinds that charts rarely have are not looked for';
  return unseen.size === 0 ? found : `${found}; could not be listed: ${[...unseen].sort().join(', ')}`;
}
