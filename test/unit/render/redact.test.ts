/** Messages and errors without the texts of Secrets, of whatever length and script. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Failure } from '../../../src/base/failure.ts';
import { redact, redactError, unsaid } from '../../../src/render/redact.ts';

const dots = '•••';

test('messages of libraries lose secret texts', () => {
  const rows: readonly [string, readonly string[], string][] = [
    ['cannot parse "hunter2"', ['hunter2'], `cannot parse "${dots}"`],
    ['cannot parse "HUNTER2"', ['hunter2'], `cannot parse "${dots}"`],
    ['key aHVudGVyMg== is no key', ['hunter2'], `key ${dots} is no key`],
    ['host web.home.example: bad', ['home.example'], `host web.${dots}: bad`],
    ['bad word: pass', ['my-pass'], `bad word: ${dots}`],
    ['a cat', ['my-cat'], 'a cat'],
    ['line "b: (c"', ['a: x\nb: (c'], `line "${dots}"`],
    ['it is true, or not', ['true', 'or', ''], 'it is true, or not'],
  ];
  for (const [message, secrets, redacted] of rows) {
    assert.equal(redact(message, secrets, { words: true }), redacted);
  }
  assert.equal(redact('bad word: pass', ['my-pass'], { words: false }), 'bad word: pass');
  assert.equal(redact('bad text: my-pass', ['my-pass'], { words: false }), `bad text: ${dots}`);
});

test('secrets that no regular expression can be made of, or that look like one', () => {
  const line = 'Canary(7f3a[*';
  const long = `${line}${'x'.repeat(1_000_000)}`;
  const everything = `refused: ${long} and ${line}`;
  assert.equal(redact(everything, [long, line]), `refused: ${dots} and ${dots}`);
  const lines = Array.from({ length: 20_000 }, (_, index) => `canary-${index}-${'y'.repeat(40)}`);
  assert.equal(redact(`refused: ${lines[123] ?? ''}!`, [lines.join('\n')], { words: false }), `refused: ${dots}!`);
  assert.equal(redact('a|b$&c.*', ['$&c.*'], { words: false }), `a|b${dots}`);
});

test('a secret in a URL, where some of its characters are written otherwise', () => {
  assert.equal(redact('GET https://x/to%2Fk%20en/a', ['to/k en'], { words: false }), `GET https://x/${dots}/a`);
  assert.equal(redact('GET \ud800 x', ['\ud800 x'], { words: false }), `GET ${dots}`);
});

test('letters whose other case has another length do not move what is replaced', () => {
  const rows: readonly [string, string, string][] = [
    ['İİİ then HUNTER2 then İ', 'hunter2', `İİİ then ${dots} then İ`],
    ['ßß GEHEIM ﬁ', 'geheim', `ßß ${dots} ﬁ`],
    ['key İstanbul-ß!', 'İstanbul-ß', `key ${dots}!`],
    ['ΟΔΥΣΣΕΥΣ came', 'οδυσσευς', `${dots} came`],
    ['𐐀𐐁𐐂𐐃 and more', '𐐨𐐩𐐪𐐫', `${dots} and more`],
  ];
  for (const [message, secret, expected] of rows) {
    assert.equal(redact(message, [secret]), expected, message);
  }
});

test('what of a message is no secret keeps its case', () => {
  assert.equal(redact('Ünknown Host HUNTER2 of Chart', ['hunter2']), `Ünknown Host ${dots} of Chart`);
});

test('where secrets cannot be taken out, nothing of the message is said', () => {
  const broken = {
    [Symbol.iterator]: () => {
      throw new Error('hunter2');
    },
  } as unknown as readonly string[];
  assert.equal(redact('bad hunter2', broken), unsaid);
  assert.ok(!inspect(redactError(new SyntaxError('bad hunter2'), broken)).includes('hunter2'));
});

test('an error is told with its name and without secrets in message, stack and cause', () => {
  const cause = new Error('hunter2');
  const told = redactError(new SyntaxError('Invalid regular expression: /hunter2/', { cause }), ['hunter2']);
  assert.deepEqual([told.name, told.message], ['SyntaxError', `Invalid regular expression: /${dots}/`]);
  assert.match(told.stack ?? '', /redact\.test\.ts/, 'where it was thrown is still told');
  assert.ok(!inspect(told, { depth: null, showHidden: true }).includes('hunter2'));
  const failure = redactError(new Failure('notFound', 'no hunter2', { cause }), ['hunter2']);
  assert.ok(failure instanceof Failure);
  assert.deepEqual([failure.reason, failure.message, failure.cause], ['notFound', `no ${dots}`, undefined]);
});
