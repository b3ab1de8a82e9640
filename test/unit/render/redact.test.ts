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
    ['it is null, or not', ['null', ''], 'it is null, or not'],
  ];
  for (const [message, secrets, redacted] of rows) {
    assert.equal(redact(message, secrets, { words: true }), redacted);
  }
  assert.equal(redact('bad word: pass', ['my-pass'], { words: false }), 'bad word: pass');
  assert.equal(redact('bad text: my-pass', ['my-pass'], { words: false }), `bad text: ${dots}`);
});

test('messages of libraries lose short secrets and switches where they are words, and keep where something is', () => {
  const rows: readonly [string, readonly string[], string][] = [
    ['bad pin 42, 420 or x42', ['42'], `bad pin ${dots}, 420 or x42`],
    ['bad pin "Ab"', ['aB'], `bad pin "${dots}"`],
    ['pin=7 is bad', [' 7\n'], `pin=${dots} is bad`],
    ['user "ö" is bad', ['ö'], `user "${dots}" is bad`],
    ['bad: !? and !', ['!?'], `bad: ${dots} and !`],
    ['enabled is True: falsehood', ['true'], `enabled is ${dots}: falsehood`],
    ['a.yaml:7:3: 7 is bad (web/templates/a.tpl:7)', ['7', '3'], `a.yaml:7:3: ${dots} is bad (web/templates/a.tpl:7)`],
    ['yaml: line 7: 7', ['7'], `yaml: line 7: ${dots}`],
    ['line 7', ['8'], 'line 7'],
    ['since 1.9 of 1.', ['1', '9'], `since 1.9 of ${dots}.`],
  ];
  for (const [message, secrets, redacted] of rows) {
    assert.equal(redact(message, secrets, { words: true }), redacted);
  }
  assert.equal(
    redact('chart 1.2.3 of 7', ['2', '7', 'true'], { words: false }),
    'chart 1.2.3 of 7',
    'a sentence of ours',
  );
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

test('a secret as JSON, Go and YAML write it, also twice', () => {
  const secret = 'Xy7"Qz2\\Rt9&Lm4';
  const rows: readonly string[] = [
    String.raw`'Xy7"Qz2\\Rt9&Lm4'`,
    String.raw`"Xy7\"Qz2\\Rt9&Lm4"`,
    String.raw`"Xy7\"Qz2\\Rt9\u0026Lm4"`,
    String.raw`"{\"p\":\"Xy7\\\"Qz2\\\\Rt9\u0026Lm4\"}"`,
    String.raw`"{\"p\":\"Xy7\\\"Qz2\\\\Rt9\\u0026Lm4\"}"`,
  ];
  for (const row of rows) {
    const told = redact(`bad ${row}`, [secret], { words: false });
    assert.doesNotMatch(told, /Xy7|Qz2|Rt9|Lm4/i, told);
    assert.ok(told.includes(dots), told);
  }
  const others: readonly [string, string][] = [
    ["it's", String.raw`it\'s`],
    ["it's", "it''s"],
    ['one\ttwo\u0001', String.raw`one\ttwo\x01`],
    ['one\u00a0two', String.raw`one\u00a0two`],
    ['a\nb: <c>', String.raw`a\nb: \u003cc\u003e`],
    ['first: x\nit\'s "second"', String.raw`it's \"second\"`],
  ];
  for (const [text, written] of others) {
    assert.equal(redact(`bad [${written}]`, [text], { words: false }), `bad [${dots}]`, written);
  }
});

test('a secret in base64, whatever stands around it', () => {
  const secret = 'canary?~>7of\u00ff';
  for (const alphabet of ['base64', 'base64url'] as const) {
    const whole = Buffer.from(secret).toString(alphabet);
    assert.equal(redact(`bad ${whole}!`, [secret], { words: false }), `bad ${dots}!`);
    assert.equal(redact(`bad ${whole.replace(/=+$/, '')}!`, [secret], { words: false }), `bad ${dots}!`);
    for (const before of ['', 'u', 'u:', 'ad:', 'user:']) {
      const longer = Buffer.from(`${before}${secret}/more`).toString(alphabet);
      const [head = '', tail = ''] = redact(longer, [secret], { words: false }).split(dots);
      const left = `${Buffer.from(head, 'base64').toString()} ${Buffer.from(tail, 'base64').toString('latin1')}`;
      assert.ok(head.length + tail.length <= longer.length - 16, `${longer}: ${head} ${tail}`);
      assert.ok(!left.includes('canary'), left);
    }
  }
});

test('of values that do not fit a schema, what they are', () => {
  const lead = "values don't meet the specifications of the schema(s) in the following chart(s):\nweb:\n";
  const rows: readonly [string, string][] = [
    [
      String.raw`- at '/auth/pw': 'pa\'ss "x"\\' does not match pattern '^[a-z]+$'`,
      `- at '/auth/pw': ${dots} does not match pattern '^[a-z]+$'`,
    ],
    [`  - at '/ip': 'canary' is not valid ipv4: ParseAddr("canary"): no`, `  - at '/ip': ${dots} is not valid ipv4`],
    [`- at '/port': 4711 is not valid port: 4711`, `- at '/port': ${dots} is not valid port`],
    [
      `- at '': additional properties 'ab', 'cd' not allowed`,
      `- at '': additional properties ${dots}, ${dots} not allowed`,
    ],
    [`- at '': invalid propertyName 'ab'`, `- at '': invalid propertyName ${dots}`],
    [`- at '/pin': maximum: got 42, want 10`, `- at '/pin': maximum: got ${dots}, want 10`],
    [`- at '/pin': got string, want integer`, `- at '/pin': got string, want integer`],
    [`- at '/pin': value must be one of 'a', 'b'`, `- at '/pin': value must be one of 'a', 'b'`],
    [`- at '': missing property 'pin'`, `- at '': missing property 'pin'`],
    [`- at '': 'anyOf' failed`, `- at '': 'anyOf' failed`],
  ];
  for (const [said, told] of rows) {
    assert.equal(redact(`${lead}${said}`, ['hunter2']), `${lead}${told}`);
    assert.equal(
      redact(redact(`${lead}${said}`, ['hunter2']), ['x7']),
      `${lead}${told}`,
      'a second time changes nothing',
    );
    assert.equal(redact(`${lead}${said}`, []), `${lead}${said}`, 'where no Secret takes part all is told');
  }
  assert.equal(redact(`- at '/a': 'b' is odd`, ['hunter2']), `- at '/a': 'b' is odd`);
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
