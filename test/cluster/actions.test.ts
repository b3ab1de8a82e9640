/** Reconcile, suspend and resume against the real controllers, and what a parent makes of a suspension. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { noLog } from '../../src/base/log.ts';
import {
  type ActionParts,
  reconcileObject,
  reconcileWithSource,
  resumeObject,
  suspendObject,
} from '../../src/cluster/actions.ts';
import { HttpClusterApi } from '../../src/cluster/httpClusterApi.ts';
import { createTransport, loadKubeconfigs } from '../../src/cluster/kubernetes.ts';
import type { ObjectId } from '../../src/flux/objectKey.ts';
import { conditionOf, fluxPath, isReady } from './fluxObjects.ts';
import { applyManifest, clusterForTests, newNamespace, pushFiles } from './support.ts';
import type { UserName } from './users.ts';

const cluster = await clusterForTests();
const apis: HttpClusterApi[] = [];
after(() => apis.forEach((api) => api.dispose()));

function partsOf(user: UserName): ActionParts {
  const kubeconfig = loadKubeconfigs([cluster.kubeconfigs[user]]);
  const log = noLog();
  const transport = createTransport(kubeconfig, cluster.context, {
    proxy: undefined,
    strictSSL: true,
    extraCAs: [],
    log,
    env: {},
  });
  const api = new HttpClusterApi({ transport, log, clock: systemClock() });
  apis.push(api);
  return { api, log, clock: systemClock() };
}

const signal = AbortSignal.timeout(120_000);
const kustomization = (namespace: string, name: string): ObjectId => ({
  group: 'kustomize.toolkit.fluxcd.io',
  kind: 'Kustomization',
  namespace,
  name,
});

let namespace: string;
let parts: ActionParts;

function manifest(name: string, path: string, more = ''): string {
  return [
    'apiVersion: kustomize.toolkit.fluxcd.io/v1',
    'kind: Kustomization',
    `metadata: { name: ${name}, namespace: ${namespace} }`,
    `spec: { interval: 1h, prune: true, path: ./${path}, sourceRef: { kind: GitRepository, name: source }${more} }`,
    '',
  ].join('\n');
}

before(async () => {
  namespace = await newNamespace(cluster, 'actions');
  parts = partsOf('admin');
  const config = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: one, namespace: ${namespace} }\n`;
  await pushFiles(cluster, namespace, {
    'root/silent.yaml': manifest('silent', 'app'),
    'root/outspoken.yaml': manifest('outspoken', 'app2', ', suspend: false'),
    'app/one.yaml': config,
    'app2/two.yaml': config.replace('one', 'two'),
  });
  await applyManifest(
    cluster,
    [
      'apiVersion: source.toolkit.fluxcd.io/v1',
      'kind: GitRepository',
      `metadata: { name: source, namespace: ${namespace} }`,
      `spec: { interval: 1h, url: "${cluster.gitUrl}/${namespace}", ref: { branch: main } }`,
      '---',
      manifest('root', 'root'),
    ].join('\n'),
  );
  for (const name of ['root', 'silent', 'outspoken']) {
    await cluster.api.waitFor(fluxPath('Kustomization', `${namespace}/${name}`), isReady);
  }
});

test('a reconcile is waited for', async () => {
  const path = fluxPath('Kustomization', `${namespace}/silent`);
  const before = await cluster.api.get(path);
  const result = await reconcileObject(parts, { id: kustomization(namespace, 'silent'), signal });
  const after = await cluster.api.get(path);
  assert.equal(result.state, 'succeeded', result.message);
  assert.match(result.message, /^applied revision main@[0-9a-f]{7}$/);
  assert.notEqual(after.status?.lastHandledReconcileAt, before.status?.lastHandledReconcileAt);
  assert.equal(after.metadata.generation, before.metadata.generation);
});

test('a reconcile with source applies the commit that the source did not know yet', async () => {
  const commit = await pushFiles(cluster, namespace, {
    'root/silent.yaml': manifest('silent', 'app'),
    'root/outspoken.yaml': manifest('outspoken', 'app2', ', suspend: false'),
    'app/one.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: new, namespace: ${namespace} }\n`,
    'app2/two.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: two, namespace: ${namespace} }\n`,
  });
  const result = await reconcileWithSource(parts, { id: kustomization(namespace, 'silent'), signal });
  assert.deepEqual(result, { state: 'succeeded', message: `applied revision main@${commit.slice(0, 7)}` });
  assert.ok(await cluster.api.find(`/api/v1/namespaces/${namespace}/configmaps/new`));
});

test('a suspension that the manifest does not speak of outlives the parent’s next apply', async () => {
  const id = kustomization(namespace, 'silent');
  assert.deepEqual(await suspendObject(parts, { id, signal }), { state: 'succeeded', message: 'suspended' });
  assert.equal((await reconcileObject(parts, { id: kustomization(namespace, 'root'), signal })).state, 'succeeded');
  assert.equal((await cluster.api.get(fluxPath('Kustomization', `${namespace}/silent`))).spec?.suspend, true);
  const refused = await reconcileObject(parts, { id, signal });
  assert.equal(refused.state === 'failed' && refused.failure?.reason, 'suspended');
  const resumed = await resumeObject(parts, { id, signal });
  assert.equal(resumed.state, 'succeeded', resumed.message);
  assert.equal(
    'suspend' in ((await cluster.api.get(fluxPath('Kustomization', `${namespace}/silent`))).spec ?? {}),
    false,
  );
});

test('a suspension that the manifest contradicts is set back by the parent, and was warned of', async () => {
  const id = kustomization(namespace, 'outspoken');
  assert.deepEqual(await suspendObject(parts, { id, signal }), {
    state: 'succeeded',
    message: 'suspended',
    warning: `its manifest sets suspend, so Kustomization ${namespace}/root will set it back`,
  });
  await reconcileObject(parts, { id: kustomization(namespace, 'root'), signal });
  const path = fluxPath('Kustomization', `${namespace}/outspoken`);
  assert.notEqual((await cluster.api.get(path)).spec?.suspend, true);
});

test('a failure is reported with the controller’s words, at once', async () => {
  await applyManifest(cluster, manifest('broken', 'none'));
  await cluster.api.waitFor(
    fluxPath('Kustomization', `${namespace}/broken`),
    (object) => conditionOf(object, 'Ready')?.status === 'False',
  );
  const result = await reconcileObject(parts, { id: kustomization(namespace, 'broken'), signal });
  assert.equal(result.state, 'failed');
  assert.match(result.message, /kustomization path not found/);
});

test('a viewer is refused with the server’s words', async () => {
  const result = await suspendObject(partsOf('viewer'), { id: kustomization(namespace, 'silent'), signal });
  assert.equal(result.state === 'failed' && result.failure?.reason, 'forbidden');
  assert.match(result.message, /User "viewer" cannot patch resource "kustomizations"/);
});
