/** Scrambled secrets: the same shape, another text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scramble, scrambleTexts, scrambleTree } from '../../../src/render/scramble.ts';
import { seededRandom } from '../../support/seededRandom.ts';

test('what says nothing stays', () => {
  for (const text of ['', ' ', 'null', '~', 'NULL', ' null ']) {
    assert.equal(scramble(text), text, JSON.stringify(text));
  }
});

test('a switch is turned, or kept where that is asked for', () => {
  const rows: readonly (readonly [text: string, turned: string])[] = [
    ['true', 'false'],
    ['False', 'True'],
    ['FALSE', 'TRUE'],
    ['yes', 'no'],
    ['NO', 'YES'],
    ['On', 'Off'],
    [' true\n', ' false\n'],
    ['{"a": true, "b": null}', '{"b": false, "c": null}'],
  ];
  for (const [text, turned] of rows) {
    assert.equal(scramble(text), turned);
    assert.match(scramble(text, { switches: 'kept' }), new RegExp(/true|false|yes|no|on|off/i.exec(text)?.[0] ?? ''));
  }
  assert.deepEqual(scrambleTree({ a: true, b: [false] }), { a: false, b: [true] });
  assert.deepEqual(scrambleTree({ a: true, b: 'x' }, { switches: 'kept' }), { a: true, b: 'y' });
});

test('no number stays the number that it is, and a number with an exponent stays one', () => {
  for (const number of [0, 1, 2, 9, 80, 443, 8080, -1, 0.5, 1e21, 1.5e-9, Number.MAX_VALUE, Number.MIN_VALUE]) {
    const other = scrambleTree(number);
    assert.ok(typeof other === 'number' && Number.isFinite(other) && other !== number, `${number} → ${String(other)}`);
  }
  assert.match(scramble('1e3'), /^\de3$/);
  assert.match(scramble('-2.5E+3'), /^-\d\.\dE\+3$/);
});

test('the shape stays', () => {
  const rows: readonly { readonly text: string; readonly shape: RegExp }[] = [
    { text: 'hunter2', shape: /^[a-z]{6}\d$/ },
    { text: 'Grafana.Example.com', shape: /^[A-Z][a-z]{6}\.[A-Z][a-z]{6}\.[a-z]{3}$/ },
    {
      text: 'postgres://user:pass@db:5432/app',
      shape: /^[a-z]{8}:\/\/[a-z]{4}:[a-z]{4}@[a-z]{2}:[1-9]\d{3}\/[a-z]{3}$/,
    },
    { text: '192.168.178.255', shape: /^(?:(?:[1-9]|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])(?:\.|$)){4}$/ },
    { text: '65535', shape: /^[1-5]\d{4}$/ },
    { text: '0.5', shape: /^\d\.\d$/ },
    { text: '512Mi', shape: /^[1-9]\d\dMi$/ },
    { text: '30s', shape: /^[1-9]\ds$/ },
    { text: 'deadbeef-00ff', shape: /^[0-9a-f]{8}-[0-9a-f]{4}$/ },
    { text: '{"enabled": true, "user": "bob"}', shape: /^\{"[a-z]{7}": false, "[a-z]{4}": "[a-z]{3}"\}$/ },
    { text: 'größe', shape: /^\p{L}{5}$/u },
    { text: 'a\nb: c\n', shape: /^[a-z]\n[a-z]: [a-z]\n$/ },
  ];
  for (const { text, shape } of rows) {
    assert.match(scramble(text), shape, text);
    assert.notEqual(scramble(text), text);
  }
});

test('a text without letters and digits is replaced all the same', () => {
  assert.equal(scramble('!?-'), 'xxx');
  assert.equal(scramble('🔑'), 'x');
  assert.equal(scramble('- -'), 'x x');
});

test('words that stay inside do not leave a text as it was', () => {
  assert.notEqual(scramble('true true'), 'true true');
});

test('no letter and no digit is kept, and equal texts stay equal', () => {
  const random = seededRandom(1);
  for (let round = 0; round < 500; round += 1) {
    const text = random.text(
      'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_/ äøß',
      1 + random.below(30),
    );
    const other = scramble(text);
    assert.equal(scramble(text), other);
    assert.equal(other.length, text.length);
    if (
      /^\s*(?:true|false|yes|no|on|off|null)?\s*$/i.test(text) ||
      /true|false|null|^\d.*[smhdkKMGTPE]i?$/.test(text)
    ) {
      continue; // words and units that stay
    }
    for (const [index, character] of Array.from(text).entries()) {
      if (/[\p{L}\p{N}]/u.test(character)) {
        assert.notEqual(Array.from(other)[index], character, `${text} → ${other}`);
      }
    }
  }
});

test('what a Secret holds keeps its keys; what was scrambled before is not scrambled back', () => {
  assert.deepEqual(scrambleTexts({ HOST: 'a.b', EMPTY: '' }), { HOST: 'b.c', EMPTY: '' });
  const rows: readonly (readonly [before: Record<string, string>, scrambled: Record<string, string>])[] = [
    [
      { FLAG: 'false', PORT: '2' },
      { FLAG: 'false', PORT: '2' },
    ],
    [
      { FLAG: 'true', PORT: '2' },
      { FLAG: 'false', PORT: '2' },
    ],
    [{ FLAG: 'true' }, { FLAG: 'false', PORT: '2' }],
    [
      { FLAG: 'true', PORT: '1', bmjdf: 'x' },
      { FLAG: 'false', PORT: '2', bmjdf: 'x' },
    ],
  ];
  for (const [before, scrambled] of rows) {
    assert.deepEqual(scrambleTexts({ FLAG: 'true', PORT: '1' }, before), scrambled);
  }
});

test('a tree keeps its types, and the keys that it is told to keep', () => {
  const tree = { image: { tag: 'v1', pull: true, none: null }, ports: [80, -1.5], alice: { password: 'x' } };
  assert.deepEqual(scrambleTree(tree), {
    image: { tag: 'w2', pull: false, none: null },
    ports: [71, -2.4],
    alice: { password: 'y' },
  });
  const kept = scrambleTree(tree, {
    switches: 'turned',
    keepKey: (path) => path[0] !== 'alice',
  }) as Record<string, unknown>;
  assert.deepEqual(Object.keys(kept), ['image', 'ports', 'bmjdf']);
});
