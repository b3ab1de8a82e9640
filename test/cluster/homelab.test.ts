/** The sample repository on a real cluster is in the state that its README promises, for the reasons that it gives. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conditionOf, fluxPath, inventoryIds, isReady } from './fluxObjects.ts';
import { homelabUrl } from './homelab.ts';
import { clusterForTests, homelabForTests } from './support.ts';

const cluster = await clusterForTests();
await homelabForTests(cluster);

const get = (kind: string, name: string) => cluster.api.get(fluxPath(kind, name));

test('the source is named by the URL that a clone has as its remote', async () => {
  const source = await get('GitRepository', 'flux-system/flux-system');
  assert.equal(source.spec?.url, homelabUrl);
  assert.ok(isReady(source));
});

for (const name of ['flux-system', 'infrastructure', 'workloads']) {
  test(`Kustomization ${name} has applied the commit of the source`, async () => {
    const source = await get('GitRepository', 'flux-system/flux-system');
    const object = await get('Kustomization', `flux-system/${name}`);
    assert.ok(isReady(object), conditionOf(object, 'Ready')?.message);
    assert.equal(object.status?.lastAppliedRevision, source.status?.artifact?.revision);
  });
}

test('flux-system is in its own inventory', async () => {
  const ids = inventoryIds(await get('Kustomization', 'flux-system/flux-system'));
  assert.ok(ids.includes('flux-system_flux-system_kustomize.toolkit.fluxcd.io_Kustomization'));
});

for (const name of ['logging/tempo', 'logging/alloy', 'logging/grafana', 'reloader/reloader', 'envoy/gateway']) {
  test(`HelmRelease ${name} is installed`, async () => {
    const release = await get('HelmRelease', name);
    assert.equal(conditionOf(release, 'Ready')?.reason, 'InstallSucceeded', conditionOf(release, 'Ready')?.message);
    assert.ok(inventoryIds(release).length > 0);
  });
}

test('Loki has failed and will be tried again', async () => {
  const loki = await get('HelmRelease', 'logging/loki');
  assert.equal(conditionOf(loki, 'Ready')?.reason, 'InstallFailed');
  assert.equal(conditionOf(loki, 'Reconciling')?.reason, 'ProgressingWithRetry');
  const claim = await cluster.api.get('/api/v1/namespaces/logging/persistentvolumeclaims/storage-loki-0');
  assert.equal(claim.status?.phase, 'Pending', 'because its storage class does not exist');
});

for (const name of ['loki-canary', 'alloy-events']) {
  test(`${name} waits for Loki and has installed nothing`, async () => {
    const release = await get('HelmRelease', `logging/${name}`);
    assert.equal(conditionOf(release, 'Ready')?.message, "dependency 'logging/loki' is not ready");
    assert.equal(release.status?.history, undefined);
  });
}

test('Grafana has drifted in two objects and is ready all the same', async () => {
  const grafana = await get('HelmRelease', 'logging/grafana');
  assert.equal(conditionOf(grafana, 'Ready')?.status, 'True');
  const drifted = conditionOf(grafana, 'Drifted');
  assert.equal(drifted?.reason, 'DriftDetected');
  assert.match(drifted.message ?? '', /ConfigMap\/logging\/grafana changed/);
  assert.match(drifted.message ?? '', /Deployment\/logging\/grafana changed/);
  const deployment = await cluster.api.get('/apis/apps/v1/namespaces/logging/deployments/grafana');
  assert.equal(deployment.spec?.replicas, 3, 'reported, not corrected');
});

test('Tempo is watched for drift and has none', async () => {
  const tempo = await get('HelmRelease', 'logging/tempo');
  assert.equal(conditionOf(tempo, 'Drifted')?.reason, 'NoDriftDetected');
});

test('the gateway stays suspended although its Kustomization is applied again', async () => {
  await cluster.exec('flux', 'reconcile', 'kustomization', 'infrastructure');
  const gateway = await get('HelmRelease', 'envoy/gateway');
  assert.equal(gateway.spec?.suspend, true);
  assert.match(gateway.metadata.annotations?.['driftline.dev/suspended-reason'] ?? '', /new address/);
});

test('the workloads run, with a volume that is bound', async () => {
  const claim = await cluster.api.get('/api/v1/namespaces/llm/persistentvolumeclaims/models');
  assert.equal(claim.status?.phase, 'Bound');
  for (const [namespace, name] of [
    ['llm', 'llm'],
    ['log-analyzer', 'log-analyzer'],
  ]) {
    const deployment = await cluster.api.get(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`);
    assert.equal(conditionOf(deployment, 'Available')?.status, 'True');
  }
});

test('one object has failed; nothing else says that it has', async () => {
  const kinds = ['Kustomization', 'HelmRelease', 'GitRepository', 'OCIRepository', 'HelmRepository', 'HelmChart'];
  const namespaces = ['flux-system', 'logging', 'envoy', 'reloader'];
  const failed: string[] = [];
  for (const kind of kinds) {
    for (const namespace of namespaces) {
      const collection = fluxPath(kind, `${namespace}/x`).replace(/\/x$/, '');
      const { items } = await cluster.api.list(collection);
      const bad = items.filter((item) => {
        const ready = conditionOf(item, 'Ready');
        return ready?.status === 'False' && ready.reason !== 'DependencyNotReady';
      });
      failed.push(...bad.map(({ metadata }) => `${kind} ${metadata.name}`));
    }
  }
  assert.deepEqual(failed, ['HelmRelease loki']);
});

test('the viewer sees all of it but the Secret', async () => {
  const viewer = cluster.as('viewer');
  const seen = await viewer.list('/apis/helm.toolkit.fluxcd.io/v2/namespaces/logging/helmreleases');
  assert.equal(seen.items.length, 6);
  assert.equal((await viewer.send('GET', '/api/v1/namespaces/logging/secrets/grafana')).status, 403);
  assert.equal((await cluster.api.get('/api/v1/namespaces/logging/secrets/grafana')).type, 'Opaque');
});
