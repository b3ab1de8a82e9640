/** How real helm-controllers report drift, suspension and lag: the facts that the product's markers stand on. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { controllerNames } from './build.ts';
import { conditionOf, fluxPath, isReady, requestReconcile } from './fluxObjects.ts';
import { applyManifest, clusterForTests, newNamespace } from './support.ts';

const cluster = await clusterForTests();
const chart = join(import.meta.dirname, 'charts', 'tempo');
const repository = `${cluster.helmUrl}/drift`;
await cluster.publishChart(chart, repository, '1.10.1');

/** A release of the Tempo chart in a namespace of its own, installed. */
async function install(mode: string, version = '1.10.1') {
  const namespace = await newNamespace(cluster, `drift-${mode}`);
  await applyManifest(
    cluster,
    `
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: { name: charts, namespace: ${namespace} }
spec: { interval: 1h, url: "${repository}" }
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: tempo, namespace: ${namespace} }
spec:
  interval: 1h
  driftDetection: { mode: ${mode} }
  chart: { spec: { chart: tempo, version: "${version}", sourceRef: { kind: HelmRepository, name: charts } } }
`,
  );
  const path = fluxPath('HelmRelease', `${namespace}/tempo`);
  await cluster.api.waitFor(path, isReady);
  const configMap = `/api/v1/namespaces/${namespace}/configmaps/tempo`;
  return { namespace, path, configMap };
}

const changed = { data: { 'tempo.yaml': 'changed by hand\n' } };

test('mode warn: drift appears as a condition that names the object, and goes when the object is put back', async () => {
  const { namespace, path, configMap } = await install('warn');
  const before = (await cluster.api.get(configMap)).data as Record<string, string>;

  await cluster.api.patch(configMap, changed);
  const drifted = await requestReconcile(cluster, path);
  const condition = conditionOf(drifted, 'Drifted');
  assert.equal(condition?.status, 'True');
  assert.match(condition.message ?? '', new RegExp(`ConfigMap/${namespace}/tempo changed`));
  assert.ok(isReady(drifted), 'drift does not make a release unready');
  assert.deepEqual((await cluster.api.get(configMap)).data, changed.data, 'nothing is corrected');

  await cluster.api.patch(configMap, { data: before });
  const clean = await requestReconcile(cluster, path);
  assert.equal(conditionOf(clean, 'Drifted')?.reason, 'NoDriftDetected');
});

test('mode warn: a deleted object is drift, too', async () => {
  const { namespace, path, configMap } = await install('warn');
  await cluster.api.remove(configMap);
  const drifted = await requestReconcile(cluster, path);
  assert.match(conditionOf(drifted, 'Drifted')?.message ?? '', new RegExp(`ConfigMap/${namespace}/tempo removed`));
});

test('mode enabled: what was changed is put back', async () => {
  const { path, configMap } = await install('enabled');
  const before = (await cluster.api.get(configMap)).data as unknown;
  await cluster.api.patch(configMap, changed);
  await requestReconcile(cluster, path);
  await cluster.api.waitFor(configMap, (object) => JSON.stringify(object?.data) === JSON.stringify(before));
  await cluster.api.waitFor(path, (object) => conditionOf(object, 'Drifted')?.status === 'False');
});

test('mode disabled: drift is not looked for, and no condition says that there is none', async () => {
  const { path, configMap } = await install('disabled');
  await cluster.api.patch(configMap, changed);
  const release = await requestReconcile(cluster, path);
  assert.equal(conditionOf(release, 'Drifted'), undefined);
});

test('a suspended release records the token of a request and does nothing', async () => {
  const { path, configMap } = await install('enabled');
  await cluster.api.patch(path, { spec: { suspend: true } }, 'flux');
  await cluster.api.patch(configMap, changed);
  await requestReconcile(cluster, path);
  assert.deepEqual((await cluster.api.get(configMap)).data, changed.data);

  await cluster.api.patch(path, { spec: { suspend: null } }, 'flux');
  await cluster.api.waitFor(configMap, (object) => JSON.stringify(object?.data) !== JSON.stringify(changed.data));
});

test('a release is behind its source while its controller does not get to it, and catches up by itself', async () => {
  const { namespace, path } = await install('disabled', '>=1.10.0');
  const chartPath = fluxPath('HelmChart', `${namespace}/${namespace}-tempo`);
  cluster.pause('helm-controller');
  try {
    await cluster.publishChart(chart, repository, '1.11.0');
    await requestReconcile(cluster, fluxPath('HelmRepository', `${namespace}/charts`));
    await cluster.api.waitFor(chartPath, (object) => object?.status?.artifact?.revision === '1.11.0');
    const behind = await cluster.api.get(path);
    assert.ok(isReady(behind), 'it says that it is ready');
    assert.equal(behind.status?.history?.[0]?.chartVersion, '1.10.1');
  } finally {
    cluster.resume('helm-controller');
  }
  await cluster.api.waitFor(path, (object) => object?.status?.history?.[0]?.chartVersion === '1.11.0');
});

test('a controller that this cluster does not run cannot be paused', () => {
  assert.ok(controllerNames.every((name) => cluster.pids[name] !== undefined));
  assert.throws(() => cluster.pause('notification-controller' as never), /has no process here/);
});
