/** The connection as one value: when a cluster counts as lost, and since when. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import type { WatchState } from '../../../src/cluster/clusterWatch.ts';
import type { Connection } from '../../../src/cluster/connection.ts';
import { type ConnectionInput, deriveConnection } from '../../../src/cluster/deriveConnection.ts';

const refused = new Failure('unreachable', 'connection refused');
const late = new Failure('timeout', 'late');
const forbidden = new Failure('forbidden', 'no');
const connected: Connection = { state: 'connected', context: 'homelab', serverVersion: 'v1' };

type Watch = ConnectionInput['watches'][number];

const synced: Watch = { state: { state: 'synced' }, retryAt: undefined };
const loading: Watch = { state: { state: 'loading' }, retryAt: undefined };
const stale = (failure: Failure, since: number, retryAt?: number): Watch => ({
  state: { state: 'stale', since, failure },
  retryAt,
});
const failed = (failure: Failure, retryAt?: number): Watch => ({
  state: { state: 'failed', verb: 'list', failure } satisfies WatchState,
  retryAt,
});

function checkConnection(name: string, input: Partial<ConnectionInput>, expected: Connection): void {
  test(name, () => {
    const usual: ConnectionInput = {
      context: 'homelab',
      phase: { state: 'connected', serverVersion: 'v1' },
      waitingFor: 'the API server',
      watches: [],
      lastConnected: undefined,
      now: 1000,
    };
    assert.deepEqual(deriveConnection({ ...usual, ...input }), expected);
  });
}

checkConnection(
  'connecting says what it waits for',
  { phase: { state: 'connecting', since: 5 }, waitingFor: 'the credential plugin aws' },
  { state: 'connecting', context: 'homelab', since: 5, waitingFor: 'the credential plugin aws' },
);
checkConnection(
  'a failure to connect passes on, with the time when it last worked',
  { phase: { state: 'failed', failure: refused, since: 5, retryAt: 9 }, lastConnected: 3 },
  { state: 'failed', context: 'homelab', failure: refused, since: 5, retryAt: 9, lastConnected: 3 },
);
checkConnection('no watch yet is connected', {}, connected);
checkConnection('watches that load are no loss', { watches: [loading, loading] }, connected);
checkConnection('one that works proves the connection', { watches: [stale(refused, 1), synced] }, connected);
checkConnection('one that loads may yet prove it', { watches: [stale(refused, 1), loading] }, connected);
checkConnection(
  'a kind that is forbidden is an answer',
  { watches: [stale(refused, 1), failed(forbidden)] },
  connected,
);
checkConnection('all forbidden is connected', { watches: [failed(forbidden), failed(forbidden)] }, connected);
checkConnection(
  'all cut off is lost: since the first, tried again with the first',
  { watches: [stale(refused, 30, 1500), stale(late, 20, 1200), failed(refused, 1900)], lastConnected: 25 },
  { state: 'failed', context: 'homelab', failure: refused, since: 20, retryAt: 1200, lastConnected: 25 },
);
checkConnection(
  'one that is just being tried is tried now',
  { watches: [stale(refused, 30, 1500), stale(refused, 40)] },
  { state: 'failed', context: 'homelab', failure: refused, since: 30, retryAt: 1000, lastConnected: 30 },
);
checkConnection(
  'lost before anything was complete: since now',
  { watches: [failed(refused, 1500)] },
  { state: 'failed', context: 'homelab', failure: refused, since: 1000, retryAt: 1500, lastConnected: 1000 },
);
