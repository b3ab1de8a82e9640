/**
 * Reads from a cluster what a recording holds: discovery, the objects of the sample, and what a dry-run apply of each object
 * in an inventory answers. Reads as the cluster tells it; `cleanRecording.ts` takes out what belongs to one machine.
 */
import { isMap, parseAllDocuments } from 'yaml';
import { join } from 'node:path';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { groupOf } from '../../src/flux/kinds.ts';
import { type Recording, type RecordedDryRun } from '../support/apiServer/recording.ts';
import { type ApiObject } from './apiClient.ts';
import { type TestCluster } from './clusterHandle.ts';

type JsonObject = Record<string, unknown>;

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  /** `/api/v1` or `/apis/<group>/<version>`. */
  readonly base: string;
}

/** Namespaces whose objects are recorded. */
const namespaces = ['default', 'flux-system', 'envoy', 'llm', 'log-analyzer', 'logging', 'reloader'];

/** kwok is how this cluster has pods, nothing that a user's has. */
const hiddenGroups = ['kwok.x-k8s.io'];

/** What every cluster holds in plenty and no reader of a Flux cluster asks for. */
const hiddenKinds = new Set([
  'ControllerRevision',
  'CustomResourceDefinition',
  'Endpoints',
  'EndpointSlice',
  'Lease',
  'APIService',
  'FlowSchema',
  'PriorityClass',
  'PriorityLevelConfiguration',
  'IPAddress',
  'ServiceCIDR',
]);

export async function collectRecording(cluster: TestCluster): Promise<Recording> {
  const discovery = await readDiscovery(cluster);
  const resources = listedResources(discovery);
  const objects = await readObjects(cluster, resources);
  return {
    about: {
      flux: cluster.versions.flux,
      kubernetes: cluster.versions.kubernetes,
      recordedFrom: 'demo/homelab on the test cluster (npm run record)',
    },
    version: (await cluster.api.get('/version')) as unknown as Recording['version'],
    discovery,
    objects: objects as unknown as Recording['objects'],
    dryRuns: await readDryRuns(cluster, resources),
  };
}

async function readDiscovery(cluster: TestCluster): Promise<Record<string, JsonObject>> {
  const read = async (path: string) => (await cluster.api.get(path)) as unknown as JsonObject;
  const api = await read('/api');
  const groups = await read('/apis');
  const shown = (groups['groups'] as readonly { name: string; versions: readonly { groupVersion: string }[] }[]).filter(
    ({ name }) => !hiddenGroups.includes(name),
  );
  const paths = ['/api/v1', ...shown.flatMap(({ versions }) => versions.map((one) => `/apis/${one.groupVersion}`))];
  const documents = await Promise.all(paths.map(async (path) => [path, await read(path)] as const));
  return { '/api': api, '/apis': { ...groups, groups: shown }, ...Object.fromEntries(documents) };
}

/** Resources in the version that the server prefers, without subresources. */
function listedResources(discovery: Record<string, JsonObject>): Resource[] {
  const groups = discovery['/apis']?.['groups'] as readonly { preferredVersion: { groupVersion: string } }[];
  const bases = ['/api/v1', ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)];
  return bases.flatMap((base) => {
    const resources = (discovery[base]?.['resources'] ?? []) as readonly Omit<Resource, 'base'>[];
    return resources.filter(({ name }) => !name.includes('/')).map((resource) => ({ ...resource, base }));
  });
}

