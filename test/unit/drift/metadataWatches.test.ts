/** Word of changes by metadata: what is asked for, what counts as a change, and what a pause does not lose. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Disposables } from '../../../src/base/disposables.ts';
import { Failure } from '../../../src/base/failure.ts';
import { noLog } from '../../../src/base/log.ts';
import type { AccessQuestion, ApiResource } from '../../../src/cluster/clusterApi.ts';
import { MetadataWatches } from '../../../src/drift/metadataWatches.ts';
import type { InventoryItem } from '../../../src/flux/inventory.ts';
import type { KubernetesObject, ObjectMeta } from '../../../src/flux/objects.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { turns } from '../cluster/eagerClock.ts';
import { FakeClusterApi } from '../cluster/fakeClusterApi.ts';

const lifetime = new Disposables();
after(() => lifetime.dispose());

const namespaced: Readonly<Record<string, boolean>> = {
  Deployment: true,
  ConfigMap: true,
  Secret: true,
  Namespace: false,
};

class WatchedApi extends FakeClusterApi {
  readonly asked: string[] = [];
  allowed = true;
  override findResource = ((wanted: { group: string; kind: string }): Promise<ApiResource | undefined> => {
    const { group, kind } = wanted;
    const known = namespaced[kind];
    const plural = `${kind.toLowerCase()}s`;
    return Promise.resolve(
      known === undefined ? undefined : { group, version: 'v1', kind, plural, namespaced: known, verbs: [] },
    );
  }) as never;
  override mayI = ((question: AccessQuestion): Promise<boolean> => {
    this.asked.push(`${question.verb} ${question.resource}`);
    return Promise.resolve(this.allowed);
  }) as never;
}

function item(kind: string, name: string, namespace = 'apps'): InventoryItem {
  const group = kind === 'Deployment' ? 'apps' : '';
  return { id: { group, kind, namespace, name }, version: 'v1', encoded: `${namespace}_${name}_${group}_${kind}` };
}

function metaOf(kind: string, name: string, metadata: Partial<ObjectMeta> = {}): KubernetesObject {
  return {
    apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1',
    kind,
    metadata: { name, namespace: 'apps', ...metadata },
  };
}

function setUp(namespaces: readonly string[] = []) {
  const api = new WatchedApi();
  const changed: string[] = [];
  const clock = new ManualClock();
  const watches = lifetime.add(
    new MetadataWatches({
      ...{ api, namespaces, clock, log: noLog(), random: () => 1 },
      onChange: (key) => changed.push(key.slice(key.lastIndexOf('/') + 1)),
    }),
  );
  return { api, watches, changed, clock };
}

/** Listed, and watching. */
async function watching(listed: readonly KubernetesObject[], items: readonly InventoryItem[]) {
  const set = setUp();
  set.watches.watch(items);
  await turns();
  (await set.api.lists.next()).answer({ items: listed, resourceVersion: '5' });
  const open = await set.api.watches.next();
  open.open();
  await turns();
  return { ...set, open };
}

test('one watch of metadata for each kind and namespace', async () => {
  const { api, watches } = setUp();
  const items = [
    item('Deployment', 'a'),
    item('Deployment', 'b'),
    item('ConfigMap', 'a'),
    item('ConfigMap', 'a', 'infra'),
  ];
  watches.watch([...items, item('Namespace', 'apps', '')]);
  await turns();
  const lists = await Promise.all(Array.from({ length: 4 }, () => api.lists.next()));
  assert.deepEqual(
    lists.map(({ query }) => [query.namespace, query.metadataOnly]),
    [
      ['apps', true],
      ['apps', true],
      ['infra', true],
      [undefined, true],
    ],
  );
  assert.equal(api.lists.length, 0);
  lists[0]?.answer({});
  await turns();
  assert.equal((await api.watches.next()).query.metadataOnly, true);
});

const old = metaOf('Deployment', 'a', { resourceVersion: '1', generation: 1, labels: { a: '1', b: '2' } });
const rows: readonly (readonly [what: string, metadata: Partial<ObjectMeta>, isChange: boolean])[] = [
  ['a status that moved on', { resourceVersion: '2', generation: 1, labels: { b: '2', a: '1' } }, false],
  ['a spec', { resourceVersion: '2', generation: 2, labels: { a: '1', b: '2' } }, true],
  ['a label', { resourceVersion: '2', generation: 1, labels: { a: '1' } }, true],
  ['an annotation', { resourceVersion: '2', generation: 1, labels: { a: '1', b: '2' }, annotations: { c: '3' } }, true],
  [
    'its deletion',
    { resourceVersion: '2', generation: 1, labels: { a: '1', b: '2' }, deletionTimestamp: '2026-01-01T00:00:00Z' },
    true,
  ],
];
for (const [what, metadata, isChange] of rows) {
  test(`${what} is ${isChange ? 'a' : 'no'} change`, async () => {
    const { open, changed } = await watching([old], [item('Deployment', 'a')]);
    open.emit({ type: 'MODIFIED', object: metaOf('Deployment', 'a', metadata) });
    await turns();
    assert.deepEqual(changed, isChange ? ['a'] : []);
  });
}

test('where a kind counts no generations every version is a change', async () => {
  const { open, changed } = await watching(
    [metaOf('ConfigMap', 'a', { resourceVersion: '1' })],
    [item('ConfigMap', 'a')],
  );
  open.emit({ type: 'MODIFIED', object: metaOf('ConfigMap', 'a', { resourceVersion: '2' }) });
  open.emit({ type: 'MODIFIED', object: metaOf('ConfigMap', 'a', { resourceVersion: '2' }) });
  await turns();
  assert.deepEqual(changed, ['a']);
});

