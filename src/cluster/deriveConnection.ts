/**
 * The one place where the connection's value comes from: how far connecting is, and what the watches say since.
 * Pure; when a cluster counts as lost, and since when, is decided nowhere else.
 */
import type { Failure } from '../base/failure.ts';
import type { WatchState } from './clusterWatch.ts';
import type { Connection } from './connection.ts';

/** How far a session is by itself. */
export type Phase =
  | { readonly state: 'connecting'; readonly since: number }
  | { readonly state: 'connected'; readonly serverVersion: string }
  | {
      readonly state: 'failed';
      readonly failure: Failure;
      readonly since: number;
      readonly retryAt: number | undefined;
    };

export interface ConnectionInput {
  readonly context: string;
  readonly phase: Phase;
  /** What connecting waits for, in words. */
  readonly waitingFor: string;
  readonly watches: readonly { readonly state: WatchState; readonly retryAt: number | undefined }[];
  /** When the cluster last answered as it should, `undefined` if never. */
  readonly lastConnected: number | undefined;
  readonly now: number;
}

export function deriveConnection(input: ConnectionInput): Connection {
  const { context, phase, lastConnected } = input;
  switch (phase.state) {
    case 'connecting':
      return { state: 'connecting', context, since: phase.since, waitingFor: input.waitingFor };
    case 'failed':
      return { ...phase, context, lastConnected };
    case 'connected':
      return lost(input) ?? { state: 'connected', context, serverVersion: phase.serverVersion };
  }
}

/** Lost when every watch is cut off: one that works proves the connection, and a kind's own trouble is the kind's. */
function lost({ context, watches, lastConnected, now }: ConnectionInput): Connection | undefined {
  const failures = watches.map(({ state }) =>
    state.state === 'stale' || state.state === 'failed' ? state : undefined,
  );
  const first = failures[0];
  if (!first || !failures.every((state) => state !== undefined && isCutOff(state.failure))) {
    return undefined;
  }
  const since = Math.min(...failures.map((state) => (state?.state === 'stale' ? state.since : (lastConnected ?? now))));
  return {
    state: 'failed',
    context,
    failure: first.failure,
    lastConnected: lastConnected ?? since,
    since,
    retryAt: Math.min(...watches.map(({ retryAt }) => retryAt ?? now)), // one that is not waiting is trying
  };
}

function isCutOff(failure: Failure): boolean {
  return failure.reason === 'unreachable' || failure.reason === 'timeout';
}
