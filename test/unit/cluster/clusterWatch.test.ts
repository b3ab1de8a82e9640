/** One list and watch: what it hears, what it survives, how long it waits, and what it says of itself meanwhile. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure, type FailureReason } from '../../../src/base/failure.ts';
import { noLog } from '../../../src/base/log.ts';
import type { ApiResource } from '../../../src/cluster/clusterApi.ts';
import { ClusterWatch, type WatchState } from '../../../src/cluster/clusterWatch.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { turns } from './eagerClock.ts';
import { FakeClusterApi, object } from './fakeClusterApi.ts';

const resource: ApiResource = {
  group: 'kustomize.toolkit.fluxcd.io',
  version: 'v1',
  kind: 'Kustomization',
  plural: 'kustomizations',
  namespaced: true,
  verbs: ['list', 'watch'],
};

const refused = new Failure('unreachable', 'connection refused');
const gone = new Failure('gone', 'too old resource version', { status: 410 });
const forbidden = new Failure('forbidden', 'bob may not', { status: 403 });
const unauthorized = new Failure('unauthorized', 'Unauthorized', { status: 401 });

interface SetUp {
  readonly namespace?: string;
  readonly labelSelector?: string;
}

function setUp(options: SetUp = {}, clock = new ManualClock()) {
  const api = new FakeClusterApi();
  const heard: string[] = [];
  const states: WatchState[] = [];
  const watch = new ClusterWatch({
    api,
    resource,
    clock,
    log: noLog(),
    random: () => 1,
    ...options,
    sink: {
      replaced: (objects) => heard.push(`list ${objects.map(({ metadata }) => metadata.name).join(' ')}`.trim()),
      changed: (changed) => heard.push(`+${changed.metadata.name}`),
      removed: (removed) => heard.push(`-${removed.metadata.name}`),
      stateChanged: (state) => states.push(state),
    },
  });
  const told = () =>
    states.map((state) => ('failure' in state ? `${state.state} ${state.failure.reason}` : state.state));
  return { api, clock, watch, heard, states, told };
}

/** Listed at version 10, and watching. */
async function watching() {
  const set = setUp();
  set.watch.start();
  (await set.api.lists.next()).answer({ items: [object('a')], resourceVersion: '10' });
  const open = await set.api.watches.next();
  open.open();
  return { ...set, open };
}

/** As `watching`, and for so long that the watch counts as one that works. */
async function settled() {
  const set = await watching();
  set.clock.advance(60_000);
  return set;
}

test('a list, then a watch from its version', async () => {
  const { heard, told, open, watch } = await watching();
  assert.deepEqual(heard, ['list a']);
  assert.deepEqual(told(), ['synced']);
  assert.equal(open.query.resourceVersion, '10');
  open.emit({ type: 'ADDED', object: object('b', '11') });
  open.emit({ type: 'MODIFIED', object: object('a', '12') });
  open.emit({ type: 'DELETED', object: object('b', '13') });
  await turns();
  assert.deepEqual(heard, ['list a', '+b', '+a', '-b']);
  watch.dispose();
});

test('pages are collected, and handed over when the list is complete', async () => {
  const { api, watch, heard } = setUp({ namespace: 'apps', labelSelector: 'x=y' });
  watch.start();
  const first = await api.lists.next();
  assert.deepEqual(first.query, { namespace: 'apps', labelSelector: 'x=y', limit: 500, next: undefined });
  first.answer({ items: [object('a')], next: 'p2' });
  const second = await api.lists.next();
  assert.equal(second.query.next, 'p2');
  assert.deepEqual(heard, []);
  second.answer({ items: [object('b')], resourceVersion: '7' });
  const open = await api.watches.next();
  assert.deepEqual(heard, ['list a b']);
  assert.deepEqual([open.query.namespace, open.query.labelSelector, open.query.resourceVersion], ['apps', 'x=y', '7']);
  watch.dispose();
});

test('a token that expires between two pages begins the list again, the third time without pages', async () => {
  const { api, watch, heard } = setUp();
  watch.start();
  for (const limit of [500, 500]) {
    const page = await api.lists.next();
    assert.deepEqual([page.query.limit, page.query.next], [limit, undefined]);
    page.answer({ items: [object('old')], next: 'p2' });
    (await api.lists.next()).fail(gone);
  }
  const whole = await api.lists.next();
  assert.deepEqual([whole.query.limit, whole.query.next], [undefined, undefined]);
  whole.answer({ items: [object('a')] });
  await api.watches.next();
  assert.deepEqual(heard, ['list a']);
  watch.dispose();
});

