/** Objects without what stands at some paths. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutPaths } from '../../support/withoutPaths.ts';

const rows: readonly (readonly [what: string, paths: readonly (readonly (string | number)[])[], expected: object])[] = [
  ['nothing', [], { a: { b: 1, c: [{ d: 1 }, { d: 2 }] }, e: null }],
  ['a field', [['a', 'b']], { a: { c: [{ d: 1 }, { d: 2 }] }, e: null }],
  ['a field in an element of a list', [['a', 'c', 1, 'd']], { a: { b: 1, c: [{ d: 1 }, {}] }, e: null }],
  [
    'a path that leads nowhere',
    [
      ['x', 'y'],
      ['e', 'f'],
      ['a', 'b', 'c'],
    ],
    { a: { b: 1, c: [{ d: 1 }, { d: 2 }] }, e: null },
  ],
  ['the whole, which stays', [[]], { a: { b: 1, c: [{ d: 1 }, { d: 2 }] }, e: null }],
  ['several', [['a'], ['e']], {}],
];
for (const [what, paths, expected] of rows) {
  test(`without ${what}`, () => {
    const object = { a: { b: 1, c: [{ d: 1 }, { d: 2 }] }, e: null };
    const before = structuredClone(object);
    assert.deepEqual(withoutPaths(object, paths), expected);
    assert.deepEqual(object, before, 'the object itself stays as it is');
  });
}
