/** Lines of offsets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineAt } from '../../../src/render/lineAt.ts';

const text = 'a\nbc\r\n\nd';
const rows: readonly (readonly [what: string, offset: number, line: number])[] = [
  ['the first character', 0, 1],
  ['a line break belongs to the line that it ends', 1, 1],
  ['the character behind it', 2, 2],
  ['the carriage return of Windows', 4, 2],
  ['an empty line', 6, 3],
  ['the last character', 7, 4],
  ['behind the end', 99, 4],
  ['before the beginning', -1, 1],
];
for (const [what, offset, line] of rows) {
  test(`the line of ${what}`, () => assert.equal(lineAt(text, offset), line));
}
