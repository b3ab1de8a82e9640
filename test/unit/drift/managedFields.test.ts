/** Owners of fields: how their sets are read, where their steps lead, and who wrote a field last. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldOwners, lastWriter, mergeKeysAt, nodeAt, unionOf } from '../../../src/drift/managedFields.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import type { FieldPath } from '../../../src/render/desired.ts';
import { type Owned, owned } from './ownedObject.ts';

const spec = {
  replicas: 2,
  args: ['a', 'b'],
  containers: [
    { name: 'app', image: 'a:1' },
    { name: 'side', image: 's:1' },
  ],
  finalizers: ['x/a', 'x/b'],
};

interface NodeRow {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly value: unknown;
  readonly key: string | number;
  readonly isThere: boolean;
}

const ports = [
  { port: 80, protocol: 'UDP' },
  { port: 80, protocol: 'TCP' },
];

const nodes: readonly NodeRow[] = [
  { fields: { 'f:replicas': {} }, value: spec, key: 'replicas', isThere: true },
  { fields: { 'f:replicas': {} }, value: spec, key: 'args', isThere: false },
  { fields: {}, value: spec, key: 'constructor', isThere: false },
  { fields: { 'k:{"name":"side"}': {} }, value: spec.containers, key: 1, isThere: true },
  { fields: { 'k:{"name":"side"}': {} }, value: spec.containers, key: 0, isThere: false },
  { fields: { 'k:{"name":"side"}': {} }, value: spec.containers, key: 2, isThere: false },
  { fields: { 'k:{"port":80,"protocol":"TCP"}': {} }, value: ports, key: 1, isThere: true },
  { fields: { 'k:{"port":80,"protocol":"TCP"}': {} }, value: ports, key: 0, isThere: false },
  { fields: { 'k:{"name":"a\\u003cb"}': {} }, value: [{ name: 'a<b' }], key: 0, isThere: true },
  { fields: { 'k:{"name":"a<b"}': {} }, value: [{ name: 'a<b' }], key: 0, isThere: true },
  { fields: { 'k:{}': {} }, value: spec.containers, key: 0, isThere: false },
  { fields: { 'k:not json': {} }, value: spec.containers, key: 0, isThere: false },
  { fields: { 'v:"x/b"': {} }, value: spec.finalizers, key: 1, isThere: true },
  { fields: { 'v:"x/c"': {} }, value: spec.finalizers, key: 1, isThere: false },
  { fields: { 'i:1': {} }, value: spec.args, key: 1, isThere: true },
  { fields: { 'i:2': {} }, value: spec.args, key: 2, isThere: false },
];

for (const { fields, value, key, isThere } of nodes) {
  test(`${JSON.stringify(fields)} ${isThere ? 'has' : 'has not'} ${key} of ${JSON.stringify(value)}`, () => {
    const [owner] = fieldOwners(owned({}, [['a', fields]]));
    assert.equal(nodeAt(owner?.fields, value, key) !== undefined, isThere);
  });
}

test('an item is found among many without a search', () => {
  const items = Array.from({ length: 20_000 }, (_, at) => ({ name: `n${at}` }));
  const [owner] = fieldOwners(
    owned({}, [['a', Object.fromEntries(items.map((item) => [`k:${JSON.stringify(item)}`, {}]))]]),
  );
  assert(items.every((_item, at) => nodeAt(owner?.fields, items, at) !== undefined));
});

test('keys of a list are told by any item that somebody owns', () => {
  const [owner] = fieldOwners(owned({ spec }, [['a', { 'k:{"name":"app"}': {} }]]));
  assert.deepEqual(mergeKeysAt(owner?.fields), ['name']);
  assert.equal(mergeKeysAt(undefined), undefined);
});

test('a union has the fields of all, and what is a field itself for one is one', () => {
  const [one, other] = fieldOwners(
    owned({}, [
      ['a', { 'f:labels': { '.': {}, 'f:x': {} } }],
      ['b', { 'f:labels': { 'f:y': {} }, 'f:z': {} }],
    ]),
  );
  assert(one && other);
  const labels = unionOf([other.fields, one.fields]).below.get('f:labels');
  assert(labels);
  assert.equal(labels.member, true);
  assert.deepEqual([...labels.below.keys()].sort(), ['f:x', 'f:y']);
  assert.equal(unionOf([]).below.size, 0);
});

for (const entries of [undefined, 'text', [null, 3, {}, { manager: 'x' }, { manager: 'x', operation: 'Delete' }]]) {
  test(`entries that cannot be read are none: ${JSON.stringify(entries)}`, () => {
    const object = { apiVersion: 'v1', kind: 'X', metadata: { name: 'x', managedFields: entries } };
    assert.deepEqual(fieldOwners(object as unknown as KubernetesObject), []);
  });
}

interface WriterCase {
  readonly title: string;
  readonly owners: readonly Owned[];
  readonly path: FieldPath;
  readonly writer: string | undefined;
}

const own: Owned = ['kustomize-controller', { 'f:spec': { 'f:replicas': {}, 'f:args': {} } }, { operation: 'Apply' }];

const writers: readonly WriterCase[] = [
  { title: 'only the controller', owners: [own], path: ['spec', 'replicas'], writer: undefined },
  { title: 'nobody: a default', owners: [own], path: ['spec', 'paused'], writer: undefined },
  {
    title: 'who changed it',
    owners: [own, ['kubectl-edit', { 'f:spec': { 'f:replicas': {} } }]],
    path: ['spec', 'replicas'],
    writer: 'kubectl-edit Update 2026-01-01T00:00:00Z',
  },
  {
    title: 'who changed it through a subresource',
    owners: [own, ['manager', { 'f:spec': { 'f:replicas': {} } }, { subresource: 'scale' }]],
    path: ['spec', 'replicas'],
    writer: 'manager Update scale 2026-01-01T00:00:00Z',
  },
  {
    title: 'the later of two',
    owners: [
      ['one', { 'f:spec': { 'f:replicas': {} } }, { time: '2026-01-02T00:00:00Z' }],
      ['two', { 'f:spec': { 'f:replicas': {} } }, { time: '2026-01-03T00:00:00Z' }],
      ['three', { 'f:spec': { 'f:replicas': {} } }, { time: 'no time' }],
    ],
    path: ['spec', 'replicas'],
    writer: 'two Update 2026-01-03T00:00:00Z',
  },
  {
    title: 'of an item of a list',
    owners: [['kubectl-set', { 'f:spec': { 'f:containers': { 'k:{"name":"side"}': { 'f:image': {} } } } }]],
    path: ['spec', 'containers', 1, 'image'],
    writer: 'kubectl-set Update 2026-01-01T00:00:00Z',
  },
  {
    title: 'not of the other item',
    owners: [['kubectl-set', { 'f:spec': { 'f:containers': { 'k:{"name":"side"}': { 'f:image': {} } } } }]],
    path: ['spec', 'containers', 0, 'image'],
    writer: undefined,
  },
  {
    title: 'of a list that is written as a whole, for what is in it',
    owners: [['operator', { 'f:spec': { 'f:args': {} } }, { operation: 'Apply' }]],
    path: ['spec', 'args', 0],
    writer: 'operator Apply 2026-01-01T00:00:00Z',
  },
  {
    title: 'of a map, where the owner has only some of it',
    owners: [['kubectl-edit', { 'f:metadata': { 'f:labels': { 'f:a': {} } } }]],
    path: ['metadata', 'labels'],
    writer: 'kubectl-edit Update 2026-01-01T00:00:00Z',
  },
  {
    title: 'the owner of the place before an owner of a part of it, even a later one',
    owners: [
      ['part', { 'f:spec': { 'f:template': { 'f:x': {} } } }, { time: '2026-02-01T00:00:00Z' }],
      ['whole', { 'f:spec': { 'f:template': { '.': {}, 'f:y': {} } } }],
    ],
    path: ['spec', 'template'],
    writer: 'whole Update 2026-01-01T00:00:00Z',
  },
  {
    title: 'the controller as it was before it applied',
    owners: [own, ['kustomize-controller', { 'f:spec': { 'f:replicas': {} } }]],
    path: ['spec', 'replicas'],
    writer: 'kustomize-controller Update 2026-01-01T00:00:00Z',
  },
];

for (const { title, owners, path, writer } of writers) {
  test(`last writer of ${path.join('.')}: ${title}`, () => {
    const object = owned({ spec }, owners);
    const found = lastWriter(fieldOwners(object), object, path, 'kustomize-controller');
    const words = found && [found.manager, found.operation, found.subresource, found.time].filter(Boolean).join(' ');
    assert.equal(words, writer);
  });
}