test('a watch that the server ends goes on at once where it stopped: after the last event or bookmark', async () => {
  const { open, api, clock, told, watch } = await settled();
  open.emit({ type: 'MODIFIED', object: object('a', '20') });
  open.emit({ type: 'BOOKMARK', resourceVersion: '35' });
  open.close();
  const next = await api.watches.next();
  assert.equal(next.query.resourceVersion, '35');
  assert.equal(clock.pending, 0, 'without a pause');
  assert.deepEqual(told(), ['synced']);
  watch.dispose();
});

test('410 lists this kind anew at once; what the list lacks is for the sink to see', async () => {
  const { open, api, heard, told, watch } = await settled();
  open.fail(gone);
  (await api.lists.next()).answer({ items: [object('c')], resourceVersion: '90' });
  assert.equal((await api.watches.next()).query.resourceVersion, '90');
  assert.deepEqual(heard, ['list a', 'list c']);
  assert.deepEqual(told(), ['synced']);
  watch.dispose();
});

test('a server that answers 410 to every watch is asked slower and slower, not in a circle', async () => {
  const { api, clock, open, watch } = await watching();
  open.fail(gone);
  for (const pause of [500, 1_000, 2_000]) {
    await turns();
    assert.equal(api.lists.length, 0, `before ${pause} ms have passed`);
    clock.advance(pause - 1);
    await turns();
    assert.equal(api.lists.length, 0);
    clock.advance(1);
    (await api.lists.next()).answer({ resourceVersion: '11' });
    (await api.watches.next()).fail(gone);
  }
  watch.dispose();
});

test('a server that ends each watch at once is asked slower and slower, and the kind is stale', async () => {
  const { api, clock, open, told, watch } = await watching();
  open.close();
  for (const pause of [500, 1_000, 2_000, 4_000]) {
    await turns();
    clock.advance(pause - 1);
    await turns();
    assert.equal(api.watches.length, 0, `before ${pause} ms have passed`);
    clock.advance(1);
    const next = await api.watches.next();
    next.open();
    next.close();
  }
  await turns();
  assert.equal(api.lists.length, 0, 'it goes on from its version');
  assert.deepEqual(told()[1], 'stale unreachable');
  assert.ok(!told().slice(2).includes('synced'), 'it does not flap');
  watch.dispose();
});

test('once such a watch stays open, the kind is synced again', async () => {
  const { api, clock, open, told, watch } = await watching();
  open.close();
  await turns();
  clock.advance(500);
  (await api.watches.next()).open();
  await turns();
  assert.deepEqual(told(), ['synced', 'stale unreachable']);
  clock.advance(5_000);
  assert.deepEqual(told(), ['synced', 'stale unreachable', 'synced']);
  watch.dispose();
});

test('a connection that breaks once is mended without a word', async () => {
  const { api, clock, open, told, watch } = await settled();
  open.fail(new Failure('unreachable', 'closed'));
  await turns();
  clock.advance(500);
  const next = await api.watches.next();
  next.open();
  assert.equal(next.query.resourceVersion, '10');
  assert.deepEqual(told(), ['synced']);
  watch.dispose();
});

