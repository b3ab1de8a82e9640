/** What differs between two states of an object, by the rules of the controllers, and at which paths. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ComparedPart, compareObjects } from '../../../src/drift/compareObjects.ts';
import { type Owned, owned } from './ownedObject.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Row {
  readonly title: string;
  readonly live: Fields;
  readonly next: Fields;
  readonly owners?: readonly Owned[];
  readonly part?: ComparedPart;
  /** `replace spec.replicas` */
  readonly changes: readonly string[];
}

const containers = (...items: readonly unknown[]): Fields => ({ spec: { containers: items } });
const byName: Owned = ['x', { 'f:spec': { 'f:containers': { 'k:{"name":"app"}': {} } } }];
const [app, side] = [
  { name: 'app', image: 'a:1' },
  { name: 'side', image: 's:1' },
];

const rows: readonly Row[] = [
  { title: 'the same', live: { spec: { a: 1 } }, next: { spec: { a: 1 } }, changes: [] },
  {
    title: 'the same, keys in another order',
    live: { spec: { a: 1, b: 2 } },
    next: { spec: { b: 2, a: 1 } },
    changes: [],
  },
  { title: 'a value', live: { spec: { a: 1 } }, next: { spec: { a: 2 } }, changes: ['replace spec.a'] },
  { title: 'another type', live: { spec: { a: 1 } }, next: { spec: { a: '1' } }, changes: ['replace spec.a'] },
  { title: 'a field more', live: { spec: {} }, next: { spec: { a: 1 } }, changes: ['add spec.a'] },
  { title: 'a field less', live: { spec: { a: 1 } }, next: { spec: {} }, changes: ['remove spec.a'] },
  { title: 'a whole part', live: {}, next: { spec: { a: 1 } }, changes: ['add spec'] },
  {
    title: 'a map where a value was',
    live: { spec: { a: 1 } },
    next: { spec: { a: {} } },
    changes: ['replace spec.a'],
  },
  {
    title: 'an empty map where none was: Go tells them apart',
    live: { spec: {} },
    next: { spec: { a: {} } },
    changes: ['add spec.a'],
  },
  {
    title: 'nothing where an empty list was',
    live: { spec: { a: [] } },
    next: { spec: {} },
    changes: ['remove spec.a'],
  },
  {
    title: 'data of a Secret',
    live: { data: { a: 'MQ==' } },
    next: { data: { a: 'Mg==' } },
    changes: ['replace data.a'],
  },
  { title: 'status is nobody’s matter', live: { status: { a: 1 } }, next: { status: { a: 2 } }, changes: [] },
  {
    title: 'a label',
    live: { metadata: { labels: { a: '1' } } },
    next: { metadata: { labels: { a: '2' } } },
    changes: ['replace metadata.labels.a'],
  },
  {
    title: 'labels where none were',
    live: {},
    next: { metadata: { labels: { a: '2', b: '3' } } },
    changes: ['add metadata.labels.a', 'add metadata.labels.b'],
  },
  {
    title: 'no annotations and empty ones are the same',
    live: { metadata: { annotations: {} } },
    next: {},
    changes: [],
  },
  {
    title: 'the last annotation goes',
    live: { metadata: { annotations: { 'a.b/c': '1' } } },
    next: {},
    changes: ['remove metadata.annotations.a.b/c'],
  },
  { title: 'finalizers are no drift', live: { metadata: { finalizers: ['a'] } }, next: {}, changes: [] },
  {
    title: 'finalizers change with an apply',
    live: { metadata: { finalizers: ['a'] } },
    next: {},
    part: 'all',
    changes: ['remove metadata.finalizers'],
  },
  {
    title: 'what the server sets is never told',
    live: {
      metadata: { resourceVersion: '1', uid: 'a', generation: 1, creationTimestamp: 'x', deletionTimestamp: 'y' },
    },
    next: { metadata: { resourceVersion: '2', uid: 'b', generation: 2 } },
    part: 'all',
    changes: [],
  },
  {
    title: 'a list without names, as a whole',
    live: { spec: { args: ['a', 'b'] } },
    next: { spec: { args: ['b', 'a'] } },
    changes: ['replace spec.args'],
  },
  {
    title: 'a list without names that is longer',
    live: { spec: { args: ['a'] } },
    next: { spec: { args: ['a', 'b'] } },
    changes: ['replace spec.args'],
  },
  {
    title: 'a list of maps without names',
    live: { spec: { t: [{ a: 1 }] } },
    next: { spec: { t: [{ a: 1 }] } },
    changes: [],
  },
  {
    title: 'an item of a named list',
    live: containers(app, side),
    next: containers(app, { ...side, image: 's:2' }),
    owners: [byName],
    changes: ['replace spec.containers.1.image'],
  },
  {
    title: 'an item that goes: its position as it lives',
    live: containers(side, app),
    next: containers(app),
    owners: [byName],
    changes: ['remove spec.containers.0'],
  },
  {
    title: 'an item that comes: its position as it will be',
    live: containers(app),
    next: containers(side, app),
    owners: [byName],
    changes: ['add spec.containers.0'],
  },
  {
    title: 'a change beside an item that goes',
    live: containers(side, app),
    next: containers({ ...app, image: 'a:2' }),
    owners: [byName],
    changes: ['remove spec.containers.0', 'replace spec.containers.1.image'],
  },
  {
    title: 'named items in another order',
    live: containers(app, side),
    next: containers(side, app),
    owners: [byName],
    changes: ['replace spec.containers'],
  },
  {
    title: 'two items of one name: as a whole',
    live: containers(app, app),
    next: containers(app),
    owners: [byName],
    changes: ['replace spec.containers'],
  },
  {
    title: 'a set of values',
    live: { metadata: { finalizers: ['a', 'b'] } },
    next: { metadata: { finalizers: ['b', 'c'] } },
    owners: [['x', { 'f:metadata': { 'f:finalizers': { 'v:"a"': {} } } }]],
    part: 'all',
    changes: ['remove metadata.finalizers.0', 'add metadata.finalizers.1'],
  },
  {
    title: 'metrics that an old server doubles in a dry-run',
    live: { kind: 'HorizontalPodAutoscaler', spec: { metrics: [{ type: 'Resource', resource: { name: 'cpu' } }] } },
    next: {
      kind: 'HorizontalPodAutoscaler',
      spec: {
        metrics: [
          { type: 'Resource', resource: { name: 'cpu' } },
          { type: 'Resource', resource: { name: 'cpu' } },
          { type: '' },
        ],
      },
    },
    changes: [],
  },
  {
    title: 'metrics that differ',
    live: { kind: 'HorizontalPodAutoscaler', spec: { metrics: [{ type: 'Resource', resource: { name: 'cpu' } }] } },
    next: { kind: 'HorizontalPodAutoscaler', spec: { metrics: [{ type: 'Resource', resource: { name: 'memory' } }] } },
    changes: ['replace spec.metrics'],
  },
  {
    title: 'a key like a property of all objects',
    live: { data: {} },
    next: { data: { constructor: 'x' } },
    changes: ['add data.constructor'],
  },
];

for (const { title, live, next, owners = [], part, changes } of rows) {
  test(`${title}: ${changes.length === 0 ? 'no difference' : changes.join(', ')}`, () => {
    const found = compareObjects(owned(live, owners), owned(next, owners), part);
    assert.deepEqual(
      found.map(({ path, effect }) => `${effect} ${path.join('.')}`),
      changes,
    );
  });
}
