/** Texts of Secrets that no message may quote. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import { SecretTexts } from '../../../src/render/secretTexts.ts';

function gathered(...values: readonly unknown[]): SecretTexts {
  const secrets = new SecretTexts();
  values.forEach((value) => secrets.add(value));
  return secrets;
}

test('texts and numbers of a value are gathered, wherever they stand', () => {
  const secrets = gathered('one', { a: ['two', { b: 33 }], c: null, d: true });
  assert.deepEqual(secrets.all, ['one', 'two', '33']);
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

test('a failure is told without them and without its cause; what is no failure stays what it is', () => {
  const secrets = gathered('hunter2');
  const told = secrets.redacted(new Failure('invalid', 'bad hunter2', { cause: new Error('hunter2') }));
  assert.ok(told instanceof Failure);
  assert.deepEqual([told.reason, told.message, told.cause], ['invalid', 'bad •••', undefined]);
  const cancelled = new Failure('cancelled', 'hunter2 was cancelled');
  const other = new TypeError('x');
  assert.equal(secrets.redacted(cancelled), cancelled);
  assert.equal(secrets.redacted(other), other);
  const plain = new Failure('invalid', 'bad hunter2');
  assert.equal(new SecretTexts().redacted(plain), plain);
});
