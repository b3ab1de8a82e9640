/**
 * Brings the sample repository `demo/homelab` into a test cluster and into the state that its README describes, by the ways
 * that such a state comes about: commits, a missing storage class, edits by hand, a chart that moves on.
 */
import { join } from 'node:path';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { type ApiObject } from './apiClient.ts';
import { type ClusterOptions } from './cluster.ts';
import { type TestCluster } from './clusterHandle.ts';
import { conditionOf, fluxPath, isReady, requestReconcile } from './fluxObjects.ts';

/** What the sample repository needs of its cluster. */
export const homelabOptions = {
  context: 'homelab',
  nodes: {
    'node-1': { 'homelab.example.com/hardware': 'light' },
    'node-2': { 'homelab.example.com/hardware': 'heavy' },
  },
} as const satisfies ClusterOptions;

/** The URL that the sample repository's GitRepository names, and that a clone of it has as its remote. */
export const homelabUrl = 'https://github.com/driftline-demo/homelab';
export const homelabFolder = join(projectRoot, 'demo', 'homelab');

const chartsFolder = join(import.meta.dirname, 'charts');
const grafanaCharts = 'https://grafana.github.io/helm-charts';

/** Published charts by name: where, and in which versions. */
const charts: readonly (readonly [name: string, repository: string, ...versions: readonly string[]])[] = [
  ['loki', grafanaCharts, '7.0.0'],
  ['loki-canary', grafanaCharts, '1.0.0'],
  ['tempo', grafanaCharts, '1.9.0', '1.10.1'],
  ['alloy', grafanaCharts, '0.9.2'],
  ['grafana', grafanaCharts, '11.4.0'],
  ['reloader', 'oci://ghcr.io/stakater/charts', '2.2.3'],
  ['gateway-helm', 'oci://docker.io/envoyproxy', '1.4.6'],
];

export interface HomelabOptions {
  readonly log?: (line: string) => void;
  /**
   * Leaves `logging/alloy` behind its source. helm-controller would catch up within a second, so it is left paused
   * (`cluster.resume` lets it go on) and nothing reconciles a HelmRelease until then.
   */
  readonly behindSource?: boolean;
}

/**
 * Resolves when everything is as the README says, about half a minute later: Loki has to fail first. Suspension and drift
 * are made last, so a second call on the same cluster is of no use.
 */
export async function installHomelab(cluster: TestCluster, options: HomelabOptions = {}): Promise<void> {
  const log = options.log ?? (() => undefined);
  for (const [name, repository, ...versions] of charts) {
    for (const version of versions) {
      await cluster.publishChart(join(chartsFolder, name), repository, version);
    }
  }
  await cluster.push(homelabUrl, homelabFolder, 'Loki keeps logs for two weeks');
  log('sample repository: charts and manifests published');
  await cluster.exec('kubectl', 'apply', '-f', join(homelabFolder, 'clusters/homelab/flux-system/gotk-sync.yaml'));
  await waitUntilApplied(cluster);
  log('sample repository: applied; Loki has failed as it should');
  await suspendGateway(cluster);
  await driftGrafana(cluster);
  log('sample repository: Grafana has drifted, the gateway is suspended');
  if (options.behindSource === true) {
    await leaveAlloyBehind(cluster);
    log('sample repository: Alloy is behind its source');
  }
}

async function waitUntilApplied(cluster: TestCluster): Promise<void> {
  const wait = (kind: string, name: string, done: (object: ApiObject | undefined) => boolean, what: string) =>
    cluster.api.waitFor(fluxPath(kind, name), done, { seconds: 120, what: `${kind} ${name} ${what}` });
  const waitsForLoki = (object: ApiObject | undefined) => conditionOf(object, 'Ready')?.reason === 'DependencyNotReady';
  await Promise.all([
    ...['flux-system', 'infrastructure', 'workloads'].map((name) =>
      wait('Kustomization', `flux-system/${name}`, isReady, 'applied'),
    ),
    ...['logging/tempo', 'logging/alloy', 'logging/grafana', 'envoy/gateway', 'reloader/reloader'].map((name) =>
      wait('HelmRelease', name, isReady, 'installed'),
    ),
    wait('HelmRelease', 'logging/loki', (object) => conditionOf(object, 'Released')?.status === 'False', 'failed'),
    wait('HelmRelease', 'logging/loki-canary', waitsForLoki, 'waits for loki'),
    wait('HelmRelease', 'logging/alloy-events', waitsForLoki, 'waits for loki'),
  ]);
}

/** As `flux suspend` does it (field manager `flux`), with a reason beside it: Git states neither, so both stay. */
async function suspendGateway(cluster: TestCluster): Promise<void> {
  const patch = {
    metadata: {
      annotations: {
        'driftline.dev/suspended-by': 'admin',
        'driftline.dev/suspended-reason': 'moving the gateway to a new address, please do not touch until the weekend',
      },
    },
    spec: { suspend: true },
  };
  await cluster.api.patch(fluxPath('HelmRelease', 'envoy/gateway'), patch, 'flux');
}

/** Two objects changed by hand, and helm-controller asked to look, so that nobody waits for its interval. */
async function driftGrafana(cluster: TestCluster): Promise<void> {
  await cluster.exec('kubectl', 'scale', '--namespace=logging', 'deployment/grafana', '--replicas=3');
  const changed = {
    data: { 'grafana.ini': '[log]\nlevel = debug\n[server]\nroot_url = https://grafana.homelab.example.com\n' },
  };
  await cluster.api.patch('/api/v1/namespaces/logging/configmaps/grafana', changed);
  const path = fluxPath('HelmRelease', 'logging/grafana');
  await requestReconcile(cluster, path);
  await cluster.api.waitFor(path, (object) => conditionOf(object, 'Drifted')?.status === 'True', {
    what: 'grafana drifted',
  });
}

async function leaveAlloyBehind(cluster: TestCluster): Promise<void> {
  cluster.pause('helm-controller');
  await cluster.publishChart(join(chartsFolder, 'alloy'), grafanaCharts, '0.9.3');
  await requestReconcile(cluster, fluxPath('HelmRepository', 'flux-system/grafana'));
  const chart = fluxPath('HelmChart', 'flux-system/logging-alloy');
  await cluster.api.waitFor(chart, (object) => object?.status?.artifact?.revision === '0.9.3');
}
