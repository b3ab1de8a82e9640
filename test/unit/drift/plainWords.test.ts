/** Words that stand in plain text prove what is made of them, and nothing that is made of anything else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from '../../../src/base/turns.ts';
import { PlainWords } from '../../../src/drift/plainWords.ts';

const turns = (signal?: AbortSignal): Turns => new Turns({ sliceMs: 1000, what: 'Reading', signal });

const rows: readonly (readonly [text: string, expected: boolean])[] = [
  ['info', true],
  ['INFO', true],
  ['https://shop.example.com:80/', true],
  ['https://other.example.com/', false],
  ['8080', false],
  ['inf', false],
  ['information', false],
  ['', true],
  ['--', true],
  ['größe', true],
];

for (const [text, expected] of rows) {
  test(`${JSON.stringify(text)} is ${expected ? '' : 'not '}proven`, async () => {
    const words = await PlainWords.of(['level: info', 'https://shop.example.com:80', 'Größe'], turns());
    assert.equal(words.proves(text), expected);
  });
}

test('a text of any length is read whole', async () => {
  const words = await PlainWords.of([`${'x '.repeat(200_000)}last`], turns());
  assert.ok(words.proves('x last'));
});

test('reading ends when nobody wants it any more', async () => {
  await assert.rejects(PlainWords.of(['a'], turns(AbortSignal.abort())), { reason: 'cancelled' });
});
