/** Work in a line: its order, and the ways out of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SerialQueue } from '../../../src/render/serialQueue.ts';

const done = () => Promise.resolve();

test('work goes in the order of its coming, each when the one before has ended', async () => {
  const queue = new SerialQueue();
  const order: string[] = [];
  const gate = Promise.withResolvers<undefined>();
  const works = [
    queue.run(
      async () => {
        order.push('a');
        await gate.promise;
        order.push('a ends');
      },
      { what: 'A' },
    ),
    ...['b', 'c'].map((name) => queue.run(() => Promise.resolve(void order.push(name)), { what: name })),
  ];
  assert.deepEqual([order, queue.busy, queue.length], [['a'], true, 2]);
  gate.resolve(undefined);
  await Promise.all(works);
  assert.deepEqual([order, queue.length], [['a', 'a ends', 'b', 'c'], 0]);
});

test('work that fails does not hold up the rest', async () => {
  const queue = new SerialQueue();
  const failing = queue.run(() => Promise.reject(new Error('no')), { what: 'A' });
  const next = queue.run(done, { what: 'B' });
  await assert.rejects(failing, /no/);
  await next;
});

test('what comes when the last has just ended is not forgotten', async () => {
  const queue = new SerialQueue();
  const order: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    await queue.run(() => Promise.resolve(void order.push(name)), { what: name });
  }
  assert.deepEqual(order, ['a', 'b', 'c']);
});

test('a signal takes work out of the line, and does nothing once it has begun', async () => {
  const queue = new SerialQueue();
  const gate = Promise.withResolvers<undefined>();
  const [first, second] = [new AbortController(), new AbortController()];
  const running = queue.run(() => gate.promise, { what: 'A', signal: first.signal });
  const waiting = queue.run(() => Promise.reject(new Error('it ran')), { what: 'B', signal: second.signal });
  const last = queue.run(done, { what: 'C' });
  first.abort();
  second.abort();
  await assert.rejects(waiting, { reason: 'cancelled', message: 'B was cancelled' });
  assert.equal(queue.length, 1);
  gate.resolve(undefined);
  await Promise.all([running, last]);
});

test('a signal that was aborted before keeps work out', async () => {
  const queue = new SerialQueue();
  const work = queue.run(() => Promise.reject(new Error('it ran')), { what: 'A', signal: AbortSignal.abort() });
  await assert.rejects(work, { reason: 'cancelled' });
});

test('after its end nothing begins, and what had begun may end', async () => {
  const queue = new SerialQueue();
  const gate = Promise.withResolvers<undefined>();
  const running = queue.run(() => gate.promise, { what: 'A' });
  const waiting = queue.run(() => Promise.reject(new Error('it ran')), { what: 'B' });
  queue.dispose();
  await assert.rejects(waiting, { reason: 'cancelled' });
  await assert.rejects(queue.run(done, { what: 'C' }), { reason: 'cancelled' });
  gate.resolve(undefined);
  await running;
});
