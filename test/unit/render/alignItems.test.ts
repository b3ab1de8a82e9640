/** What two lists have in common, in its order. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignItems } from '../../../src/render/alignItems.ts';
import { seededRandom } from '../../support/seededRandom.ts';

const rows: readonly (readonly [left: string, right: string, pairs: readonly (readonly [number, number])[]])[] = [
  ['', '', []],
  [
    'ab',
    'ab',
    [
      [0, 0],
      [1, 1],
    ],
  ],
  ['abc', '', []],
  ['', 'abc', []],
  [
    'abc',
    'axc',
    [
      [0, 0],
      [2, 2],
    ],
  ],
  [
    'ab',
    'xab',
    [
      [0, 1],
      [1, 2],
    ],
  ],
  [
    'ab',
    'abx',
    [
      [0, 0],
      [1, 1],
    ],
  ],
  [
    'pab',
    'abq',
    [
      [1, 0],
      [2, 1],
    ],
  ],
  ['aa', 'a', [[0, 0]]],
  [
    'abcdef',
    'axcyef',
    [
      [0, 0],
      [2, 2],
      [4, 4],
      [5, 5],
    ],
  ],
];

for (const [left, right, pairs] of rows) {
  test(`'${left}' beside '${right}'`, () => {
    assert.deepEqual(alignItems(Array.from(left), Array.from(right)), pairs);
  });
}

/** By trying everything. */
function longest(left: string, right: string): number {
  const [first, rest] = [left.charAt(0), left.slice(1)];
  if (first === '') {
    return 0;
  }
  const at = right.indexOf(first);
  return Math.max(longest(rest, right), at < 0 ? 0 : 1 + longest(rest, right.slice(at + 1)));
}

test('pairs rise on both sides, are equal, and are as many as there can be', () => {
  const random = seededRandom(7);
  for (let round = 0; round < 300; round += 1) {
    const [left, right] = [random.text('abc', random.below(9)), random.text('abcd', random.below(9))];
    const pairs = alignItems(Array.from(left), Array.from(right));
    pairs.forEach(([a, b], at) => {
      assert.equal(left[a], right[b], `${left} ${right}`);
      const before = pairs[at - 1];
      assert.ok(!before || (before[0] < a && before[1] < b), `${left} ${right}`);
    });
    assert.equal(pairs.length, longest(left, right), `${left} ${right}`);
  }
});

test('of what is too long to be compared, beginning and end', () => {
  const [left = [], right = []] = [0, 1].map((side) => Array.from({ length: 2_500 }, (_, at) => `${at * 2 + side}`));
  assert.deepEqual(alignItems(['a', ...left, 'same', ...left, 'z'], ['a', ...right, 'same', ...right, 'z']), [
    [0, 0],
    [5_002, 5_002],
  ]);
});
