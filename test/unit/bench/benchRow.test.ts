/** The arithmetic of the bench: a wrong percentile would go unnoticed in a table of figures. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median, quantile, rounded } from '../../bench/benchRow.ts';

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

for (const [name, values, share, expected] of [
  ['the median of an odd count is the middle', [9, 1, 5], 0.5, 5],
  ['the median of an even count is one that was measured', [1, 2, 3, 4], 0.5, 2],
  ['p95 of a hundred leaves five above it', hundred, 0.95, 95],
  ['p95 of twenty leaves one above it', hundred.slice(0, 20), 0.95, 99],
  ['p95 of a few is the largest', [3, 8, 5], 0.95, 8],
  ['all of one value is that value', [7], 0.95, 7],
  ['nothing measured is nothing', [], 0.5, 0],
] as const) {
  test(name, () => assert.equal(quantile(values, share), expected));
}

test('the values that are measured stay in their order', () => {
  const values = [3, 1, 2];
  assert.equal(median(values), 2);
  assert.deepEqual(values, [3, 1, 2]);
});

for (const [value, expected] of [
  [0, 0],
  [1234.567, 1230],
  [0.012345, 0.0123],
  [99.96, 100],
] as const) {
  test(`${value} is told as ${expected}`, () => assert.equal(rounded(value), expected));
}
