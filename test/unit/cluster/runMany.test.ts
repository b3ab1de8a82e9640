/** One action on many objects: how many at a time, what a stop leaves out, and what becomes of a broken one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActionResult } from '../../../src/cluster/actionResult.ts';
import { runMany } from '../../../src/cluster/runMany.ts';

/** Work that ends when the test says so, item by item. */
class HeldWork {
  readonly begun: string[] = [];
  readonly counts: number[] = [];
  readonly #ends = new Map<string, { resolve: (result: ActionResult) => void; reject: (error: Error) => void }>();

  readonly work = (item: string): Promise<ActionResult> => {
    this.begun.push(item);
    return new Promise((resolve, reject) => this.#ends.set(item, { resolve, reject }));
  };
  readonly ended = (count: number): void => void this.counts.push(count);

  async end(item: string, result: ActionResult = { state: 'succeeded', message: item }): Promise<void> {
    this.#ends.get(item)?.resolve(result);
    await turn();
  }

  async break(item: string): Promise<void> {
    this.#ends.get(item)?.reject(new Error(`bug in ${item}`));
    await turn();
  }
}

/** All that is due has happened. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const items = ['a', 'b', 'c', 'd', 'e', 'f'];
const done = (message: string): ActionResult => ({ state: 'succeeded', message });

test('four at a time; each that ends makes room for the next, and the results keep the order', async () => {
  const held = new HeldWork();
  const results = runMany(items, new AbortController().signal, held.work, held.ended);
  await turn();
  assert.deepEqual(held.begun, ['a', 'b', 'c', 'd']);
  await held.end('c');
  assert.deepEqual(held.begun, ['a', 'b', 'c', 'd', 'e']);
  for (const item of ['e', 'f', 'd', 'b', 'a']) {
    await held.end(item, item === 'b' ? { state: 'failed', message: 'no' } : done(item));
  }
  assert.deepEqual(await results, [done('a'), { state: 'failed', message: 'no' }, ...['c', 'd', 'e', 'f'].map(done)]);
  assert.deepEqual(held.counts, [1, 2, 3, 4, 5, 6]);
});

test('after a stop nothing more is begun, and what has begun ends in its own way', async () => {
  const held = new HeldWork();
  const stop = new AbortController();
  const results = runMany(items, stop.signal, held.work, held.ended);
  await turn();
  stop.abort();
  for (const item of ['a', 'b', 'c']) {
    await held.end(item);
  }
  await held.end('d', { state: 'stopped', message: '' });
  const notBegun = { state: 'notBegun' };
  assert.deepEqual(await results, [
    ...['a', 'b', 'c'].map(done),
    { state: 'stopped', message: '' },
    notBegun,
    notBegun,
  ]);
});

test('nothing for nobody, and nothing at all after an early stop', async () => {
  const held = new HeldWork();
  assert.deepEqual(await runMany([], new AbortController().signal, held.work, held.ended), []);
  assert.deepEqual(await runMany(['a'], AbortSignal.abort(), held.work, held.ended), [{ state: 'notBegun' }]);
  assert.deepEqual(held.begun, []);
});

test('a bug in one is told once the others have ended', async () => {
  const held = new HeldWork();
  const results = runMany(['a', 'b'], new AbortController().signal, held.work, held.ended);
  let settled = false;
  const told = assert.rejects(results, /bug in a/).then(() => (settled = true));
  await turn();
  await held.break('a');
  assert.equal(settled, false);
  await held.end('b');
  await told;
});
