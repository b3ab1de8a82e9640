/** Sides of a diff in one order of keys: only what differs shows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignKeys } from '../../../src/view/alignKeys.ts';

const cases: readonly (readonly [string, unknown, unknown, string])[] = [
  ['keys follow the model', { b: 1, a: 2 }, { a: 2, b: 3 }, '{"a":2,"b":1}'],
  ['what the model lacks comes after, in its own order', { z: 1, b: 1, a: 2 }, { a: 2 }, '{"a":2,"z":1,"b":1}'],
  ['deeper too', { s: { b: 1, a: 2 } }, { s: { a: 0, b: 0 } }, '{"s":{"a":2,"b":1}}'],
  [
    'items of lists by their name, wherever they stand; the list keeps its order',
    [
      { image: 'x', name: 'b' },
      { image: 'y', name: 'a' },
    ],
    [{ name: 'a', image: '' }, { name: 'c' }, { name: 'b', image: '' }],
    '[{"name":"b","image":"x"},{"name":"a","image":"y"}]',
  ],
  [
    'items without a name by their place',
    [{ values: [1], operator: 'In' }],
    [{ operator: 'In', values: [2] }],
    '[{"operator":"In","values":[1]}]',
  ],
  ['other types stay', { a: [1], b: 'x' }, { b: {}, a: 'y' }, '{"b":"x","a":[1]}'],
  ['no model', { b: 1, a: 2 }, undefined, '{"b":1,"a":2}'],
  ['a key that objects inherit is a key like any other', { constructor: 1, a: 2 }, { a: 1 }, '{"a":2,"constructor":1}'],
  ['null', null, { a: 1 }, 'null'],
];

for (const [name, value, model, expected] of cases) {
  test(`aligned keys: ${name}`, () => assert.equal(JSON.stringify(alignKeys(value, model)), expected));
}
