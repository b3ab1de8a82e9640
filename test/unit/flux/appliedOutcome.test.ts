/** When a parent has done its part for what lies below it, and when what others depend on has done its own. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FluxStatus } from '../../../src/flux/objects.ts';
import { appliedOutcome, dependencyOutcome, type Outcome, reconcileOutcome } from '../../../src/flux/outcomes.ts';
import { condition, fluxObject } from './fluxObject.ts';

const token = 'ours';
const request = { token, before: 'earlier', uid: 'one' };
const wanted = `main@sha1:${'a'.repeat(40)}`;
const old = `main@sha1:${'b'.repeat(40)}`;

interface Row {
  readonly is: string;
  readonly conditions?: readonly string[];
  /** Whether our token stands in the status. */
  readonly handled?: boolean;
  readonly status?: FluxStatus;
  readonly suspend?: boolean;
  readonly deleted?: boolean;
  readonly expect: string;
}

function objectOf({ conditions = [], handled = false, status, suspend = false, deleted = false }: Row) {
  return fluxObject('Kustomization flux-system/apps', {
    generation: 2,
    uid: 'one',
    annotations: { 'reconcile.fluxcd.io/requestedAt': token },
    ...(deleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    spec: { suspend },
    status: { observedGeneration: 2, lastHandledReconcileAt: handled ? token : 'earlier', ...status },
    conditions: conditions.map(condition),
  });
}

function told(outcome: Outcome): string {
  return outcome.state === 'pending' ? 'pending' : `${outcome.state}: ${outcome.message}`;
}

const checking = (revision: string, generation = 2): readonly string[] => [
  `Reconciling=True Progressing @${generation}: Running health checks for revision ${revision} with a timeout of 5m0s`,
  'Ready=Unknown Progressing @2',
];
const unhealthy = ['Reconciling=True ProgressingWithRetry: x', 'Ready=False HealthCheckFailed @2: timeout waiting'];

const parents: readonly Row[] = [
  {
    is: 'runs its health checks for the revision',
    conditions: checking(wanted),
    expect: 'succeeded: applied revision main@aaaaaaa',
  },
  { is: 'runs them for the revision before', conditions: checking(old), expect: 'pending' },
  { is: 'runs them for a spec of before', conditions: checking(wanted, 1), expect: 'pending' },
  {
    is: 'builds',
    conditions: ['Reconciling=True Progressing @2: Building manifests for revision x'],
    expect: 'pending',
  },
  {
    is: 'runs its health checks while it is suspended',
    conditions: checking(wanted),
    suspend: true,
    expect: 'pending',
  },
  {
    is: 'runs its health checks while it is deleted',
    conditions: checking(wanted),
    deleted: true,
    expect: 'failed: it is being deleted',
  },
  {
    is: 'has applied the revision, and a neighbour is not healthy',
    conditions: unhealthy,
    handled: true,
    status: { lastAttemptedRevision: wanted, lastAppliedRevision: old },
    expect: 'succeeded: applied revision main@aaaaaaa',
  },
  {
    is: 'found a neighbour not healthy with the revision before',
    conditions: unhealthy,
    handled: true,
    status: { lastAttemptedRevision: old },
    expect: 'failed: timeout waiting',
  },
  {
    is: 'could not build the revision',
    conditions: ['Reconciling=True ProgressingWithRetry: x', 'Ready=False BuildFailed @2: no such file'],
    handled: true,
    status: { lastAttemptedRevision: wanted },
    expect: 'failed: no such file',
  },
  {
    is: 'is ready',
    conditions: ['Ready=True ReconciliationSucceeded @2: x'],
    handled: true,
    status: { lastAppliedRevision: wanted },
    expect: 'succeeded: applied revision main@aaaaaaa',
  },
];

describe('a parent on the way to an object', () => {
  for (const row of parents) {
    it(row.is, () => assert.equal(told(appliedOutcome(objectOf(row), request, wanted)), row.expect));
  }

  it('is waited for to its end where nobody knows the revision of its source', () => {
    const [row] = parents;
    assert.ok(row);
    assert.equal(told(appliedOutcome(objectOf(row), request, undefined)), 'pending');
  });

  it('was deleted', () => {
    assert.equal(told(appliedOutcome(undefined, request, wanted)), 'failed: it was deleted');
  });
});

const ready = ['Ready=True ReconciliationSucceeded @2: x'];
const dependencies: readonly Row[] = [
  {
    is: 'has applied the revision',
    conditions: ready,
    status: { lastAppliedRevision: wanted },
    expect: 'succeeded: applied revision main@aaaaaaa',
  },
  {
    is: 'is ready with the revision before',
    conditions: ready,
    status: { lastAppliedRevision: old },
    expect: 'pending',
  },
  { is: 'runs', conditions: checking(wanted), expect: 'pending' },
  {
    is: 'has tried the revision and failed',
    conditions: unhealthy,
    status: { lastAttemptedRevision: wanted },
    expect: 'failed: timeout waiting',
  },
  {
    is: 'failed with the revision before',
    conditions: unhealthy,
    status: { lastAttemptedRevision: old },
    expect: 'pending',
  },
  {
    is: 'waits for one of its own',
    conditions: ["Ready=False DependencyNotReady @2: dependency 'a/b' is not ready"],
    status: { lastAttemptedRevision: wanted },
    expect: 'pending',
  },
  { is: 'is suspended meanwhile', conditions: ready, suspend: true, expect: 'failed: it is suspended' },
  { is: 'is being deleted', conditions: ready, deleted: true, expect: 'failed: it is being deleted' },
];

describe('what another object depends on', () => {
  for (const row of dependencies) {
    it(row.is, () => assert.equal(told(dependencyOutcome(objectOf(row), wanted)), row.expect));
  }

  it('need only be ready where it takes from another source', () => {
    const row: Row = { is: '', conditions: ready, status: { lastAppliedRevision: old }, expect: '' };
    assert.equal(told(dependencyOutcome(objectOf(row), undefined)), 'succeeded: applied revision main@bbbbbbb');
    assert.equal(told(dependencyOutcome(undefined, undefined)), 'failed: it was deleted');
  });
});

describe('what a failure calls for', () => {
  const release = (...conditions: readonly string[]) =>
    fluxObject('HelmRelease a/b', {
      generation: 2,
      annotations: { 'reconcile.fluxcd.io/requestedAt': token },
      status: { observedGeneration: 2, lastHandledReconcileAt: token },
      conditions: conditions.map(condition),
    });
  for (const [is, conditions, expected] of [
    ['retries that are used up', ['Stalled=True RetriesExceeded @2: gave up'], 'exhausted'],
    ['a release that stalls of something else', ['Stalled=True MissingRollbackTarget @2: none'], undefined],
    ['an upgrade that failed and is tried again', ['Ready=False UpgradeFailed @2: x'], undefined],
    ['a chart that is not made yet', ['Ready=False SourceNotReady @2: x'], 'sourceNotReady'],
    ['a dependency', ['Ready=False DependencyNotReady @2: x'], 'dependencyNotReady'],
  ] as const) {
    it(is, () => {
      const outcome = reconcileOutcome(release(...conditions), { token, before: undefined });
      assert.equal(outcome.state === 'failed' ? outcome.because : outcome.state, expected);
    });
  }
});
