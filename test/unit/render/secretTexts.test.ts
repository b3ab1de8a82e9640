/** Texts of Secrets that no message may quote. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Failure } from '../../../src/base/failure.ts';
import { SecretTexts } from '../../../src/render/secretTexts.ts';

function gathered(...values: readonly unknown[]): SecretTexts {
  const secrets = new SecretTexts();
  values.forEach((value) => secrets.add(value));
  return secrets;
}

test('texts, numbers and switches of a value are gathered, wherever they stand', () => {
  const secrets = gathered('one', { a: ['two', { b: 33 }], c: null, d: true });
  assert.deepEqual(secrets.all, ['one', 'two', '33', 'true']);
  assert.equal(secrets.any, true);
  assert.equal(new SecretTexts().any, false);
});

const differences: readonly (readonly [unknown, unknown, readonly string[]])[] = [
  [{ a: 'x', b: 'y' }, { a: 'x', b: 'z' }, ['y']],
  [{ a: ['x', 'y'] }, { a: ['x', 'q'] }, ['y']],
  [{ a: ['x', 'y'] }, { a: ['q'] }, ['x', 'y']],
  [{ key: 'x' }, { yek: 'x' }, ['key', 'x']],
  [{ a: { b: 'x' } }, { a: 'x' }, ['x']],
  [{ a: 'x' }, { a: 'x' }, []],
  ['x', undefined, ['x']],
];

for (const [real, scrambled, expected] of differences) {
  test(`what ${JSON.stringify(real)} has otherwise than ${JSON.stringify(scrambled)}`, () => {
    const secrets = new SecretTexts();
    secrets.addDifferences(real, scrambled);
    assert.deepEqual(secrets.all, expected);
  });
}

test('a failure is told without them and without its cause, a cancelled one as it is', () => {
  const secrets = gathered('hunter2');
  const told = secrets.redacted(new Failure('invalid', 'bad hunter2', { cause: new Error('hunter2') }));
  assert.ok(told instanceof Failure);
  assert.deepEqual([told.reason, told.message, told.cause], ['invalid', 'bad •••', undefined]);
  const cancelled = new Failure('cancelled', 'hunter2 was cancelled');
  assert.equal(secrets.redacted(cancelled), cancelled);
  const plain = new Failure('invalid', 'bad hunter2');
  assert.equal(new SecretTexts().redacted(plain), plain);
});

test('any other error loses them too, in message and stack, which a command line prints', () => {
  const told = gathered('hunter2').redacted(new TypeError('bad hunter2'));
  assert.ok(told instanceof Error);
  assert.equal(told.message, 'bad •••');
  assert.match(told.stack ?? '', /^TypeError: bad •••\n/);
  assert.ok(!inspect(told, { showHidden: true }).includes('hunter2'));
});

test('a Secret of a megabyte is no reason to repeat it', () => {
  const long = 'Canary7f3a'.repeat(100_000);
  const secrets = gathered(long);
  assert.equal(secrets.redact(`refused: ${long}`), 'refused: •••');
  const told = secrets.redacted(new Failure('invalid', `refused: ${long}`));
  assert.equal((told as Failure).message, 'refused: •••');
});
