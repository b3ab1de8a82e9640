/** Failures are recognised by their field, across copies of the class, and by nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure, cancelled, isFailure, reworded } from '../../../src/base/failure.ts';
import { noLog } from '../../../src/base/log.ts';

test('a failure of another copy of the class is a failure', () => {
  const foreign = Object.assign(new Error('refused'), { reason: 'forbidden', status: 403 });
  assert.ok(isFailure(foreign));
  assert.ok(isFailure(foreign, 'forbidden'));
  assert.ok(!isFailure(foreign, 'notFound'));
});

test('other errors and values are none', () => {
  for (const other of [
    new Error('plain'),
    Object.assign(new Error('AbortError'), { reason: 'because' }),
    { reason: 'forbidden' },
    'forbidden',
    undefined,
  ]) {
    assert.equal(isFailure(other), false);
  }
});

test('a failure keeps its cause and what the server said', () => {
  const cause = new Error('socket closed');
  const failure = new Failure('busy', 'too many requests', { status: 429, retryAfterMs: 2000, cause });
  assert.deepEqual(
    [failure.reason, failure.message, failure.status, failure.retryAfterMs, failure.cause, failure.name],
    ['busy', 'too many requests', 429, 2000, cause, 'Failure'],
  );
  assert.equal(cancelled('Reconcile').message, 'Reconcile was cancelled');
});

test('in other words a failure is the same but for its cause, which may have the first ones', () => {
  const detail = { status: 404, retryAfterMs: 10, remedy: 'pull', cause: new Error('inside') } as const;
  const { reason, message, status, retryAfterMs, remedy, cause } = reworded(
    new Failure('notFound', 'first', detail),
    'other',
  );
  assert.deepEqual(
    [reason, message, status, retryAfterMs, remedy, cause],
    ['notFound', 'other', 404, 10, 'pull', undefined],
  );
});

test('a log that keeps nothing takes everything', () => {
  const log = noLog();
  log.debug('a');
  log.info('b');
  log.warn('c');
  log.error('d', new Error('e'));
});
