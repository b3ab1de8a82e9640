/** What is compared again in the background: only what somebody has compared, only when it changed, and only while it is seen. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Disposables } from '../../../src/base/disposables.ts';
import { Failure } from '../../../src/base/failure.ts';
import type { Log } from '../../../src/base/log.ts';
import { BackgroundDrift } from '../../../src/drift/backgroundDrift.ts';
import { DriftStore } from '../../../src/drift/driftStore.ts';
import { appliedMark, type KeptComparison } from '../../../src/drift/keptComparison.ts';
import { idOf, type ObjectKey, objectKey } from '../../../src/flux/objectKey.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { inventoryEntry, kustomization } from '../../support/builders.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { turns } from '../cluster/eagerClock.ts';

const context = 'homelab';
const lifetime = new Disposables();
after(() => lifetime.dispose());

const webId = { group: 'apps', kind: 'Deployment', namespace: 'apps', name: 'web' };
const sharedId = { group: '', kind: 'ConfigMap', namespace: 'apps', name: 'shared' };
const web = objectKey(context, webId);
const shared = objectKey(context, sharedId);

function owning(name: string, ...ids: (typeof webId)[]): FluxObject {
  return kustomization(name, { status: { inventory: { entries: ids.map((id) => inventoryEntry(id)) } } });
}

const apps = owning('apps', webId, sharedId);
const other = owning('other', sharedId);

function keyOf(object: FluxObject): ObjectKey {
  return objectKey(context, idOf(object));
}

function kept(owner: FluxObject, at = 1): KeptComparison {
  return { context, from: 'artifact', at, mark: appliedMark(owner), total: 2, differences: [] };
}

interface Begun {
  readonly owner: string;
  readonly signal: AbortSignal;
  answer(result: KeptComparison): void;
  fail(error: Error): void;
}

function setUp(compared: readonly FluxObject[] = [apps, other]) {
  const clock = new ManualClock();
  const store = lifetime.add(new DriftStore());
  compared.forEach((owner) => store.put(keyOf(owner), kept(owner)));
  const logged: string[] = [];
  const write = (text: string): void => void logged.push(text);
  const log: Log = { debug: write, info: write, warn: write, error: (text) => void logged.push(`ERROR ${text}`) };
  const begun: Begun[] = [];
  const watched: string[][] = [];
  const drift = lifetime.add(
    new BackgroundDrift({
      ...{ context, store, clock, log },
      watch: (items) => watched.push(items.map(({ id }) => id.name).sort()),
      compare: (owner, signal) =>
        new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Failure('cancelled', 'ended')), { once: true });
          begun.push({ owner: owner.slice(owner.lastIndexOf('/') + 1), signal, answer: resolve, fail: reject });
        }),
    }),
  );
  const see = (...owners: readonly FluxObject[]): void =>
    drift.see(owners.map((object) => ({ key: keyOf(object), object })));
  /** The time that changes take to settle. */
  const settle = async (): Promise<void> => {
    clock.advance(3_000);
    await turns();
  };
  const names = (): readonly string[] => begun.map(({ owner }) => owner);
  return { clock, store, drift, see, settle, begun, names, watched, logged };
}

test('of what is seen only that is watched which was compared', () => {
  const { see, watched } = setUp([apps]);
  see(apps, other);
  see(other);
  see();
  assert.deepEqual(watched, [['shared', 'web'], [], []]);
});

test('seen alone begins nothing, however much time passes', async () => {
  const { clock, see, names } = setUp();
  see(apps, other);
  clock.advance(86_400_000);
  await turns();
  assert.deepEqual(names(), []);
});

test('a changed object lets its owner be compared again, once it is quiet, and the result is shown', async () => {
  const { clock, store, drift, see, settle, begun, names } = setUp();
  see(apps, other);
  drift.changed(web);
  clock.advance(2_000);
  drift.changed(web);
  clock.advance(2_999);
  await turns();
  assert.deepEqual(names(), []);
  await settle();
  assert.deepEqual(names(), ['apps']);
  const result = kept(apps, 2);
  begun[0]?.answer(result);
  await turns();
  assert.equal(store.get(keyOf(apps)), result);
});

