/**
 * What an installation of Flux leaves in a cluster beside its controllers: definitions, Deployments with their pods, the
 * Service of the artifacts. The controllers themselves are plain processes of this machine, and these objects stand for them.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiClient, type ApiObject } from './apiClient.ts';
import { type ClusterVersions, controllerNames } from './build.ts';
import { until } from './until.ts';

const namespace = 'flux-system';
const installation = { 'app.kubernetes.io/part-of': 'flux', 'app.kubernetes.io/instance': namespace };
const definitionsPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** The port that source-controller's pod says it serves artifacts on. */
export const artifactPodPort = 9090;

/** Applies Flux's and kwok's definitions and waits until their kinds are served. */
export async function applyDefinitions(api: ApiClient, programs: string, signal?: AbortSignal): Promise<void> {
  const folder = join(programs, 'crds');
  const names = await Promise.all(
    readdirSync(folder).map(async (file) => {
      // Files are called GROUP_PLURAL.yaml, definitions PLURAL.GROUP.
      const name = file.replace(/^(.+)_(.+)\.yaml$/, '$2.$1');
      await api.apply(`${definitionsPath}/${name}`, readFileSync(join(folder, file), 'utf8'));
      return name;
    }),
  );
  await until(
    'the resource definitions',
    async () => {
      const { items } = await api.list(definitionsPath);
      const served = items.filter(isEstablished).map((item) => item.metadata.name);
      return names.every((name) => served.includes(name));
    },
    { signal },
  );
}

function isEstablished(definition: ApiObject): boolean {
  return (
    definition.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') ?? false
  );
}

/** Applies the Deployments and the Service. kwok makes their pods run. */
export async function applyStandIns(api: ApiClient, versions: ClusterVersions): Promise<void> {
  const deployments = controllerNames.map((name) => {
    const labels = {
      ...installation,
      app: name,
      'app.kubernetes.io/component': name,
      'app.kubernetes.io/version': `v${versions.flux}`,
    };
    const artifacts = name === 'source-controller' ? [{ name: 'http', containerPort: artifactPodPort }] : [];
    const container = {
      name: 'manager',
      image: `ghcr.io/fluxcd/${name}:v${versions.controllers[name]}`,
      ports: [{ name: 'http-prom', containerPort: 8080 }, { name: 'healthz', containerPort: 9440 }, ...artifacts],
    };
    return api.apply(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { labels },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: name } },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    });
  });
  const service = api.apply(`/api/v1/namespaces/${namespace}/services/source-controller`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { labels: installation },
    spec: { selector: { app: 'source-controller' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
  });
  await Promise.all([...deployments, service]);
}

/** Waits for the controllers' pods and gives each the log of the process that it stands for. */
export async function connectLogs(
  api: ApiClient,
  logFile: (controller: string) => string,
  signal?: AbortSignal,
): Promise<void> {
  const pods = await until(
    "the controllers' pods",
    async () => {
      const { items } = await api.list(`/api/v1/namespaces/${namespace}/pods`);
      return (
        items.length >= controllerNames.length && items.every((pod) => pod.status?.['phase'] === 'Running') && items
      );
    },
    { signal },
  );
  await Promise.all(
    pods.map(({ metadata }) =>
      api.apply(`/apis/kwok.x-k8s.io/v1alpha1/namespaces/${namespace}/logs/${metadata.name}`, {
        apiVersion: 'kwok.x-k8s.io/v1alpha1',
        kind: 'Logs',
        spec: { logs: [{ containers: ['manager'], logsFile: logFile(metadata.labels?.['app'] ?? ''), follow: true }] },
      }),
    ),
  );
}

/** kwok's configuration: its stages (nodes and pods are ready at once) and where the artifacts' port is forwarded to. */
export function kwokConfig(programs: string, artifactPort: number): string {
  const folder = join(programs, 'stages');
  const forward = {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'ClusterPortForward',
    metadata: { name: 'artifacts' },
    spec: {
      selector: { matchNamespaces: [namespace] },
      forwards: [{ ports: [artifactPodPort], target: { address: '127.0.0.1', port: artifactPort } }],
    },
  };
  return [...readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8')), JSON.stringify(forward)].join(
    '\n---\n',
  );
}
