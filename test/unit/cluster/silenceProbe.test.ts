/** A connection that died without a word: when it is asked for, and when nobody asks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import type { ClusterApi } from '../../../src/cluster/clusterApi.ts';
import { SilenceProbe } from '../../../src/cluster/silenceProbe.ts';
import { ManualClock } from '../../support/manualClock.ts';

function probe(answer: Failure | undefined, isConnected = true) {
  const clock = new ManualClock();
  let asked = 0;
  let declareDead = (): void => undefined;
  const dead = new Promise<void>((resolve) => (declareDead = resolve));
  const api = {
    serverVersion: () => {
      asked += 1;
      return answer ? Promise.reject(answer) : Promise.resolve({ gitVersion: 'v1', major: '1', minor: '0' });
    },
  } as Pick<ClusterApi, 'serverVersion'> as ClusterApi;
  const silence = new SilenceProbe({ api, clock, isConnected: () => isConnected, onDead: declareDead });
  return { silence, clock, dead, asked: () => asked };
}

const gone = new Failure('timeout', 'no answer');

test('a silence of more than a minute is asked about, and no answer means that it is dead', async () => {
  const { silence, clock, dead, asked } = probe(gone);
  silence.start();
  for (const expected of [0, 0, 1]) {
    clock.advance(25_000);
    assert.equal(asked(), expected);
    await new Promise(setImmediate); // the next look is arranged once this one is over
  }
  await dead;
  silence.dispose();
});

test('a server that speaks is not asked', () => {
  const { silence, clock, asked } = probe(undefined);
  silence.start();
  for (let minute = 0; minute < 5; minute += 1) {
    clock.advance(20_000);
    silence.heard();
  }
  assert.equal(asked(), 0);
  silence.dispose();
});

test('somebody who comes back to the window need not wait for that minute', async () => {
  const { silence, clock, dead, asked } = probe(gone);
  clock.advance(9_000);
  silence.lookNow();
  assert.equal(asked(), 0); // it spoke just now
  clock.advance(2_000);
  silence.lookNow();
  assert.equal(asked(), 1);
  await dead;
  silence.dispose();
});

test('without a connection nobody asks', () => {
  const { silence, clock, asked } = probe(gone, false);
  clock.advance(200_000);
  silence.lookNow();
  assert.equal(asked(), 0);
  silence.dispose();
});
