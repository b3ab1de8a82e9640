/** Coalescing and backoff, with a clock that is turned by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from '../../../src/base/backoff.ts';
import { Coalescer } from '../../../src/base/coalescer.ts';
import { ManualClock } from '../../support/manualClock.ts';

function coalescer(windowMs = 100) {
  const clock = new ManualClock();
  const flushed: string[][] = [];
  const keys = new Coalescer<string>({ clock, windowMs, flush: (set) => flushed.push([...set]) });
  return { clock, flushed, keys };
}

test('the first key after a quiet time is handed over at once, a burst together', () => {
  const { clock, flushed, keys } = coalescer();
  keys.add('a');
  clock.advance(0);
  assert.deepEqual(flushed, [['a']]);
  keys.add('b');
  keys.add('c');
  keys.add('b');
  clock.advance(99);
  assert.deepEqual(flushed, [['a']]);
  clock.advance(1);
  assert.deepEqual(flushed, [['a'], ['b', 'c']]);
});

test('a storm is handed over once a window, and the last key is not lost', () => {
  const { clock, flushed, keys } = coalescer();
  for (let at = 0; at < 1000; at += 1) {
    keys.add(`k${at}`);
    clock.advance(1);
  }
  clock.advance(100);
  assert.ok(flushed.length <= 12, `${flushed.length} calls in a second`);
  assert.equal(new Set(flushed.flat()).size, 1000);
});

test('flushNow does not wait and leaves nothing to come twice', () => {
  const { clock, flushed, keys } = coalescer();
  keys.add('a');
  keys.flushNow();
  clock.advance(1000);
  assert.deepEqual(flushed, [['a']]);
});

test('after its end nothing comes and no timer is left', () => {
  const { clock, flushed, keys } = coalescer();
  keys.add('a');
  keys.dispose();
  keys.add('b');
  keys.flushNow();
  clock.advance(1000);
  assert.deepEqual(flushed, []);
  assert.equal(clock.pending, 0);
});

test('backoff doubles to its ceiling, with jitter, and starts anew after a success', () => {
  const calm = new Backoff({ firstMs: 100, maxMs: 1000, random: () => 1 });
  assert.deepEqual(
    Array.from({ length: 6 }, () => calm.next()),
    [100, 200, 400, 800, 1000, 1000],
  );
  assert.equal(calm.attempt, 6);
  calm.reset();
  assert.equal(calm.next(), 100);
  const early = new Backoff({ firstMs: 100, maxMs: 1000, random: () => 0 });
  assert.equal(early.next(), 75);
});

test('backoff stays at its ceiling after very many failures', () => {
  const backoff = new Backoff({ firstMs: 500, maxMs: 30_000, random: () => 1 });
  for (let i = 0; i < 5000; i += 1) {
    backoff.next();
  }
  assert.equal(backoff.next(), 30_000);
});