test('what goes and comes is a change, and what is not asked for is none', async () => {
  const { open, changed } = await watching([old], [item('Deployment', 'a'), item('Deployment', 'gone')]);
  open.emit({ type: 'DELETED', object: old });
  open.emit({ type: 'ADDED', object: metaOf('Deployment', 'gone', { generation: 1 }) });
  open.emit({ type: 'ADDED', object: metaOf('Deployment', 'other', { generation: 1 }) });
  await turns();
  assert.deepEqual(changed, ['a', 'gone']);
});

test('while nothing is asked for no watch is open, and what changed meanwhile is told by the next list', async () => {
  const { api, watches, open, changed } = await watching([old], [item('Deployment', 'a')]);
  watches.watch([]);
  assert.ok(open.signal.aborted);
  watches.watch([item('Deployment', 'a')]);
  await turns();
  (await api.lists.next()).answer({ items: [metaOf('Deployment', 'a', { generation: 2 })], resourceVersion: '9' });
  await turns();
  assert.deepEqual(changed, ['a']);
});

test('a place that is still asked for keeps its watch', async () => {
  const { api, watches, open } = await watching([old], [item('Deployment', 'a')]);
  watches.watch([item('Deployment', 'a'), item('Deployment', 'b')]);
  await turns();
  assert.ok(!open.signal.aborted);
  assert.equal(api.lists.length, 0);
});

test('of what is asked for later in such a place the first change is told', async () => {
  const other = metaOf('Deployment', 'b', { generation: 1 });
  const { watches, open, changed } = await watching([old, other], [item('Deployment', 'a')]);
  open.emit({ type: 'MODIFIED', object: metaOf('Deployment', 'b', { generation: 2 }) });
  await turns();
  assert.deepEqual(changed, [], 'nobody has asked for it yet');
  watches.watch(['a', 'b', 'c'].map((name) => item('Deployment', name)));
  open.emit({ type: 'MODIFIED', object: metaOf('Deployment', 'b', { generation: 3 }) });
  open.emit({ type: 'ADDED', object: metaOf('Deployment', 'c', { generation: 1 }) });
  await turns();
  assert.deepEqual(changed, ['b', 'c']);
});

const setbacks: readonly (readonly [what: string, failure: Failure, afterMs: number | undefined])[] = [
  ['a server that is gone for a moment', new Failure('unreachable', 'connection refused'), 5_000],
  ['a server that says when', new Failure('busy', 'too many requests', { retryAfterMs: 60_000 }), 60_000],
  ['credentials that have expired', new Failure('unauthorized', 'expired'), undefined],
];
for (const [what, failure, afterMs] of setbacks) {
  test(`${what}: the watch is opened ${afterMs === undefined ? 'by no timer' : `after ${afterMs} ms`}`, async () => {
    const { api, watches, clock } = setUp();
    const find = api.findResource;
    api.findResource = (() => Promise.reject(failure)) as never;
    watches.watch([item('Deployment', 'a')]);
    await turns();
    api.findResource = find;
    clock.advance((afterMs ?? 1_000_000) - 1);
    watches.watch([item('Deployment', 'a')]);
    await turns();
    assert.equal(api.lists.length, 0);
    clock.advance(1);
    await turns();
    assert.equal(api.lists.length, afterMs === undefined ? 0 : 1);
  });
}

test('what could not be watched and is asked for no more is tried no more', async () => {
  const { api, watches, clock } = setUp();
  api.findResource = (() => Promise.reject(new Failure('unreachable', 'connection refused'))) as never;
  watches.watch([item('Deployment', 'a')]);
  await turns();
  assert.equal(clock.pending, 1);
  watches.watch([]);
  assert.equal(clock.pending, 0);
});

test('Secrets are watched where both rights are there, and otherwise not even tried', async () => {
  const { api, watches } = setUp();
  api.allowed = false;
  watches.watch([item('Secret', 's')]);
  await turns();
  assert.deepEqual([api.asked, api.lists.length], [['list secrets', 'watch secrets'], 0]);
  watches.watch([]);
  api.allowed = true;
  watches.watch([item('Secret', 's')]);
  await turns();
  assert.equal((await api.lists.next()).query.metadataOnly, true);
});

test('what is not served, and what lies outside of the namespaces of the session, is not asked for', async () => {
  const { api, watches } = setUp(['apps']);
  watches.watch([item('Gone', 'a'), item('Deployment', 'a', 'infra'), item('Namespace', 'apps', '')]);
  await turns();
  assert.equal(api.lists.length, 0);
});

test('of very many places some are watched', async () => {
  const { api, watches } = setUp();
  watches.watch(Array.from({ length: 100 }, (_, index) => item('ConfigMap', 'a', `n${index}`)));
  await turns();
  assert.equal(api.lists.length, 60);
});

test('nothing is told after the end', async () => {
  const { watches, open, changed } = await watching([old], [item('Deployment', 'a')]);
  watches.dispose();
  assert.ok(open.signal.aborted);
  open.emit({ type: 'DELETED', object: old });
  await turns();
  watches.watch([item('Deployment', 'b')]);
  await turns();
  assert.deepEqual(changed, []);
});
