/** What stays of a comparison: fields and ages, no object, nothing sealed; and when it no longer counts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sealed } from '../../../src/base/sealed.ts';
import type { FieldDifference, ObjectDifference } from '../../../src/drift/difference.ts';
import { DriftStore } from '../../../src/drift/driftStore.ts';
import { appliedMark, type KeptField, keptComparison } from '../../../src/drift/keptComparison.ts';
import { objectKey } from '../../../src/flux/objectKey.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { helmRelease, kustomization } from '../../support/builders.ts';
import { changedObject, comparisonOf } from '../../support/comparisons.ts';

const made = { at: 1000, mark: 'm' };

function fieldOf(field: FieldDifference, before: unknown, after: unknown): KeptField | undefined {
  const sides = { before: before as KubernetesObject, after: after as KubernetesObject };
  const kept = keptComparison(comparisonOf([changedObject('Deployment', 'web', [field], sides)]), made);
  return kept.differences[0]?.fields[0];
}

const writer = { manager: 'kubectl-scale', operation: 'Update' } as const;

const fields: readonly (readonly [string, FieldDifference, unknown, unknown, KeptField])[] = [
  [
    'a scalar has both values and its writer',
    { path: ['spec', 'replicas'], effect: 'replace', writer },
    { spec: { replicas: 3 } },
    { spec: { replicas: 1 } },
    { path: ['spec', 'replicas'], effect: 'replace', live: '3', desired: '1', writer },
  ],
  [
    'what is added has no live value',
    { path: ['spec', 'paused'], effect: 'add' },
    { spec: {} },
    { spec: { paused: false } },
    { path: ['spec', 'paused'], effect: 'add', desired: 'false' },
  ],
  [
    'what is removed has no desired one',
    { path: ['metadata', 'labels', 'a/b'], effect: 'remove' },
    { metadata: { labels: { 'a/b': 'c' } } },
    { metadata: { labels: {} } },
    { path: ['metadata', 'labels', 'a/b'], effect: 'remove', live: 'c' },
  ],
  [
    'behind a position of a live list the desired value is not guessed',
    { path: ['spec', 'ports', 1, 'port'], effect: 'replace' },
    { spec: { ports: [{ port: 1 }, { port: 2 }] } },
    { spec: { ports: [{ port: 3 }, { port: 1 }] } },
    { path: ['spec', 'ports', 1, 'port'], effect: 'replace', live: '2' },
  ],
  [
    'what is added to a list is where the desired object has it',
    { path: ['spec', 'ports', 1, 'port'], effect: 'add' },
    { spec: { ports: [] } },
    { spec: { ports: [{ port: 3 }, { port: 1 }] } },
    { path: ['spec', 'ports', 1, 'port'], effect: 'add', desired: '1' },
  ],
  [
    'a live text that is masked in a line counts as hidden, also where the row shows the beginning alone',
    { path: ['data', 'file'], effect: 'replace' },
    { data: { file: `${'x'.repeat(70)}\n•••` } },
    { data: { file: 'new' } },
    { path: ['data', 'file'], effect: 'replace', live: `${'x'.repeat(59)}…`, desired: 'new', hidden: true },
  ],
  [
    'a live object that is not shown at all counts as hidden',
    { path: ['data', 'file'], effect: 'replace' },
    undefined,
    { data: { file: 'new' } },
    { path: ['data', 'file'], effect: 'replace', desired: 'new', hidden: true },
  ],
  [
    'a masked key counts as hidden',
    { path: ['data', '•••'], effect: 'remove' },
    { data: {} },
    { data: {} },
    { path: ['data', '•••'], effect: 'remove', hidden: true },
  ],
  [
    'maps and lists have no value that fits a row',
    { path: ['spec', 'template'], effect: 'replace' },
    { spec: { template: { a: 1 } } },
    { spec: { template: [] } },
    { path: ['spec', 'template'], effect: 'replace' },
  ],
  [
    'long texts are cut, empty ones can be seen',
    { path: ['data', 'x'], effect: 'replace' },
    { data: { x: 'a'.repeat(100) } },
    { data: { x: '' } },
    { path: ['data', 'x'], effect: 'replace', live: `${'a'.repeat(59)}…`, desired: '""' },
  ],
  [
    'a path through what is not there, or not the object’s own, ends',
    { path: ['constructor', 'name'], effect: 'replace' },
    { spec: {} },
    undefined,
    { path: ['constructor', 'name'], effect: 'replace' },
  ],
];

for (const [title, field, before, after, expected] of fields) {
  test(`a kept field: ${title}`, () => assert.deepEqual(fieldOf(field, before, after), expected));
}

test('objects that are the same are counted, the others kept in order, and no object with them', () => {
  const canary = 'canary-value';
  const object: ObjectDifference = {
    ...changedObject('Secret', 'token', [{ path: ['data', 'token'], effect: 'replace' }]),
    before: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'token' } },
    real: new Sealed({
      live: { apiVersion: 'v1', kind: 'Secret', metadata: { name: canary } },
      next: { apiVersion: 'v1', kind: 'Secret', metadata: { name: canary } },
    }),
  };
  const missing: ObjectDifference = { ...object, change: 'create', paths: [], reason: 'it is not in the cluster' };
  const kept = keptComparison(comparisonOf([missing, object, { ...object, change: 'none', paths: [] }]), made);
  assert.equal(kept.total, 3);
  assert.deepEqual(
    kept.differences.map(({ change, reason }) => [change, reason]),
    [
      ['create', 'it is not in the cluster'],
      ['change', undefined],
    ],
  );
  assert.deepEqual(Object.keys(kept.differences[1] ?? {}), ['id', 'change', 'fields']);
});

test('the mark changes with each apply that the status tells of, and with nothing else', () => {
  const entry = (lastReconciled: string) => ({ history: [{ digest: 'x', lastReconciled }] as never });
  const before = kustomization('apps', { status: entry('2026-01-01T00:00:00Z') });
  assert.equal(appliedMark(before), appliedMark({ ...before, metadata: { ...before.metadata, resourceVersion: '9' } }));
  const others = [
    kustomization('apps', { status: entry('2026-01-01T00:10:00Z') }),
    kustomization('apps', { status: { ...entry('2026-01-01T00:00:00Z'), lastAppliedRevision: 'main@sha1:other' } }),
    kustomization('apps', { status: { ...entry('2026-01-01T00:00:00Z'), lastHandledReconcileAt: '1' } }),
  ];
  assert.deepEqual(
    others.map((other) => appliedMark(other) === appliedMark(before)),
    [false, false, false],
  );
  const release = (version: number) => helmRelease('web', { status: { history: [{ version }] } });
  assert.notEqual(appliedMark(release(1)), appliedMark(release(2)));
  assert.equal(appliedMark({ apiVersion: 'v1', kind: 'Kustomization', metadata: { name: 'x' } }), '[null,null,[]]');
});

test('the store tells keys, and nothing after its end', () => {
  const store = new DriftStore();
  const key = objectKey('homelab', { group: 'g', kind: 'Kustomization', namespace: 'n', name: 'apps' });
  const kept = keptComparison(comparisonOf([]), made);
  const told: string[] = [];
  const subscription = store.onDidChange((changed) => told.push(changed));
  store.put(key, kept);
  assert.equal(store.get(key), kept);
  store.forget(key);
  store.forget(key);
  assert.equal(store.get(key), undefined);
  assert.deepEqual(told, [key, key]);
  store.dispose();
  store.put(key, kept);
  assert.equal(store.get(key), undefined);
  assert.equal(told.length, 2);
  subscription.dispose();
});
