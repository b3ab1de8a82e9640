/** Go's durations as Flux specs hold them, and how long the next reconcile is away at most. */
import { fluxState } from './fluxState.ts';
import { groupOf } from './kinds.ts';
import type { FluxObject } from './objects.ts';

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3, // micro sign
  μs: 1e-3, // Greek mu
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** Milliseconds of `1h30m`, `-1.5h`, `300ms`, `0`; `undefined` for what Go's `time.ParseDuration` refuses. */
export function parseDuration(text: string): number | undefined {
  const { sign, amounts } = /^(?<sign>[+-]?)(?<amounts>.+)$/.exec(text)?.groups ?? {};
  if (amounts === undefined) {
    return undefined;
  }
  const factor = sign === '-' ? -1 : 1;
  if (amounts === '0') {
    return 0;
  }
  const amount = /(?<digits>\d+(?:\.\d*)?|\.\d+)(?<unit>ns|us|µs|μs|ms|s|m|h)/y;
  let total = 0;
  while (amount.lastIndex < amounts.length) {
    const { digits, unit } = amount.exec(amounts)?.groups ?? {};
    const ms = unit === undefined ? undefined : unitMs[unit];
    if (digits === undefined || ms === undefined) {
      return undefined;
    }
    total += Number(digits) * ms;
  }
  return factor * total;
}

/**
 * - `interval`, `retryInterval`: at most about `withinMs` milliseconds after the last one; the controllers spread the
 *   interval by some percent (`--interval-jitter-percentage`)
 * - `backoff`: it failed, and is tried again after growing delays that no field tells
 */
export type NextReconcile =
  { readonly by: 'interval' | 'retryInterval'; readonly withinMs: number } | { readonly by: 'backoff' };

/** When the controller comes back by itself; `undefined` when it does not (suspended, stalled, static, being deleted) or no interval says. */
export function nextReconcile(object: FluxObject): NextReconcile | undefined {
  const state = fluxState(object);
  if (state.suspended || state.name === 'stalled' || state.name === 'static' || state.name === 'terminating') {
    return undefined;
  }
  const interval = positive(object.spec?.interval);
  if (state.name !== 'failed') {
    return interval === undefined ? undefined : { by: 'interval', withinMs: interval };
  }
  if (groupOf(object.apiVersion) !== 'kustomize.toolkit.fluxcd.io') {
    return { by: 'backoff' };
  }
  const retry = positive(object.spec?.retryInterval);
  if (retry !== undefined) {
    return { by: 'retryInterval', withinMs: retry };
  }
  return interval === undefined ? undefined : { by: 'interval', withinMs: interval };
}

function positive(text: string | undefined): number | undefined {
  const ms = text === undefined ? undefined : parseDuration(text);
  return ms !== undefined && ms > 0 ? ms : undefined;
}
