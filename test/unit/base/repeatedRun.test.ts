/** Work that is asked for more often than it can be done. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RepeatedRun } from '../../../src/base/repeatedRun.ts';
import { turns } from '../cluster/eagerClock.ts';

function setUp(fails: (count: number) => boolean = () => false) {
  const failures: unknown[] = [];
  const open: (() => void)[] = [];
  const world = { begun: 0, failures, finish: () => open.shift()?.() };
  const runs = new RepeatedRun(
    () => {
      world.begun += 1;
      if (fails(world.begun)) {
        throw new Error(`run ${world.begun}`);
      }
      return new Promise<void>((resolve) => void open.push(resolve));
    },
    (error) => failures.push(error),
  );
  return { runs, world };
}

test('what is asked during a run is one more run after it', async () => {
  const { runs, world } = setUp();
  runs.ask();
  assert.equal(world.begun, 0, 'nothing within the call');
  await turns();
  runs.ask();
  runs.ask();
  await turns();
  assert.equal(world.begun, 1);
  world.finish();
  await turns();
  assert.equal(world.begun, 2);
  world.finish();
  await turns();
  assert.equal(world.begun, 2);
  runs.ask();
  await turns();
  assert.equal(world.begun, 3, 'and later ones run as the first did');
});

test('a run that fails is told, and the next one runs', async () => {
  const { runs, world } = setUp((count) => count === 1);
  runs.ask();
  await turns();
  assert.match(String(world.failures[0]), /run 1/);
  runs.ask();
  await turns();
  assert.deepEqual([world.begun, world.failures.length], [2, 1]);
});

test('after its end nothing begins', async () => {
  const { runs, world } = setUp();
  runs.ask();
  await turns();
  runs.ask();
  runs.dispose();
  world.finish();
  runs.ask();
  await turns();
  assert.equal(world.begun, 1);
});
