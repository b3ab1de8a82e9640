/** The events of Kustomizations and HelmReleases: which are asked for, what is kept of them, and what ends. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Disposables } from '../../../src/base/disposables.ts';
import { Failure } from '../../../src/base/failure.ts';
import { noLog } from '../../../src/base/log.ts';
import type { ApiResource } from '../../../src/cluster/clusterApi.ts';
import { ControllerEvents } from '../../../src/cluster/controllerEvents.ts';
import { idOf, objectKey } from '../../../src/flux/objectKey.ts';
import { kustomization } from '../../support/builders.ts';
import { postedEvent, reconciledEvent } from '../../support/controllerEvents.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { turns } from './eagerClock.ts';
import { FakeClusterApi } from './fakeClusterApi.ts';

const resource: ApiResource = {
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
  verbs: [],
};
const apps = objectKey('homelab', idOf(kustomization('apps')));
const last = '2026-01-01T00:01:00Z';

const lifetime = new Disposables();
after(() => lifetime.dispose());

class EventsApi extends FakeClusterApi {
  found: () => Promise<ApiResource | undefined> = () => Promise.resolve(resource);
  override findResource = (() => this.found()) as never;
}

async function setUp(namespaces: readonly string[] = []) {
  const api = new EventsApi();
  const clock = new ManualClock();
  const events = new ControllerEvents({ api, namespaces, clock, log: noLog(), random: () => 1 });
  const changed: string[] = [];
  lifetime.add(events.onDidChange((keys) => changed.push(...keys)));
  events.start();
  await turns();
  return { api, clock, events, changed };
}

/** Lists of Kustomizations' events, answered, and their watch. */
async function watching() {
  const set = await setUp();
  (await set.api.lists.next()).answer({ items: [reconciledEvent('a', { last })], resourceVersion: '5' });
  (await set.api.lists.next()).answer({ resourceVersion: '5' });
  const open = await set.api.watches.next();
  open.open();
  await turns();
  set.clock.advance(1_000);
  return { ...set, open };
}

test('the events of both kinds are watched, and of nothing else', async () => {
  const { api, events } = await setUp();
  const asked = [await api.lists.next(), await api.lists.next()].map(({ query }) => query);
  assert.deepEqual(
    asked.map(({ namespace, fieldSelector }) => [namespace, fieldSelector]),
    [
      [undefined, 'involvedObject.kind=Kustomization'],
      [undefined, 'involvedObject.kind=HelmRelease'],
    ],
  );
  events.dispose();
});

test('restricted to namespaces nothing else is asked for', async () => {
  const { api, events } = await setUp(['apps', 'infra']);
  const asked = await Promise.all(Array.from({ length: 4 }, () => api.lists.next()));
  assert.deepEqual([...new Set(asked.map(({ query }) => query.namespace))].sort(), ['apps', 'infra']);
  events.dispose();
});

test('what is listed, comes and goes is told by the key of the object that it is about', async () => {
  const { events, open, clock, changed } = await watching();
  assert.deepEqual(changed, [apps]);
  assert.deepEqual(
    events.of(apps).map(({ says }) => says),
    ['reconciled'],
  );
  assert.equal(events.of(apps), events.of(apps), 'the same as long as nothing changes');

  const wrote = postedEvent('b', { last, message: 'Deployment/apps/web configured' });
  open.emit({ type: 'ADDED', object: wrote });
  open.emit({ type: 'ADDED', object: postedEvent('c', { last, message: 'health check passed' }) });
  await turns();
  clock.advance(1_000);
  assert.deepEqual(
    events.of(apps).map(({ says }) => says),
    ['reconciled', 'wrote'],
  );

  open.emit({ type: 'DELETED', object: wrote });
  await turns();
  clock.advance(1_000);
  assert.deepEqual(
    events.of(apps).map(({ says }) => says),
    ['reconciled'],
  );
  assert.deepEqual(changed, [apps, apps, apps]);
  events.dispose();
});

test('a new list takes the place of the one before', async () => {
  const { api, events, open, clock } = await watching();
  clock.advance(60_000);
  open.fail(new Failure('gone', 'too old', { status: 410 }));
  await turns();
  (await api.lists.next()).answer({ items: [], resourceVersion: '9' });
  await turns();
  clock.advance(1_000);
  assert.deepEqual(events.of(apps), []);
  events.dispose();
});

test('who may not read events sees none, and nobody is told of an error', async () => {
  const { api, events, changed, clock } = await setUp();
  const forbidden = new Failure('forbidden', 'bob may not list events', { status: 403 });
  (await api.lists.next()).fail(forbidden);
  (await api.lists.next()).fail(forbidden);
  await turns();
  clock.advance(1_000);
  assert.deepEqual([events.of(apps), changed], [[], []]);
  events.dispose();
});

test('a look-up that fails is tried at the next start', async () => {
  const api = new EventsApi();
  api.found = () => Promise.reject(new Failure('unreachable', 'connection refused'));
  const events = new ControllerEvents({ api, namespaces: [], clock: new ManualClock(), log: noLog() });
  events.start();
  await turns();
  assert.equal(api.lists.length, 0);
  api.found = () => Promise.resolve(resource);
  events.start();
  await turns();
  assert.equal(api.lists.length, 2);
  events.dispose();
});

test('nothing is heard after the end', async () => {
  const { events, open, clock, changed } = await watching();
  const before = changed.length;
  events.dispose();
  assert.ok(open.signal.aborted);
  open.emit({ type: 'ADDED', object: postedEvent('b', { last, message: 'Deployment/apps/web configured' }) });
  await turns();
  clock.advance(1_000);
  assert.equal(changed.length, before);
});
