/** Whether a text may have been made of a Secret's by the operators of variables. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DerivedTexts } from '../../../src/drift/derivedTexts.ts';

const derived = new DerivedTexts([
  'Swordfish-77',
  'pike-7',
  'ab1c',
  'eel.io',
  'Tr0ut-d0r3-x9-Qz',
  '10.20.30.40',
  '!.?-!.?',
  '',
]);

const rows: readonly (readonly [what: string, text: string, isDerived: boolean])[] = [
  ['the text itself', 'Swordfish-77', true],
  ['in capitals', 'SWORDFISH-77', true],
  ['its beginning', 'Swor', true],
  ['its end, in small letters', 'fish-77', true],
  ['within another', 'https://swordfish.example.com', true],
  ['a part within another', 'x-Wordfish-y', true],
  ['a short one as a whole within another, in other letters', 'https://PIKE-7.example.com', true],
  ['in base64', Buffer.from('Swordfish-77').toString('base64'), true],
  ['a short one', 'ab1c', true],
  ['a short one in capitals', 'AB1C', true],
  ['a short one within another stands there by chance', 'lab1cd', false],
  ['three letters of it', 'Swo', false],
  ['some letters of it within another', 'x-wordfis-y', false],
  ['a short domain as a part of a name', 'eel-io-production-tls', true],
  ['an address as a host’s name', 'ip-10-20-30-40', true],
  ['short words of one, joined by other signs', 'tr0ut_d0r3_x9_qz', true],
  ['short words of one, joined by nothing', 'TR0UTD0R3X9QZ', true],
  ['a part of one, joined by other signs, within another', 'x/0ut_d0r3_x/y', true],
  ['a cut of one, joined by other signs', 'x9.qz', true],
  ['signs alone', '--', false],
  ['other signs', '.?-!!', false],
  ['another word', 'info', false],
  ['no text', '', false],
];

for (const [what, text, isDerived] of rows) {
  test(`${what}: ${isDerived ? 'may come from a Secret' : 'is plain'}`, () => {
    assert.equal(derived.has(text), isDerived);
  });
}
