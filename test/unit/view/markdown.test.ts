/** Text that is not trusted comes out as text: no link, image, HTML, icon or hidden character gets through. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeMarkdown, escapeMarkdownLines, iconFreeText, plainText } from '../../../src/view/markdown.ts';
import { ageText, clockText, durationText } from '../../../src/view/relativeTime.ts';

for (const [name, text, expected] of [
  ['a link', '[a](https://x.y)', '\\[a\\]\\(https\\:\\/\\/x\\.y\\)'],
  ['a command link', '[a](command:evil)', '\\[a\\]\\(command\\:evil\\)'],
  ['an image', '![a](http://x/y.png)', '\\!\\[a\\]\\(http\\:\\/\\/x\\/y\\.png\\)'],
  ['an address that would become a link', 'https://x', 'https\\:\\/\\/x'],
  ['a mail address', 'a@b.c', 'a\\@b\\.c'],
  ['HTML', '<img src=x>', '&lt;img src\\=x&gt;'],
  ['an entity', '&lt;b&gt;', '&amp;lt\\;b&amp;gt\\;'],
  ['an icon', '$(flame)', '&#36;\\(flame\\)'],
  ['code', '`rm -rf`', '\\`rm \\-rf\\`'],
  ['a fence', '```\nx\n```', '\\`\\`\\` x \\`\\`\\`'],
  ['a table', 'a | b', 'a \\| b'],
  ['a heading', '# a', '\\# a'],
  ['a list', '- a', '\\- a'],
  ['emphasis', '*a* _b_ ~c~', '\\*a\\* \\_b\\_ \\~c\\~'],
  ['an escape', '\\[', '\\\\\\['],
  ['line breaks', 'a\r\nb\tc\u2028d', 'a b c d'],
  ['colours and bells', '\u001b[31ma\u0007', '\\[31ma'],
  ['turned text', 'a\u202eb\u2066c', 'abc'],
  ['hidden text', 'a\u200bb\u00ad', 'ab'],
  ['plain words', 'Grüße, 你好', 'Grüße\\, 你好'],
] as const) {
  test(`in Markdown: ${name}`, () => assert.equal(escapeMarkdown(text), expected));
}

test('lines of a message stay lines, empty ones go', () => {
  assert.equal(escapeMarkdownLines('a\n\n  b\r\n'), 'a  \nb');
});

test('a text without end is cut', () => {
  assert.ok(escapeMarkdown('x'.repeat(1_000_000)).length <= 20_000);
  assert.ok(escapeMarkdownLines('x\n'.repeat(1_000_000)).length <= 50_000);
});

for (const [text, max, expected] of [
  ['  a \n b\u0000 ', 200, 'a b'],
  ['abcdef', 4, 'abc…'],
  ['abcd', 4, 'abcd'],
  ['😀😀😀', 2, '😀…'],
  ['😀😀', 2, '😀😀'],
  ['[a](command:evil) [b](https://x)', 200, '[a] (command:evil) [b] (https://x)'],
  ['[a]\u200b(command:evil)', 200, '[a] (command:evil)'],
  ['[a](command:evil)', 5, '[a] …'],
] as const) {
  test(`plain text: ${JSON.stringify(text)}`, () => assert.equal(plainText(text, max), expected));
}

test('no icon where icons are drawn', () => {
  assert.equal(iconFreeText('a $(flame) b $(x)'), 'a \\$(flame) b \\$(x)');
});

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

for (const [ms, expected] of [
  [-5 * second, '0s'],
  [0, '0s'],
  [40 * second, '40s'],
  [59_999, '59s'],
  [minute, '1m'],
  [59 * minute, '59m'],
  [hour, '1h'],
  [47 * hour, '47h'],
  [2 * day, '2d'],
  [400 * day, '400d'],
] as const) {
  test(`${ms} milliseconds read ${expected}`, () => assert.equal(durationText(ms), expected));
}

test('the age of a moment, and of what is none', () => {
  const now = Date.parse('2026-01-01T00:04:00Z');
  assert.equal(ageText('2026-01-01T00:00:00Z', now), '4m');
  assert.equal(ageText(now - 4 * minute, now), '4m');
  assert.equal(ageText('yesterday', now), undefined);
  assert.equal(ageText(undefined, now), undefined);
});

test('a time of day, with its date once that is needed', () => {
  const at = new Date(2026, 0, 5, 9, 7).getTime();
  assert.equal(clockText(at, at + hour), '09:07');
  assert.equal(clockText(at, at + 12 * hour), '5 Jan 09:07');
  assert.equal(clockText(at, at - hour), '09:07');
});