test('an outage: stale since it is certain, tried by backoff, synced as soon as a watch is open', async () => {
  const { api, clock, open, told, states, watch } = await settled();
  open.fail(refused);
  for (const pause of [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
    await turns();
    assert.equal(watch.retryAt, clock.now() + pause);
    clock.advance(pause);
    (await api.watches.next()).fail(refused);
  }
  await turns();
  const stale = states[1];
  assert.ok(stale?.state === 'stale');
  assert.ok(
    states.slice(1).every((state) => state.state === 'stale' && state.since === stale.since),
    'one outage has one beginning',
  );
  clock.advance(30_000);
  const back = await api.watches.next();
  back.open();
  assert.equal(told().at(-1), 'synced');
  assert.equal(api.lists.length, 0, 'no new list: the version still counts');
  // After a while of working, the next trouble begins with the short pause again.
  clock.advance(60_000);
  back.fail(refused);
  await turns();
  assert.equal(watch.retryAt, clock.now() + 500);
  watch.dispose();
});

test('eight watches that fail together do not come back together', async () => {
  const pauses = [0, 0.3, 0.9].map(async (random) => {
    const api = new FakeClusterApi();
    const clock = new ManualClock();
    const sink = {
      replaced: () => undefined,
      changed: () => undefined,
      removed: () => undefined,
      stateChanged: () => undefined,
    };
    const watch = new ClusterWatch({ api, resource, clock, log: noLog(), random: () => random, sink });
    watch.start();
    (await api.lists.next()).fail(refused);
    await turns();
    const pause = (watch.retryAt ?? 0) - clock.now();
    watch.dispose();
    return pause;
  });
  assert.equal(new Set(await Promise.all(pauses)).size, 3);
});

test('silence of a watch that worked is no outage: it is opened anew at once', async () => {
  const { open, api, told, watch } = await settled();
  open.fail(new Failure('timeout', 'silent for 300 s'));
  (await api.watches.next()).open();
  assert.deepEqual(told(), ['synced']);
  watch.dispose();
});

test('a server that does not answer the next watch either is stale', async () => {
  const { open, api, told, watch } = await settled();
  open.fail(new Failure('timeout', 'silent for 300 s'));
  (await api.watches.next()).fail(new Failure('timeout', 'no answer within 8 s'));
  await turns();
  assert.deepEqual(told(), ['synced', 'stale timeout']);
  watch.dispose();
});

function checkFirstList(name: string, failure: Failure, expected: string, retryMs: number | undefined): void {
  test(`first list: ${name}`, async () => {
    const { api, clock, watch, told, states } = setUp();
    watch.start();
    (await api.lists.next()).fail(failure);
    await turns();
    assert.deepEqual(told(), [expected]);
    const [state] = states;
    assert.ok(state?.state === 'failed' && state.verb === 'list' && state.failure === failure);
    assert.equal(watch.retryAt, retryMs === undefined ? undefined : clock.now() + retryMs);
    if (retryMs !== undefined) {
      clock.advance(retryMs);
      (await api.lists.next()).answer({});
      await api.watches.next();
      assert.deepEqual(told(), [expected, 'synced']);
    }
    watch.dispose();
  });
}

checkFirstList('unreachable is tried soon', refused, 'failed unreachable', 500);
checkFirstList('500 is tried soon', new Failure('unreachable', 'x', { status: 500 }), 'failed unreachable', 500);
checkFirstList('an answer that cannot be read is tried soon', new Failure('invalid', 'x'), 'failed invalid', 500);
checkFirstList('forbidden names the verb, and is tried again in minutes', forbidden, 'failed forbidden', 300_000);
checkFirstList(
  'not found is tried again in minutes',
  new Failure('notFound', 'x', { status: 404 }),
  'failed notFound',
  300_000,
);
checkFirstList('unauthorized is not tried again by itself', unauthorized, 'failed unauthorized', undefined);

test('unauthorized waits for the user, however long', async () => {
  const { api, clock, watch } = setUp();
  watch.start();
  (await api.lists.next()).fail(unauthorized);
  await turns();
  clock.advance(24 * 3600_000);
  await turns();
  assert.equal(api.lists.length, 0);
  watch.retry();
  (await api.lists.next()).answer({});
  watch.dispose();
});

test('a right to list without the right to watch: listed, and the missing verb is watch', async () => {
  const { api, clock, watch, states, heard } = setUp();
  watch.start();
  (await api.lists.next()).answer({ items: [object('a')] });
  (await api.watches.next()).fail(forbidden);
  await turns();
  const state = states.at(-1);
  assert.ok(state?.state === 'failed' && state.verb === 'watch');
  assert.deepEqual(heard, ['list a']);
  clock.advance(300_000);
  assert.equal((await api.lists.next()).query.limit, 500, 'what changed meanwhile is listed');
  watch.dispose();
});

test('rights that are taken away leave what is known, as stale', async () => {
  const { open, api, told, watch } = await settled();
  open.fail(gone);
  (await api.lists.next()).fail(forbidden);
  await turns();
  assert.deepEqual(told(), ['synced', 'stale forbidden']);
  watch.dispose();
});

test('429: the server says how long; the first ones are nobody else’s business', async () => {
  const { api, clock, open, told, watch } = await settled();
  const busy = new Failure('busy', 'slow down', { status: 429, retryAfterMs: 20_000 });
  open.fail(busy);
  for (let at = 0; at < 2; at += 1) {
    await turns();
    clock.advance(19_999);
    await turns();
    assert.equal(api.watches.length, 0);
    clock.advance(1);
    assert.deepEqual(told(), ['synced']);
    (await api.watches.next()).fail(busy);
  }
  await turns();
  assert.deepEqual(told(), ['synced', 'stale busy']);
  watch.dispose();
});

test('a Retry-After without measure is cut to ten minutes', async () => {
  const { clock, open, watch } = await settled();
  open.fail(new Failure('busy', 'never', { retryAfterMs: 1e12 }));
  await turns();
  assert.equal(watch.retryAt, clock.now() + 600_000);
  watch.dispose();
});

function checkWatchTrouble(reason: FailureReason): void {
  test(`a watch that breaks with ${reason} in its first seconds goes on from its version, after a pause`, async () => {
    const { open, api, clock, told, watch } = await watching();
    open.emit({ type: 'MODIFIED', object: object('a', '44') });
    open.fail(new Failure(reason, 'x'));
    await turns();
    assert.deepEqual(told(), ['synced', `stale ${reason}`]);
    clock.advance(500);
    assert.equal((await api.watches.next()).query.resourceVersion, '44');
    watch.dispose();
  });
}

checkWatchTrouble('invalid');
checkWatchTrouble('unreachable');
checkWatchTrouble('timeout');

test('retry does not wait for the pause, and is nothing while all is well', async () => {
  const { open, api, watch } = await settled();
  watch.retry();
  await turns();
  assert.equal(api.watches.length, 0);
  open.fail(refused);
  await turns();
  watch.retry();
  await api.watches.next();
  watch.dispose();
});

test('news that the cluster answers wakes who was cut off, and nobody else', async () => {
  const cutOff = await settled();
  cutOff.open.fail(refused);
  await turns();
  cutOff.clock.advance(500);
  (await cutOff.api.watches.next()).fail(refused);
  await turns();
  cutOff.watch.retryIfCutOff();
  (await cutOff.api.watches.next()).open();
  cutOff.watch.dispose();

  const denied = setUp();
  denied.watch.start();
  (await denied.api.lists.next()).fail(forbidden);
  await turns();
  denied.watch.retryIfCutOff();
  await turns();
  assert.equal(denied.api.lists.length, 0);
  denied.watch.dispose();
});

test('refresh lists anew, in the middle of a watch and in the middle of a pause', async () => {
  const { open, api, heard, watch } = await settled();
  watch.refresh();
  assert.ok(open.signal.aborted);
  (await api.lists.next()).fail(refused);
  await turns();
  watch.refresh();
  (await api.lists.next()).answer({ items: [object('z')] });
  await api.watches.next();
  assert.deepEqual(heard, ['list a', 'list z']);
  watch.dispose();
});

test('reconnect opens the watch anew from its version', async () => {
  const { open, api, watch, told } = await settled();
  open.emit({ type: 'BOOKMARK', resourceVersion: '50' });
  await turns();
  watch.reconnect();
  assert.ok(open.signal.aborted);
  assert.equal((await api.watches.next()).query.resourceVersion, '50');
  assert.deepEqual(told(), ['synced']);
  watch.dispose();
});

test('disposed in the middle of a list: the list is cancelled, its answer dropped, no watch is opened', async () => {
  const { api, watch, heard, states } = setUp();
  watch.start();
  const list = await api.lists.next();
  watch.dispose();
  assert.ok(list.signal.aborted);
  list.answer({ items: [object('late')] });
  await turns();
  assert.deepEqual([heard, states, api.watches.length], [[], [], 0]);
});

test('a list that arrives in the very moment of the end is dropped', async () => {
  const { api, watch, heard, states } = setUp();
  watch.start();
  const list = await api.lists.next();
  list.answer({ items: [object('late')] });
  watch.dispose();
  await turns();
  assert.deepEqual([heard, states, api.watches.length], [[], [], 0]);
});

test('disposed in the middle of a watch: late events and errors are dropped', async () => {
  const { api, open, watch, heard, states } = await watching();
  open.emit({ type: 'ADDED', object: object('late') });
  watch.dispose();
  open.emit({ type: 'ADDED', object: object('later') });
  open.fail(refused);
  await turns();
  assert.deepEqual([heard, states.length, api.watches.length, api.lists.length], [['list a'], 1, 0, 0]);
});

test('disposed in the middle of a pause: no timer is left and nothing is tried', async () => {
  const { api, clock, watch } = setUp();
  watch.start();
  (await api.lists.next()).fail(refused);
  await turns();
  watch.dispose();
  assert.equal(clock.pending, 0);
  watch.retry();
  watch.refresh();
  watch.start();
  await turns();
  assert.equal(api.lists.length, 0);
});

test('a watch that broke at once is believed when it has lasted, though the timer is a millisecond early', async () => {
  class EarlyClock extends ManualClock {
    override after(ms: number, callback: () => void) {
      return super.after(Math.max(0, ms - 1), callback);
    }
  }
  const { api, clock, told, watch } = setUp({}, new EarlyClock());
  watch.start();
  (await api.lists.next()).answer({ items: [object('a')], resourceVersion: '10' });
  const broken = await api.watches.next();
  broken.open();
  broken.fail(refused);
  await turns();
  assert.deepEqual(told(), ['synced', 'stale unreachable']);
  clock.advance(60_000);
  (await api.watches.next()).open();
  assert.deepEqual(told(), ['synced', 'stale unreachable']);
  clock.advance(4_999);
  assert.deepEqual(told(), ['synced', 'stale unreachable', 'synced']);
  watch.dispose();
});
