/** Long work that leaves others their turns. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFailure } from '../../../src/base/failure.ts';
import { allSteps, Turns } from '../../../src/base/turns.ts';

/** A clock that its owner sets, and what happened in the order in which it did. */
function bed(signal?: AbortSignal) {
  const clock = { now: 0 };
  const happened: string[] = [];
  const turns = new Turns({ sliceMs: 10, what: 'Reading', signal, now: () => clock.now });
  return { clock, happened, turns };
}

function* work(steps: number, step: (at: number) => void): Generator<void, string> {
  for (let at = 1; at <= steps; at += 1) {
    step(at);
    yield;
  }
  return 'done';
}

test('others get a turn when a slice is over, and only then', async () => {
  const { clock, happened, turns } = bed();
  const steps = work(7, (at) => {
    clock.now += 4;
    happened.push(`step ${at}`);
    if (at === 1) {
      setImmediate(() => happened.push('other'));
    }
    if (at === 4) {
      setImmediate(() => happened.push('another'));
    }
  });
  assert.equal(await turns.run(steps), 'done');
  const expected = ['step 1', 'step 2', 'step 3', 'other', 'step 4', 'step 5', 'step 6', 'another', 'step 7'];
  assert.deepEqual(happened, expected);
});

test('between steps that wait for something else the same is asked for', async () => {
  const { clock, happened, turns } = bed();
  setImmediate(() => happened.push('other'));
  await turns.take();
  assert.deepEqual(happened, []);
  clock.now = 11;
  await turns.take();
  assert.deepEqual(happened, ['other']);
});

test('work that nobody wants any more ends at the next turn, with its name', async () => {
  const controller = new AbortController();
  const { clock, happened, turns } = bed(controller.signal);
  const steps = work(9, (at) => {
    clock.now += 6;
    happened.push(`step ${at}`);
    controller.abort();
  });
  await assert.rejects(turns.run(steps), (error) => isFailure(error, 'cancelled') && error.message.includes('Reading'));
  assert.deepEqual(happened, ['step 1', 'step 2']);
  await assert.rejects(turns.take(), (error) => isFailure(error, 'cancelled'));
});

test('what the work throws is thrown, and all steps can be done at once', async () => {
  const failing = (): Generator<void, string> =>
    work(2, () => {
      throw new Error('broken');
    });
  await assert.rejects(bed().turns.run(failing()), /broken/);
  assert.throws(() => allSteps(failing()), /broken/);
  let steps = 0;
  assert.equal(
    allSteps(
      work(3, () => {
        steps += 1;
      }),
    ),
    'done',
  );
  assert.equal(steps, 3);
});
