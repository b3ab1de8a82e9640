import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { reconcileOutcome, resumeOutcome, successText, type Outcome } from '../../../src/flux/outcomes.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { condition, fluxObject, type ObjectParts } from './fluxObject.ts';

const token = '2026-01-01T00:00:00.000000001Z';
const before = '2025-12-31T00:00:00Z';
const applied = 'main@sha1:5f2c1a9b8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a';
const ready = ['Ready=True ReconciliationSucceeded @2: Applied revision'];
const retrying = ['Reconciling=True ProgressingWithRetry: x', 'Ready=False HealthCheckFailed @2: timed out'];

interface Row {
  readonly is: string;
  readonly title?: string;
  /** `status.lastHandledReconcileAt`; our token unless given. */
  readonly handled?: string | null;
  /** The annotation; our token unless given. */
  readonly asked?: string;
  readonly conditions?: readonly string[];
  readonly parts?: ObjectParts;
  readonly expect: string;
}

function told(outcome: Outcome): string {
  return outcome.state === 'pending' ? 'pending' : `${outcome.state}: ${outcome.message}`;
}

function checkReconcile({ title, handled = token, asked = token, conditions = ready, parts = {}, expect }: Row): void {
  const object = fluxObject(title ?? 'Kustomization a/b', {
    generation: 2,
    uid: 'one',
    ...parts,
    annotations: { 'reconcile.fluxcd.io/requestedAt': asked },
    status: {
      observedGeneration: 2,
      lastAppliedRevision: applied,
      ...parts.status,
      ...(handled === null ? {} : { lastHandledReconcileAt: handled }),
    },
    conditions: conditions.map(condition),
  });
  assert.equal(told(reconcileOutcome(object, { token, before, uid: 'one' })), expect);
}

const rows: readonly Row[] = [
  { is: 'has succeeded once it was handled and is ready', expect: 'succeeded: applied revision main@5f2c1a9' },
  { is: 'is pending before it is handled, though Ready is true', handled: before, expect: 'pending' },
  { is: 'is pending when nothing was ever handled', handled: null, expect: 'pending' },
  { is: 'is pending while only an earlier request of somebody else is handled', handled: 'another', expect: 'pending' },
  {
    is: 'has ended with the request that replaced it',
    handled: 'newer',
    asked: 'newer',
    expect: 'succeeded: applied revision main@5f2c1a9',
  },
  { is: 'has ended though a newer request waits', asked: 'newer', expect: 'succeeded: applied revision main@5f2c1a9' },
  {
    is: 'is pending while the newer request runs',
    handled: 'newer',
    asked: 'newer',
    conditions: ['Reconciling=True Progressing', 'Ready=Unknown Progressing'],
    expect: 'pending',
  },
  {
    is: 'has failed for good while the controller retries, where the CLI would go on waiting',
    conditions: retrying,
    parts: { status: { observedGeneration: 1 } },
    expect: 'failed: timed out',
  },
  {
    is: 'has not failed by a failure from before it was handled',
    handled: before,
    conditions: retrying,
    expect: 'pending',
  },
  {
    is: 'has failed when the release is stalled',
    title: 'HelmRelease a/b',
    conditions: ['Stalled=True RetriesExceeded: Failed to upgrade', 'Ready=False UpgradeFailed @2: x'],
    expect: 'failed: Failed to upgrade',
  },
  {
    is: 'has failed on a dependency, and says which',
    conditions: [
      'Reconciling=True ProgressingWithRetry',
      "Ready=False DependencyNotReady @2: dependency 'a/c' is not ready",
    ],
    expect: "failed: dependency 'a/c' is not ready",
  },
  {
    is: 'has failed on values, which helm-controller leaves as progressing',
    title: 'HelmRelease a/b',
    conditions: ['Reconciling=True Progressing: Fulfilling prerequisites', 'Ready=False ValuesError @2: no Secret'],
    expect: 'failed: no Secret',
  },
  {
    is: 'is pending between the uninstall and the install of a release whose target changed',
    title: 'HelmRelease a/b',
    conditions: ['Reconciling=True Progressing', 'Ready=False UninstallSucceeded @2: uninstalled'],
    expect: 'pending',
  },
  {
    is: 'is pending when the object changed since and the new generation is not done',
    conditions: ['Ready=True @1'],
    parts: { generation: 2, status: { observedGeneration: 1 } },
    expect: 'pending',
  },
  {
    is: 'is no success for an object that was suspended meanwhile: the token is noted all the same',
    parts: { spec: { suspend: true } },
    expect: 'failed: it was suspended meanwhile, so it may not have been reconciled',
  },
  {
    is: 'has failed when the object is being deleted',
    handled: before,
    parts: { deletionTimestamp: 'x' },
    expect: 'failed: it is being deleted',
  },
  {
    is: 'has failed when another object has the name now',
    parts: { uid: 'two' },
    expect: 'failed: it was deleted and created again',
  },
  {
    is: 'has failed without a word of the controller',
    conditions: ['Ready=False Failed @2'],
    expect: 'failed: the controller gave no reason',
  },
  { is: 'is pending without any condition', conditions: [], expect: 'pending' },
];