async function readObjects(cluster: TestCluster, resources: readonly Resource[]): Promise<ApiObject[]> {
  const all: ApiObject[] = [];
  for (const resource of resources) {
    // Events are served by two groups; the core one is what clients of Flux read.
    const twice = resource.base.startsWith('/apis/events.k8s.io');
    if (twice || hiddenKinds.has(resource.kind) || !resource.verbs.includes('list')) {
      continue;
    }
    const { items } = await cluster.api.list(`${resource.base}/${resource.name}`);
    const apiVersion = resource.base.replace(/^\/apis?\//, '');
    all.push(...items.map((item) => ({ ...item, apiVersion, kind: resource.kind })));
  }
  const inventory = inventoryOf(all);
  return all.filter((object) => isRecorded(object, inventory));
}

/** `Kind/name` of every cluster-scoped object in an inventory. */
function inventoryOf(objects: readonly ApiObject[]): Set<string> {
  const entries = objects.flatMap(
    (object) =>
      ((object['status'] as JsonObject | undefined)?.['inventory'] as { entries?: { id: string }[] } | undefined)
        ?.entries ?? [],
  );
  // Ids are NAMESPACE_NAME_GROUP_KIND; in a name `__` stands for a colon, which the sample has none of.
  return new Set(
    entries
      .map(({ id }) => id.split('_'))
      .filter(([namespace]) => namespace === '')
      .map((parts) => `${parts.at(-1) ?? ''}/${parts[1] ?? ''}`),
  );
}

function isRecorded(object: ApiObject, inventory: ReadonlySet<string>): boolean {
  const { kind, metadata } = object;
  if (metadata.namespace !== undefined) {
    const everywhere =
      (kind === 'ConfigMap' && metadata.name === 'kube-root-ca.crt') ||
      (kind === 'ServiceAccount' && metadata.name === 'default') ||
      (kind === 'Service' && metadata.name === 'kubernetes');
    return namespaces.includes(metadata.namespace) && !everywhere && object['type'] !== 'helm.sh/release.v1';
  }
  if (kind === 'Namespace') {
    return namespaces.includes(metadata.name);
  }
  return (
    kind === 'Node' ||
    kind === 'PersistentVolume' ||
    kind === 'StorageClass' ||
    inventory.has(`${kind}/${metadata.name}`)
  );
}

async function readDryRuns(cluster: TestCluster, resources: readonly Resource[]): Promise<RecordedDryRun[]> {
  const pairs: RecordedDryRun[] = [];
  for (const { manager, objects } of await desiredObjects(cluster)) {
    for (const object of objects) {
      const path = `${objectPath(object, resources)}?dryRun=All&fieldManager=${manager}&force=true`;
      const answer = await cluster.api.send('PATCH', path, { body: object, type: 'application/apply-patch+yaml' });
      const response = JSON.parse(answer.text) as RecordedDryRun['response'];
      pairs.push({ path, body: object, status: answer.status, response });
    }
  }
  return pairs;
}

interface Desired {
  /** The field manager of the controller that applies them. */
  readonly manager: string;
  readonly objects: readonly ApiObject[];
}

/** What the controllers would apply, per Kustomization and per installed release. */
async function desiredObjects(cluster: TestCluster): Promise<Desired[]> {
  const desired: Desired[] = [];
  const kustomizations = await cluster.api.list('/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations');
  for (const { metadata, ...rest } of kustomizations.items) {
    const path = join(projectRoot, 'demo', 'homelab', String((rest['spec'] as JsonObject)['path']));
    const namespace = ['--namespace', metadata.namespace ?? ''];
    const text = await cluster.exec('flux', 'build', 'kustomization', metadata.name, '--path', path, ...namespace);
    desired.push({ manager: 'kustomize-controller', objects: parseObjects(text) });
  }
  const releases = await cluster.api.list('/apis/helm.toolkit.fluxcd.io/v2/helmreleases');
  for (const { metadata, ...rest } of releases.items) {
    if ((rest['status'] as JsonObject | undefined)?.['history'] === undefined) {
      continue; // nothing is installed
    }
    const { name, namespace = '' } = metadata;
    const text = await cluster.exec('helm', 'get', 'manifest', name, '--namespace', namespace);
    const objects = parseObjects(text).map((object) => asHelmControllerApplies(object, { name, namespace }));
    desired.push({ manager: 'helm-controller', objects });
  }
  return desired;
}

function parseObjects(text: string): ApiObject[] {
  return parseAllDocuments(text)
    .filter((document) => isMap(document.contents))
    .map((document) => document.toJS() as ApiObject);
}

const clusterScoped = new Set(['ClusterRole', 'ClusterRoleBinding', 'Namespace', 'StorageClass', 'PersistentVolume']);

/** Helm writes these at apply time; the stored manifest has none of them (helm-controller internal/action/diff.go). */
function asHelmControllerApplies(object: ApiObject, release: { name: string; namespace: string }): ApiObject {
  const { metadata } = object;
  const namespace = clusterScoped.has(object.kind) ? {} : { namespace: metadata.namespace ?? release.namespace };
  return {
    ...object,
    metadata: {
      ...metadata,
      ...namespace,
      labels: { ...metadata.labels, 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: {
        ...metadata.annotations,
        'meta.helm.sh/release-name': release.name,
        'meta.helm.sh/release-namespace': release.namespace,
      },
    },
  };
}

function objectPath(object: ApiObject, resources: readonly Resource[]): string {
  const base = groupOf(object.apiVersion) === '' ? `/api/${object.apiVersion}` : `/apis/${object.apiVersion}`;
  const resource = resources.find((one) => one.base === base && one.kind === object.kind);
  if (resource === undefined) {
    throw new Error(`${object.apiVersion} ${object.kind} is not served`);
  }
  const { namespace, name } = object.metadata;
  return `${base}/${namespace === undefined ? '' : `namespaces/${namespace}/`}${resource.name}/${name}`;
}