test('an object of two owners concerns both, one after the other', async () => {
  const { drift, see, settle, begun, names } = setUp();
  see(apps, other);
  drift.changed(shared);
  await settle();
  assert.deepEqual(names(), ['apps']);
  begun[0]?.answer(kept(apps, 2));
  await turns();
  assert.deepEqual(names(), ['apps', 'other']);
});

test('what changes while it is compared is compared once more', async () => {
  const { drift, see, settle, begun, names } = setUp();
  see(apps);
  drift.changed(web);
  await settle();
  drift.changed(web);
  await settle();
  assert.deepEqual(names(), ['apps']);
  begun[0]?.answer(kept(apps, 2));
  await turns();
  assert.deepEqual(names(), ['apps', 'apps']);
});

test('objects that nobody sees, or nobody owns, begin nothing', async () => {
  const { drift, see, settle, names } = setUp();
  see(other);
  drift.changed(web);
  drift.changed(objectKey(context, { ...webId, name: 'unknown' }));
  await settle();
  assert.deepEqual(names(), []);
});

test('an owner that was applied again is compared again, and only once for each apply', async () => {
  const { see, settle, begun, names } = setUp();
  const applied = { ...apps, status: { ...apps.status, lastHandledReconcileAt: '2026-01-01T00:05:00Z' } };
  see(apps);
  see(applied);
  await settle();
  assert.deepEqual(names(), ['apps']);
  begun[0]?.fail(new Failure('unreachable', 'connection refused'));
  await turns();
  see(applied);
  await settle();
  assert.deepEqual(names(), ['apps'], 'a failure is no reason to ask without end');
});

test('hidden it ends what runs and waits; seen again it makes up for what it has heard', async () => {
  const { drift, see, settle, begun, names } = setUp();
  see(apps, other);
  drift.changed(shared);
  await settle();
  see();
  assert.ok(begun[0]?.signal.aborted);
  await settle();
  assert.deepEqual(names(), ['apps']);
  see(apps, other);
  await settle();
  begun[1]?.answer(kept(apps, 2));
  await turns();
  assert.deepEqual(names(), ['apps', 'apps', 'other']);
});

test('what the user has compared meanwhile is not overwritten', async () => {
  const { store, drift, see, settle, begun } = setUp();
  see(apps);
  drift.changed(web);
  await settle();
  const asked = kept(apps, 5);
  store.put(keyOf(apps), asked);
  begun[0]?.answer(kept(apps, 2));
  await turns();
  assert.equal(store.get(keyOf(apps)), asked);
});

test('a failure keeps what was found before, is logged, and does not keep the next from being compared', async () => {
  const { store, drift, see, settle, begun, names, logged } = setUp();
  see(apps, other);
  drift.changed(shared);
  await settle();
  begun[0]?.fail(new Failure('forbidden', 'bob may not patch'));
  await turns();
  begun[1]?.fail(new TypeError('a mistake'));
  await turns();
  assert.deepEqual(names(), ['apps', 'other']);
  assert.deepEqual(store.get(keyOf(apps)), kept(apps));
  assert.deepEqual(logged, [
    'homelab: not compared again in the background: bob may not patch',
    'ERROR homelab: a comparison in the background failed unexpectedly',
  ]);
});

test('after the end nothing begins, and what runs is ended without a word', async () => {
  const { store, drift, see, settle, begun, names, logged } = setUp();
  see(apps);
  drift.changed(web);
  await settle();
  drift.changed(web);
  drift.dispose();
  assert.ok(begun[0]?.signal.aborted);
  see(apps);
  await settle();
  assert.deepEqual([names(), logged], [['apps'], []]);
  assert.deepEqual(store.get(keyOf(apps)), kept(apps));
});
