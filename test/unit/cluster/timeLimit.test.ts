/** Work with an end: in time, too late, cancelled, and work that takes notice of nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FailureReason, isFailure } from '../../../src/base/failure.ts';
import { withTimeLimit } from '../../../src/cluster/timeLimit.ts';
import { ManualClock } from '../../support/manualClock.ts';

function setUp() {
  const clock = new ManualClock();
  const cancel = new AbortController();
  return { clock, cancel, limit: { clock, ms: 10_000, signal: cancel.signal, what: 'the work' } };
}

function fails(promise: Promise<unknown>, reason: FailureReason, message: string): Promise<void> {
  return assert.rejects(promise, (error) => isFailure(error, reason) && error.message === message);
}

const never = (): Promise<never> => new Promise(() => undefined);

test('work that ends in time gives its value, and leaves no timer', async () => {
  const { clock, limit } = setUp();
  assert.equal(await withTimeLimit(limit, () => Promise.resolve(7)), 7);
  assert.equal(clock.pending, 0);
});

test('work that fails in time fails with its own error, and leaves no timer', async () => {
  const { clock, limit } = setUp();
  const error = new Error('own');
  await assert.rejects(
    withTimeLimit(limit, () => Promise.reject(error)),
    (caught) => caught === error,
  );
  assert.equal(clock.pending, 0);
});

test('work that is late fails, and is told', async () => {
  const { clock, limit } = setUp();
  let told: AbortSignal | undefined;
  const working = withTimeLimit(limit, (signal) => {
    told = signal;
    return never();
  });
  clock.advance(9_999);
  assert.equal(told?.aborted, false);
  clock.advance(1);
  await fails(working, 'timeout', 'the work took longer than 10 s');
  assert.equal(told.aborted, true);
});

test('work that is cancelled fails, whether or not it takes notice, and is told', async () => {
  const { cancel, limit } = setUp();
  let told: AbortSignal | undefined;
  const working = withTimeLimit(limit, (signal) => {
    told = signal;
    return never();
  });
  cancel.abort();
  await fails(working, 'cancelled', 'the work was cancelled');
  assert.equal(told?.aborted, true);
});

test('work that was cancelled before does not begin', async () => {
  const { cancel, limit } = setUp();
  cancel.abort();
  let begun = false;
  await fails(
    withTimeLimit(limit, () => {
      begun = true;
      return never();
    }),
    'cancelled',
    'the work was cancelled',
  );
  assert.equal(begun, false);
});

test('what the work opened stays open when its time passes after its end', async () => {
  const { clock, limit } = setUp();
  const signal = await withTimeLimit(limit, (given) => Promise.resolve({ given }));
  clock.advance(60_000);
  assert.equal(signal.given.aborted, false);
});
