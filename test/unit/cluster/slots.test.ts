/** No more pieces of work at a time than there are places, in the order of asking. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isFailure } from '../../../src/base/failure.ts';
import { Slots } from '../../../src/cluster/slots.ts';

const never = new AbortController().signal;

describe('slots', () => {
  it('let so many run at a time, the others in order', async () => {
    const slots = new Slots(2);
    const begun: number[] = [];
    const gates = [0, 1, 2, 3, 4].map(() => Promise.withResolvers<undefined>());
    const all = gates.map(({ promise }, index) =>
      slots.run(never, async () => {
        begun.push(index);
        await promise;
        return index;
      }),
    );
    await Promise.resolve();
    assert.deepEqual(begun, [0, 1]);
    gates[1]?.resolve(undefined);
    await all[1];
    await Promise.resolve();
    assert.deepEqual(begun, [0, 1, 2]);
    gates.forEach(({ resolve }) => resolve(undefined));
    assert.deepEqual(await Promise.all(all), [0, 1, 2, 3, 4]);
    assert.deepEqual(begun, [0, 1, 2, 3, 4]);
  });

  it('pass on after work that failed', async () => {
    const slots = new Slots(1);
    await assert.rejects(
      slots.run(never, () => Promise.reject(new Error('broken'))),
      /broken/,
    );
    assert.equal(await slots.run(never, () => Promise.resolve('next')), 'next');
  });

  it('do not begin what was cancelled while it waited', async () => {
    const slots = new Slots(1);
    const gate = Promise.withResolvers<undefined>();
    const first = slots.run(never, () => gate.promise);
    const abort = new AbortController();
    let begun = false;
    const second = slots.run(abort.signal, () => {
      begun = true;
      return Promise.resolve();
    });
    abort.abort();
    gate.resolve(undefined);
    await first;
    await assert.rejects(second, (error) => isFailure(error, 'cancelled'));
    assert.equal(begun, false);
    assert.equal(await slots.run(never, () => Promise.resolve('free')), 'free');
  });
});
