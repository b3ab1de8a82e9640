/** Lifetimes and events: nothing leaks, nothing fires after the end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Disposables, toDisposable } from '../../../src/base/disposables.ts';
import { Emitter } from '../../../src/base/emitter.ts';

test('a disposable made of a function runs it once', () => {
  let ran = 0;
  const item = toDisposable(() => (ran += 1));
  item.dispose();
  item.dispose();
  assert.equal(ran, 1);
});

test('a list disposes its items in reverse order, once', () => {
  const order: string[] = [];
  const list = new Disposables();
  list.add(toDisposable(() => order.push('first')));
  list.add(toDisposable(() => order.push('second')));
  list.dispose();
  list.dispose();
  assert.deepEqual(order, ['second', 'first']);
});

test('what is added after the end is disposed at once', () => {
  const list = new Disposables();
  list.dispose();
  let ended = false;
  list.add(toDisposable(() => (ended = true)));
  assert.equal(ended, true);
});

test('a released item ends early and not again with the list', () => {
  const list = new Disposables();
  let ended = 0;
  const item = list.add({ dispose: () => void (ended += 1) });
  list.release(item);
  list.dispose();
  assert.equal(ended, 1);
});

test('an emitter reaches its listeners in order and stops when one ends', () => {
  const emitter = new Emitter<number>();
  const seen: string[] = [];
  const first = emitter.event((value) => seen.push(`a${value}`));
  const second = emitter.event((value) => seen.push(`b${value}`));
  emitter.fire(1);
  first.dispose();
  emitter.fire(2);
  second.dispose();
  emitter.fire(3);
  assert.deepEqual(seen, ['a1', 'b1', 'b2']);
});

test('the same function may listen twice; each subscription ends alone', () => {
  const emitter = new Emitter<number>();
  let count = 0;
  const listener = (): void => void (count += 1);
  const first = emitter.event(listener);
  const second = emitter.event(listener);
  first.dispose();
  emitter.fire(0);
  assert.equal(count, 1);
  second.dispose();
});

test('a listener that throws does not keep the value from the others', () => {
  const emitter = new Emitter<number>();
  let reached = false;
  const bad = emitter.event(() => {
    throw new Error('broken listener');
  });
  const good = emitter.event(() => (reached = true));
  assert.throws(() => emitter.fire(1), /broken listener/);
  assert.equal(reached, true);
  const alsoBad = emitter.event(() => {
    throw new Error('another');
  });
  assert.throws(() => emitter.fire(1), AggregateError);
  for (const subscription of [bad, good, alsoBad]) {
    subscription.dispose();
  }
});

test('a listener that another one ends while a value is on its way does not get it', () => {
  const emitter = new Emitter<number>();
  const seen: string[] = [];
  const first = emitter.event(() => late.dispose());
  const late = emitter.event(() => seen.push('late'));
  emitter.fire(1);
  assert.deepEqual(seen, []);
  first.dispose();
});

test('after its end an emitter neither fires nor takes listeners', () => {
  const emitter = new Emitter<number>();
  const seen: number[] = [];
  const early = emitter.event((value) => seen.push(value));
  emitter.dispose();
  const late = emitter.event((value) => seen.push(value));
  emitter.fire(1);
  assert.deepEqual(seen, []);
  early.dispose();
  late.dispose();
});
