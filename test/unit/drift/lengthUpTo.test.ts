/** How long a value is about: enough to tell a long object from a short one, and never the work of writing a long one out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lengthUpTo } from '../../../src/drift/lengthUpTo.ts';

function checkLength(what: string, value: unknown, length: number): void {
  test(`length of ${what}`, () => assert.equal(lengthUpTo(1000, value), length));
}

checkLength('a text', 'abcd', 4);
checkLength('a number', 12345678, 5);
checkLength('nothing', null, 5);
checkLength('no field', undefined, 5);
checkLength('a map without entries', {}, 0);
checkLength('a map: its names count', { name: 'ab', b: { c: 'd' } }, 9);
checkLength('a list', ['ab', 'cd'], 6);

test('it is told to be long without a look at the rest', () => {
  const rest = {
    get unseen(): never {
      throw new Error('was looked at');
    },
  };
  assert.ok(lengthUpTo(1000, [{ long: 'x'.repeat(900) }, 'y'.repeat(200), rest]) > 1000);
});

test('a list of thousands of short items is long', () => {
  assert.ok(
    lengthUpTo(
      1000,
      Array.from({ length: 3000 }, () => ({})),
    ) > 1000,
  );
});
