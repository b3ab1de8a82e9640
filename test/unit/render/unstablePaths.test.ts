/** What two renders of the same inputs have differently. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import type { FieldPath } from '../../../src/render/desired.ts';
import { shownPaths, unstableFields, unstablePaths } from '../../../src/render/unstablePaths.ts';

const rows: readonly (readonly [string, unknown, unknown, readonly string[]])[] = [
  ['equal', { a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
  ['a leaf', { a: { b: 1, c: 2 } }, { a: { b: 3, c: 2 } }, ['a.b']],
  ['an item', { a: [1, 2, 3] }, { a: [1, 5, 3] }, ['a.1']],
  ['inside of an item', { a: [{ b: 1 }] }, { a: [{ b: 2 }] }, ['a.0.b']],
  ['a longer list', { a: [1] }, { a: [1, 2] }, ['a']],
  ['a key that goes', { a: 1, b: 2 }, { b: 2 }, ['a']],
  ['a key that comes', { b: 2 }, { a: 1, b: 2 }, []],
  ['another type', { a: '1', b: {}, c: [] }, { a: 1, b: [], c: {} }, ['a', 'b', 'c']],
  ['null', { a: null }, { a: 0 }, ['a']],
  ['everything', 1, 2, ['']],
];

for (const [name, a, b, expected] of rows) {
  test(`unstable: ${name}`, () => {
    assert.deepEqual(
      unstablePaths(a, b).map((path) => path.join('.')),
      expected,
    );
  });
}

function object(kind: string, name: string, value: string, namespace?: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec: { value },
  };
}

test('objects are compared with those of their name, whatever the order', () => {
  const first = [object('A', 'x', '1'), object('A', 'y', '2'), object('B', 'x', '3')];
  const second = [object('B', 'x', '3'), object('A', 'y', 'other'), object('A', 'x', '1')];
  assert.deepEqual(unstableFields(first, second), [[], [['spec', 'value']], []]);
});

test('objects that are named anew are compared in order within their kind', () => {
  const first = [object('A', 'r-1', '1'), object('A', 'fixed', '2'), object('A', 'r-2', '3')];
  const second = [object('A', 'r-8', '1'), object('A', 'r-9', '3'), object('A', 'fixed', '2')];
  assert.deepEqual(unstableFields(first, second), [[['metadata', 'name']], [], [['metadata', 'name']]]);
});

test('an object that is there only once is unstable as a whole', () => {
  assert.deepEqual(unstableFields([object('A', 'x', '1'), object('B', 'y', '1')], [object('B', 'y', '1')]), [[[]], []]);
});

test('the same name in two namespaces is two objects', () => {
  const first = [object('A', 'x', '1', 'one'), object('A', 'x', '2', 'two')];
  assert.deepEqual(unstableFields(first, [...first].reverse()), [[], []]);
});

const told: readonly (readonly [string, readonly FieldPath[], unknown, readonly string[]])[] = [
  ['keys that are shown', [['data', 'a']], { data: { a: 'x' } }, ['data.a']],
  ['items of a list', [['list', 1, 'a']], { list: ['x', { a: 'y' }] }, ['list.1.a']],
  ['a masked key', [['data', 'hunter2']], { data: { '•••': '•••', b: 'x' } }, ['data.•••']],
  ['below a masked key', [['data', 'hunter2', 'hunter3']], { data: { '•••': { '•••': '•••' } } }, ['data.•••']],
  ['below a value that is masked as a whole', [['data', 'hunter2']], { data: '•••' }, ['data']],
  [
    'several masked keys',
    [
      ['data', 'hunter2'],
      ['data', 'hunter3'],
    ],
    { data: { '•••': '•••', '••• (2)': '•••' } },
    ['data.•••'],
  ],
  ['an object as a whole', [[]], { data: { a: 'x' } }, ['']],
];

for (const [name, paths, shown, expected] of told) {
  test(`unstable places as they are told: ${name}`, () => {
    assert.deepEqual(
      shownPaths(paths, shown).map((path) => path.join('.')),
      expected,
    );
  });
}

test('a large place is not gone through for each of its paths', () => {
  let listed = 0;
  const data = Object.fromEntries(Array.from({ length: 50 }, (_none, at) => [`key-${at}`, 'a']));
  const watched = new Proxy(data, {
    ownKeys: (target) => {
      listed += 1;
      return Reflect.ownKeys(target);
    },
  });
  const paths = Array.from({ length: 100 }, (_none, at) => ['data', `key-${at}`]);
  const told = shownPaths(paths, { data: watched });
  assert.deepEqual(told, [...paths.slice(0, 50), ['data', '•••']]);
  assert.equal(listed, 1, 'to see that it is not empty');
});
