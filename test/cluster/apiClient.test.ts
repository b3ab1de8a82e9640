/** Waiting, as the cluster tests do it: by watch, through deletion and restarts, and with an end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from './apiClient.ts';
import { applyManifest, clusterForTests, newNamespace } from './support.ts';

const cluster = await clusterForTests();
const namespace = await newNamespace(cluster, 'client');
const collection = `/api/v1/namespaces/${namespace}/configmaps`;
const create = (name: string, data: Record<string, string> = {}) =>
  cluster.api.create(collection, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

test('an object that is as wanted is not waited for', async () => {
  await create('there', { a: '1' });
  const found = await cluster.api.waitFor(`${collection}/there`, (object) => object?.data?.['a'] === '1', {
    seconds: 5,
  });
  assert.equal(found?.metadata.name, 'there');
});

test('creation, change and deletion are seen as they happen', async () => {
  const path = `${collection}/changing`;
  const created = cluster.api.waitFor(path, (object) => object !== undefined);
  await create('changing', { a: '1' });
  await created;
  const changed = cluster.api.waitFor(path, (object) => object?.data?.['a'] === '2');
  await cluster.api.patch(path, { data: { a: '2' } });
  await changed;
  const deleted = cluster.api.waitFor(path, (object) => object === undefined);
  await cluster.api.remove(path);
  assert.equal(await deleted, undefined);
});

test('other objects of the collection are no answer', async () => {
  const wanted = cluster.api.waitFor(`${collection}/right`, (object) => object !== undefined);
  await create('wrong');
  await create('right');
  assert.equal((await wanted)?.metadata.name, 'right');
});

test('waiting ends with what was waited for and what was there', async () => {
  await create('stubborn', { a: 'old' });
  await assert.rejects(
    cluster.api.waitFor(`${collection}/stubborn`, (object) => object?.data?.['a'] === 'new', {
      seconds: 0.5,
      what: 'the new value',
    }),
    /the new value: not so after 0\.5 s; last seen: .*"old"/,
  );
});

test('a refusal ends the wait at once', async () => {
  await assert.rejects(
    cluster.as('nobody').waitFor(`${collection}/any`, () => false),
    (error) => error instanceof ApiError && error.status === 403,
  );
});

test('a manifest of several documents is applied in order, cluster-scoped or not', async () => {
  const applied = await applyManifest(
    cluster,
    `apiVersion: v1\nkind: Namespace\nmetadata: { name: "${namespace}-more" }\n---\n# nothing\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: one, namespace: "${namespace}-more" }\n`,
  );
  assert.deepEqual(
    applied.map(({ path }) => path),
    [`/api/v1/namespaces/${namespace}-more`, `/api/v1/namespaces/${namespace}-more/configmaps/one`],
  );
  await cluster.api.remove(applied[0]!.path);
});

test('a kind that is not served is an error of the test, not a wait', async () => {
  await assert.rejects(applyManifest(cluster, 'apiVersion: v1\nkind: Nothing\nmetadata: { name: x }\n'), /is served/);
});
