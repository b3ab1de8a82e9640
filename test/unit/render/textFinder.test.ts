/** Finding many texts in one: as asking for each alone would. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TextFinder } from '../../../src/render/textFinder.ts';
import { seededRandom } from '../../support/seededRandom.ts';

const rows: readonly (readonly [title: string, texts: readonly string[], text: string, expected: boolean])[] = [
  ['at the beginning', ['swordfish'], 'swordfish and more', true],
  ['in the middle', ['swordfish'], 'a swordfish swims', true],
  ['at the end', ['swordfish'], 'a swordfish', true],
  ['all of it', ['swordfish'], 'swordfish', true],
  ['one that begins alike', ['swordfern'], 'a swordfish swims', false],
  ['the second of two that begin alike', ['swordfern', 'swordfish'], 'a swordfish swims', true],
  ['one that is cut off', ['swordfish'], 'a swordfis', false],
  ['shorter than what is looked up at once', ['fish'], 'a swordfish', true],
  ['a short one that is not there', ['wish'], 'a swordfish', false],
  ['of a short text', ['swordfish'], 'fish', false],
  ['over several lines', ['one\ntwo\nthree'], 'zero\none\ntwo\nthree', true],
  ['beyond ASCII', ['schlüßel😀'], 'der schlüßel😀.', true],
  ['none at all', [], 'anything', false],
];

for (const [title, texts, text, expected] of rows) {
  test(title, () => {
    const finder = new TextFinder(texts);
    assert.equal(finder.isIn(text), expected);
    assert.equal(finder.any, texts.length > 0);
  });
}

test('random texts of few letters, so that many nearly are there', () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = seededRandom(seed);
    const word = (): string => random.text('aß\n', 1 + random.below(12));
    const texts = Array.from({ length: 1 + random.below(4) }, word);
    const text = Array.from({ length: 6 }, word).join('');
    const expected = texts.some((one) => text.includes(one));
    assert.equal(new TextFinder(texts).isIn(text), expected, `seed ${seed}`);
  }
});
