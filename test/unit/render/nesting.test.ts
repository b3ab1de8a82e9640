/** How deep a reply may be nested is told from its bytes, for what would read it might not come back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNestedDeeper } from '../../../src/render/nesting.ts';

const deeper = (json: string, levels: number) => isNestedDeeper(new TextEncoder().encode(json), levels);

for (const [title, json, levels] of [
  ['no nesting', '"text"', 0],
  ['one object', '{"a":1}', 1],
  ['objects and lists', '{"a":[{"b":[1,2]}]}', 4],
  ['side by side is not nested', '[[1],[2],[[3]]]', 3],
  ['brackets in a text', '["{{{[[[", "]"]', 1],
  ['quotes in a text', '["\\"{{{", "\\\\", [1]]', 2],
  ['a backslash at the end of a text', '{"\\\\":{"[":"\\\\"}}', 2],
  ['texts that are not ASCII', '{"ü€😀{":["÷[ˇ{"]}', 2],
  ['empty ones', '[[],{},[]]', 2],
] as const) {
  test(`${title}: ${levels} levels`, () => {
    JSON.parse(json); // the row is JSON
    assert.equal(deeper(json, levels), false);
    assert.equal(deeper(json, levels - 1), levels > 0);
  });
}

test('a million levels are told without following them', () => {
  assert.equal(deeper('['.repeat(1_000_000), 1000), true);
});

test('what is broken off ends', () => {
  for (const json of ['"', '"\\', '{"a', '']) {
    assert.equal(deeper(json, 1), false);
  }
});
