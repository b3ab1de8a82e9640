/** Which fields of two rendered values are told to differ. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderedPaths } from '../../../src/drift/renderedPaths.ts';

const rows: readonly (readonly [title: string, before: unknown, after: unknown, expected: readonly string[]])[] = [
  ['the same', { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
  ['a value', { a: { b: 1 } }, { a: { b: 2 } }, ['replace a.b']],
  ['another type', { a: 1 }, { a: '1' }, ['replace a']],
  ['a map for a text', { a: 'x' }, { a: { b: 1 } }, ['replace a']],
  ['added and removed', { a: 1 }, { b: 1 }, ['remove a', 'add b']],
  ['nothing is nothing, in whatever form', { a: null, b: {}, c: [] }, {}, []],
  ['an empty text is something', { a: '' }, {}, ['remove a']],
  ['false and zero are something', { a: false, b: 0 }, {}, ['remove a', 'remove b']],
  ['all of a map', { a: { b: 1, c: 2 } }, {}, ['remove a']],
  ['a list without names', { a: [1, 2] }, { a: [1, 3] }, ['replace a']],
  ['a list of maps without names', { a: [{ b: 1 }] }, { a: [{ b: 2 }] }, ['replace a']],
  [
    'items of a list by name, positions of the old one',
    {
      a: [
        { name: 'x', v: 1 },
        { name: 'y', v: 1 },
      ],
    },
    { a: [{ name: 'y', v: 2 }] },
    ['remove a.0', 'replace a.1.v'],
  ],
  [
    'an added item by its position in the new one',
    { a: [{ name: 'x' }] },
    { a: [{ name: 'w' }, { name: 'x' }] },
    ['add a.0'],
  ],
  [
    'named items in another order',
    { a: [{ name: 'x' }, { name: 'y' }] },
    { a: [{ name: 'y' }, { name: 'x' }] },
    ['replace a'],
  ],
  [
    'two items of one name',
    { a: [{ name: 'x' }, { name: 'x' }] },
    { a: [{ name: 'x' }, { name: 'x', v: 1 }] },
    ['replace a'],
  ],
  ['named items that differ in nothing', { a: [{ name: 'x', v: {} }] }, { a: [{ name: 'x' }] }, []],
  [
    'keys that are no keys of a map',
    {},
    JSON.parse('{"__proto__": 1, "constructor": 2}'),
    ['add __proto__', 'add constructor'],
  ],
];

for (const [title, before, after, expected] of rows) {
  test(`fields that differ: ${title}`, () => {
    const told = renderedPaths(before, after).map(({ path, effect }) => `${effect} ${path.join('.')}`);
    assert.deepEqual(told, expected);
  });
}

test('two values that are no maps differ at the root', () => {
  assert.deepEqual(renderedPaths(1, 2), [{ path: [], effect: 'replace' }]);
});
