/** Hub and spoke: what a Kustomization or release applies to another cluster is not looked for in this one. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { fluxPath, inventoryIds, isReady } from '../fluxObjects.ts';
import { applyManifest, clusterForTests, newNamespace, pushFiles } from '../support.ts';
import { openProduct, rowOf, rowsBelow } from './openProduct.ts';

const cluster = await clusterForTests();
const product = openProduct(cluster);
const namespace = await newNamespace(cluster, 'hub');
const name = `${namespace}/spoke`;
const configMap = `/api/v1/namespaces/${namespace}/configmaps/far-away`;

/** The spoke is this API server under a kubeconfig of its own: the controller cannot tell, and its inventory is real. */
before(async () => {
  const object = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: far-away, namespace: ${namespace} }\n`;
  await pushFiles(cluster, namespace, { 'app/object.yaml': object });
  await cluster.api.create(`/api/v1/namespaces/${namespace}/secrets`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'spoke' },
    stringData: { value: readFileSync(cluster.kubeconfig, 'utf8') },
  });
  await applyManifest(
    cluster,
    `
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: source, namespace: ${namespace} }
spec: { interval: 1h, url: "${cluster.gitUrl}/${namespace}", ref: { branch: main } }
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: spoke, namespace: ${namespace} }
spec:
  interval: 1h
  prune: false
  path: ./app
  sourceRef: { kind: GitRepository, name: source }
  kubeConfig: { secretRef: { name: spoke } }
`,
  );
  await cluster.api.waitFor(fluxPath('Kustomization', name), isReady);
  // Now it is as on a hub: listed in the inventory, and not to be found here.
  await cluster.api.remove(configMap);
  await cluster.api.waitFor(configMap, (found) => found === undefined);
});

test('its objects are said to be on another cluster; none is fetched, none is missing', async () => {
  const key = product.key('Kustomization', name);
  assert.equal(inventoryIds(await cluster.api.get(fluxPath('Kustomization', name))).length, 1);
  const row = await product.until('the row', (drawn) => {
    const found = rowOf(drawn, key);
    return found?.icon.id === 'pass' && found;
  });
  product.expand(row.id);
  const below = await product.until('what is below', (drawn) => {
    const rows = rowsBelow(drawn, row.id);
    return product.open.inventory.get(key)?.state === 'remote' && rows.length > 0 && rows;
  });
  assert.deepEqual(
    below.map(({ label }) => label),
    ['Objects are on another cluster (kubeConfig Secret spoke)'],
  );
  assert.equal(below.filter(({ accessibility }) => /missing/.test(accessibility)).length, 0);
  assert.deepEqual(
    product.sent.filter(({ path }) => path.includes('far-away') || path.includes('/secrets')),
    [],
  );
});
