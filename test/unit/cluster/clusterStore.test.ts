/** The store: what is held, which keys are told to have changed, and how often. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClusterStore } from '../../../src/cluster/clusterStore.ts';
import { findFluxKind, fluxKinds } from '../../../src/flux/kinds.ts';
import { idOf, objectKey } from '../../../src/flux/objectKey.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { object } from './fakeClusterApi.ts';

const kind = findFluxKind('kustomize.toolkit.fluxcd.io', 'Kustomization')!;
const keyOf = (of: KubernetesObject) => objectKey('homelab', idOf(of));

function setUp() {
  const clock = new ManualClock();
  const store = new ClusterStore({ context: 'homelab', clock });
  const told: string[][] = [];
  const subscription = store.onDidChangeObjects((keys) =>
    told.push([...keys].map((key) => key.split('/').at(-1) ?? '')),
  );
  const names = () =>
    [...store.ofKind(kind)].map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`).sort();
  return { clock, store, told, names, subscription };
}

test('an object is held under its key and its kind', () => {
  const { store, names } = setUp();
  store.put(kind, object('a'));
  assert.equal(store.get(keyOf(object('a')))?.metadata.name, 'a');
  assert.deepEqual(names(), ['a@1']);
  assert.deepEqual([...store.ofKind(fluxKinds[1]!)], []);
});

test('a kind is known by its name: a bundle that is loaded later has a list of kinds of its own', () => {
  const { store } = setUp();
  store.put(kind, object('a'));
  store.setSync(kind, { state: 'notServed' });
  const copy = { ...kind };
  assert.equal([...store.ofKind(copy)].length, 1);
  assert.deepEqual(store.sync(copy), { state: 'notServed' });
});

test('keys are told at most every 100 ms, each once', () => {
  const { clock, store, told } = setUp();
  store.put(kind, object('a'));
  clock.advance(0);
  assert.deepEqual(told, [['a']]);
  store.put(kind, object('a', '2'));
  store.put(kind, object('a', '3'));
  store.put(kind, object('b'));
  clock.advance(99);
  assert.equal(told.length, 1);
  clock.advance(1);
  assert.deepEqual(told, [['a'], ['a', 'b']]);
});

test('the same version again is no change; another served version of the kind is one', () => {
  const { clock, store, told } = setUp();
  store.put(kind, object('a'));
  clock.advance(100);
  store.put(kind, object('a'));
  clock.advance(100);
  assert.equal(told.length, 1);
  store.put(kind, { ...object('a'), apiVersion: 'kustomize.toolkit.fluxcd.io/v2' });
  clock.advance(100);
  assert.equal(told.length, 2);
});

test('an object without a version is always a change', () => {
  const { clock, store, told } = setUp();
  const bare: KubernetesObject = { ...object('a'), metadata: { name: 'a', namespace: 'apps' } };
  store.put(kind, bare);
  clock.advance(100);
  store.put(kind, bare);
  clock.advance(100);
  assert.equal(told.length, 2);
});

test('a removed object is gone and told; one that was not held is nothing', () => {
  const { clock, store, told, names } = setUp();
  store.put(kind, object('a'));
  clock.advance(100);
  store.remove(kind, object('a', '9'));
  store.remove(kind, object('never'));
  clock.advance(100);
  assert.deepEqual([names(), told, store.get(keyOf(object('a')))], [[], [['a'], ['a']], undefined]);
});

test('a whole list replaces: new, changed and missing ones are told, equal ones not', () => {
  const { clock, store, told, names } = setUp();
  store.replace(kind, undefined, [object('same'), object('changed'), object('missing')]);
  clock.advance(100);
  store.replace(kind, undefined, [object('same'), object('changed', '2'), object('new')]);
  clock.advance(100);
  assert.deepEqual(names(), ['changed@2', 'new@1', 'same@1']);
  assert.deepEqual(told[1]?.sort(), ['changed', 'missing', 'new']);
});

test('the list of one namespace leaves the others alone', () => {
  const { store, names } = setUp();
  store.replace(kind, 'apps', [object('a')]);
  store.replace(kind, 'infra', [object('b', '1', 'infra')]);
  store.replace(kind, 'apps', []);
  assert.deepEqual(names(), ['b@1']);
});

test('a kind is loading until something is said of it', () => {
  const { store } = setUp();
  assert.deepEqual(store.sync(kind), { state: 'loading' });
  store.setSync(kind, { state: 'notServed' });
  assert.deepEqual(store.sync(kind), { state: 'notServed' });
});

test('after dispose nothing is told', () => {
  const { clock, store, told } = setUp();
  store.put(kind, object('a'));
  store.dispose();
  store.put(kind, object('b'));
  clock.advance(1_000);
  assert.deepEqual(told, []);
});

test('ten thousand objects that come at once are told in one go', () => {
  const { clock, store, told } = setUp();
  store.replace(
    kind,
    undefined,
    Array.from({ length: 10_000 }, (_, at) => object(`o${at}`)),
  );
  clock.advance(100);
  assert.deepEqual(
    told.map((keys) => keys.length),
    [10_000],
  );
});
