/** Printed objects are kept from one text to the next, and no longer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PrintCache } from '../../../src/view/printCache.ts';

/** Prints texts of several objects each and gives the names of those that were really printed. */
function printedIn(rounds: readonly (readonly string[])[]): string[][] {
  const printed: string[] = [];
  const cache = new PrintCache((object) => {
    printed.push(String(object['name']));
    return `name: ${String(object['name'])}\n`;
  });
  return rounds.map((names) => {
    cache.begin();
    printed.length = 0;
    for (const name of names) {
      assert.equal(cache.print({ name }), `name: ${name}\n`);
    }
    return [...printed];
  });
}

const rows: readonly (readonly [string, readonly (readonly string[])[], readonly (readonly string[])[]])[] = [
  [
    'what stays the same is printed once',
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [['a', 'b'], []],
  ],
  [
    'what changed is printed again',
    [
      ['a', 'b'],
      ['a', 'c'],
    ],
    [['a', 'b'], ['c']],
  ],
  ['two equal objects are one', [['a', 'a']], [['a']]],
  ['what a text had not is forgotten', [['a'], ['b'], ['a']], [['a'], ['b'], ['a']]],
];

for (const [title, rounds, expected] of rows) {
  test(title, () => assert.deepEqual(printedIn(rounds), expected));
}
