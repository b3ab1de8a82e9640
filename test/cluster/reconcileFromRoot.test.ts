/** A commit arrives from the root down, with the real controllers: through source and parents to a Kustomization and a release. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { noLog } from '../../src/base/log.ts';
import type { ActionParts } from '../../src/cluster/actions.ts';
import { HttpClusterApi } from '../../src/cluster/httpClusterApi.ts';
import { createTransport, loadKubeconfigs } from '../../src/cluster/kubernetes.ts';
import { reconcileFromRoot } from '../../src/cluster/reconcileFromRoot.ts';
import type { ObjectId } from '../../src/flux/objectKey.ts';
import { fluxPath, isReady } from './fluxObjects.ts';
import { applyManifest, clusterForTests, newNamespace, pushFiles } from './support.ts';

const cluster = await clusterForTests();
const signal = AbortSignal.timeout(240_000);

let namespace: string;
let parts: ActionParts;
let api: HttpClusterApi | undefined;
after(() => api?.dispose());

const kustomizationId = (name: string): ObjectId => ({
  group: 'kustomize.toolkit.fluxcd.io',
  kind: 'Kustomization',
  namespace,
  name,
});

/** As long an interval as lets nothing happen by itself. */
function kustomization(name: string, path: string, more = ''): string {
  const source = 'sourceRef: { kind: GitRepository, name: source }';
  return [
    'apiVersion: kustomize.toolkit.fluxcd.io/v1',
    'kind: Kustomization',
    `metadata: { name: ${name}, namespace: ${namespace} }`,
    `spec: { interval: 1h, retryInterval: 1h, prune: true, path: ./${path}, ${source}${more} }`,
    '',
  ].join('\n');
}

function configMap(name: string, value: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: ${namespace} }\ndata: { value: "${value}" }\n`;
}

/** A chart beside what deploys it, and a Deployment that never becomes ready: nothing runs pods in this cluster. */
function files(value: string): Readonly<Record<string, string>> {
  const deployment = [
    'apiVersion: apps/v1',
    'kind: Deployment',
    `metadata: { name: never-ready, namespace: ${namespace} }`,
    'spec:',
    '  selector: { matchLabels: { app: x } }',
    '  template: { metadata: { labels: { app: x } }, spec: { containers: [{ name: x, image: "x:1" }] } }',
    '',
  ].join('\n');
  const release = [
    'apiVersion: helm.toolkit.fluxcd.io/v2',
    'kind: HelmRelease',
    `metadata: { name: release, namespace: ${namespace} }`,
    'spec:',
    '  interval: 1h',
    '  chart:',
    '    spec:',
    '      chart: ./chart',
    '      reconcileStrategy: Revision',
    '      interval: 1h',
    '      sourceRef: { kind: GitRepository, name: source }',
    `  values: { value: "${value}" }`,
    '',
  ].join('\n');
  return {
    'root/infra.yaml': kustomization('infra', 'infra'),
    'root/apps.yaml': kustomization('apps', 'apps', ', dependsOn: [{ name: infra }]'),
    'root/unhealthy.yaml': kustomization('unhealthy', 'unhealthy', ', wait: true, timeout: 4m'),
    'infra/config.yaml': configMap('infra', value),
    'apps/release.yaml': release,
    'apps/nested.yaml': kustomization('nested', 'nested'),
    'nested/config.yaml': configMap('nested', value),
    'unhealthy/deployment.yaml': deployment,
    'unhealthy/below.yaml': kustomization('below', 'below'),
    'below/config.yaml': configMap('below', value),
    'chart/Chart.yaml': 'apiVersion: v2\nname: chart\nversion: 1.0.0\n',
    'chart/templates/config.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: released }\ndata: { value: "{{ .Values.value }}" }\n',
  };
}

async function valueOf(name: string): Promise<unknown> {
  return (await cluster.api.find(`/api/v1/namespaces/${namespace}/configmaps/${name}`))?.data?.['value'];
}

before(async () => {
  namespace = await newNamespace(cluster, 'root');
  const kubeconfig = loadKubeconfigs([cluster.kubeconfigs.admin]);
  const log = noLog();
  const options = { proxy: undefined, strictSSL: true, extraCAs: [], log, env: {} };
  api = new HttpClusterApi({
    transport: createTransport(kubeconfig, cluster.context, options),
    log,
    clock: systemClock(),
  });
  parts = { api, log, clock: systemClock() };
  await pushFiles(cluster, namespace, files('one'));
  await applyManifest(
    cluster,
    [
      'apiVersion: source.toolkit.fluxcd.io/v1',
      'kind: GitRepository',
      `metadata: { name: source, namespace: ${namespace} }`,
      `spec: { interval: 1h, url: "${cluster.gitUrl}/${namespace}", ref: { branch: main } }`,
      '---',
      kustomization('root', 'root'),
    ].join('\n'),
  );
  for (const title of ['Kustomization root', 'Kustomization infra', 'Kustomization nested', 'HelmRelease release']) {
    const [kind = '', name = ''] = title.split(' ');
    await cluster.api.waitFor(fluxPath(kind, `${namespace}/${name}`), isReady, { seconds: 120 });
  }
});

test('a commit arrives at a release through source, parents, chart: what its parent depends on is waited for', async () => {
  assert.equal(await valueOf('released'), 'one');
  await pushFiles(cluster, namespace, files('two'));
  const said: string[] = [];
  const id: ObjectId = { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace, name: 'release' };
  const result = await reconcileFromRoot(parts, { id, signal, report: (message) => said.push(message) });
  assert.equal(result.state, 'succeeded', result.message);
  assert.equal(await valueOf('released'), 'two', said.join('\n'));
  // A link is named again where it was put off and asked once more.
  const steps = said.filter((line) => !line.includes('waiting for')).map((line) => line.replaceAll(namespace, 'ns'));
  assert.deepEqual(
    [...new Set(steps)],
    [
      '1 of 5: GitRepository ns/source',
      '2 of 5: Kustomization ns/root',
      '3 of 5: Kustomization ns/apps',
      '4 of 5: HelmChart ns/ns-release',
      '5 of 5: HelmRelease ns/release',
    ],
  );
});

test('a commit arrives at a nested Kustomization', async () => {
  const commit = await pushFiles(cluster, namespace, files('three'));
  const result = await reconcileFromRoot(parts, { id: kustomizationId('nested'), signal });
  assert.deepEqual(result, { state: 'succeeded', message: `applied revision main@${commit.slice(0, 7)}` });
  assert.equal(await valueOf('nested'), 'three');
});

test('a parent that waits for the health of a neighbour holds nobody up', async () => {
  await cluster.api.waitFor(fluxPath('Kustomization', `${namespace}/below`), isReady, { seconds: 120 });
  const commit = await pushFiles(cluster, namespace, files('four'));
  const result = await reconcileFromRoot(parts, { id: kustomizationId('below'), signal });
  assert.deepEqual(result, { state: 'succeeded', message: `applied revision main@${commit.slice(0, 7)}` });
  assert.equal(await valueOf('below'), 'four');
});

test('what Git has no more is said to be gone', async () => {
  const rest = Object.entries(files('five')).filter(([path]) => path !== 'apps/nested.yaml');
  await pushFiles(cluster, namespace, Object.fromEntries(rest));
  const result = await reconcileFromRoot(parts, { id: kustomizationId('nested'), signal });
  assert.equal(result.state, 'failed');
  assert.match(result.message, /is gone: what was applied now has it no more|it was deleted|it is being deleted/);
});