describe('a requested reconcile', () => {
  for (const row of rows) {
    it(row.is, () => checkReconcile(row));
  }
  it('has failed when the object is gone', () => {
    assert.equal(told(reconcileOutcome(undefined, { token, before })), 'failed: it was deleted');
  });
  it('is pending while nothing is handled, though somebody removed the annotation', () => {
    const object = fluxObject('GitRepository a/b', { conditions: ready.map(condition) });
    assert.equal(told(reconcileOutcome(object, { token, before })), 'pending');
  });
  it('is handled when it was the first ever', () => {
    const object = fluxObject('GitRepository a/b', {
      status: { lastHandledReconcileAt: token, artifact: { revision: applied } },
      conditions: ready.map(condition),
    });
    assert.equal(
      told(reconcileOutcome(object, { token, before: undefined })),
      'succeeded: fetched revision main@5f2c1a9',
    );
  });
});

describe('a resume', () => {
  const resumed = (conditions: readonly string[], parts: ObjectParts = {}, title = 'Kustomization a/b'): FluxObject =>
    fluxObject(title, {
      generation: 2,
      ...parts,
      status: { observedGeneration: 2, lastAppliedRevision: applied, ...parts.status },
      conditions: conditions.map(condition),
    });
  const rows: readonly [is: string, object: FluxObject | undefined, expected: string][] = [
    ['has succeeded when the new generation is ready', resumed(ready), 'succeeded: applied revision main@5f2c1a9'],
    [
      'is pending with the last state of before',
      resumed(['Ready=True @1'], { status: { observedGeneration: 1 } }),
      'pending',
    ],
    [
      'is pending when only the generation was observed: a suspended object has that too',
      resumed(['Ready=True @1']),
      'pending',
    ],
    [
      'has succeeded by the observed generation when the condition has none',
      resumed(['Ready=True @0']),
      'succeeded: applied revision main@5f2c1a9',
    ],
    ['is pending when neither tells', resumed(['Ready=True'], { status: { observedGeneration: -1 } }), 'pending'],
    ['is pending before the patch arrives', resumed(ready, { generation: 1 }), 'pending'],
    ['is pending without a Ready condition', resumed([]), 'pending'],
    [
      'is pending with the failure of before',
      resumed(['Ready=False BuildFailed @1: x'], { status: { observedGeneration: 1 } }),
      'pending',
    ],
    ['has failed with a failure of now', resumed(retrying, { status: { observedGeneration: 1 } }), 'failed: timed out'],
    [
      'is pending with the stall of before',
      resumed(['Stalled=True RetriesExceeded @1: x', 'Ready=False @2: x']),
      'pending',
    ],
    ['has failed with a stall of now', resumed(['Stalled=True RetriesExceeded @2: no retries']), 'failed: no retries'],
    [
      'has failed when somebody suspended it again',
      resumed(ready, { generation: 3, spec: { suspend: true } }),
      'failed: it was suspended again',
    ],
    ['has failed when it is being deleted', resumed(ready, { deletionTimestamp: 'x' }), 'failed: it is being deleted'],
    ['has failed when it is gone', undefined, 'failed: it was deleted'],
    // trap 9
    ['waits for nothing with an Alert', fluxObject('Alert a/b', { generation: 2 }), 'succeeded: resumed'],
  ];
  for (const [is, object, expected] of rows) {
    it(is, () => assert.equal(told(resumeOutcome(object, 2)), expected));
  }
});

describe('success is told as', () => {
  const rows: readonly [title: string, parts: ObjectParts, expected: string][] = [
    ['Kustomization a/b', { status: { lastAppliedRevision: applied } }, 'applied revision main@5f2c1a9'],
    [
      'HelmRelease a/b',
      { status: { history: [{ version: 1, status: 'deployed', chartVersion: '7.0.0' }] } },
      'applied revision 7.0.0',
    ],
    ['HelmRelease a/b', { status: { lastAttemptedRevision: '7.0.1' } }, 'applied revision 7.0.1'],
    [
      'OCIRepository a/b',
      { status: { artifact: { revision: 'latest@sha256:0cc9a8446c95' } } },
      'fetched revision latest@sha256:0cc9a844',
    ],
    ['Kustomization a/b', {}, 'reconciled'],
  ];
  for (const [title, parts, expected] of rows) {
    it(`${expected}: ${title} with ${JSON.stringify(parts)}`, () => {
      assert.equal(successText(fluxObject(title, parts)), expected);
    });
  }
});
