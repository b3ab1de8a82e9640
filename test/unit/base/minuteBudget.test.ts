/** A budget of so many a minute: never more in any minute, in order, and given up when nobody waits. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MinuteBudget } from '../../../src/base/minuteBudget.ts';
import { ManualClock } from '../../support/manualClock.ts';

const never = new AbortController().signal;

/** Lets promises settle that wait for nothing. */
async function settle(): Promise<void> {
  await new Promise<void>((resolve) => void setImmediate(resolve));
}

function setUp(perMinute: number) {
  const clock = new ManualClock();
  const limit = { perMinute };
  const budget = new MinuteBudget(clock, () => limit.perMinute);
  const start = clock.now();
  const passed: string[] = [];
  const ask = (name: string, signal = never): Promise<void> =>
    budget.take(signal).then(() => void passed.push(`${name}@${(clock.now() - start) / 1000}`));
  return { clock, budget, limit, passed, ask };
}

test('so many pass at once, the others when the first of them is a minute ago', async () => {
  const { clock, passed, ask } = setUp(2);
  const all = [ask('a'), ask('b'), ask('c'), ask('d'), ask('e')];
  await settle();
  assert.deepEqual(passed, ['a@0', 'b@0']);
  clock.advance(59_999);
  await settle();
  assert.deepEqual(passed, ['a@0', 'b@0']);
  clock.advance(1);
  await settle();
  assert.deepEqual(passed, ['a@0', 'b@0', 'c@60', 'd@60']);
  clock.advance(60_000);
  await Promise.all(all);
  assert.deepEqual(passed.at(-1), 'e@120');
});

test('no minute has more, wherever it begins', async () => {
  const { clock, passed, ask } = setUp(3);
  const all: Promise<void>[] = [];
  for (let second = 0; second < 180; second += 1) {
    all.push(ask(''));
    await settle();
    clock.advance(1_000);
    await settle();
  }
  const times = passed.map((text) => Number(text.slice(1)));
  for (const from of times) {
    assert.ok(times.filter((time) => time >= from && time < from + 60).length <= 3, `from ${from}`);
  }
  assert.ok(times.length >= 9);
  clock.advance(3_600_000);
  await Promise.all(all);
});

test('who gives up is not counted, and does not keep the next one waiting', async () => {
  const { clock, passed, ask } = setUp(1);
  const first = ask('a');
  const ended = new AbortController();
  const second = ask('b', ended.signal);
  const third = ask('c');
  await first;
  ended.abort();
  await assert.rejects(second, { reason: 'cancelled' });
  await assert.rejects(ask('d', AbortSignal.abort()), { reason: 'cancelled' });
  clock.advance(60_000);
  await third;
  assert.deepEqual(passed, ['a@0', 'c@60']);
});

test('another limit counts from the next one on', async () => {
  const { clock, limit, passed, ask } = setUp(1);
  const all = [ask('a'), ask('b'), ask('c')];
  await settle();
  limit.perMinute = 5;
  clock.advance(60_000);
  await Promise.all(all);
  assert.deepEqual(passed, ['a@0', 'b@60', 'c@60']);
});

test('after its end nobody is let through', async () => {
  const { clock, budget, passed, ask } = setUp(1);
  await ask('a');
  const ended = new AbortController();
  const second = ask('b', ended.signal);
  budget.dispose();
  clock.advance(120_000);
  await settle();
  assert.deepEqual(passed, ['a@0']);
  ended.abort();
  await assert.rejects(second, { reason: 'cancelled' });
  await assert.rejects(ask('c'), { reason: 'cancelled' });
});
