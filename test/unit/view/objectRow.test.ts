/** One object's row: its words, what it offers, its badge, and what a screen reader says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActionEntry } from '../../../src/cluster/runningActions.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { failureText, gistOf, wordsOfReason } from '../../../src/view/failureGist.ts';
import { condition, failing, gitRepository, helmRelease, kustomization, ready } from '../../support/builders.ts';
import { clusterTree, minutesAgo, now, rowLabelled, type Shown } from '../../support/shownTree.ts';

const at = (shown: Shown, label: string) => rowLabelled(clusterTree(shown), label);

const offersOf = (object: FluxObject, more: Shown = {}): string[] =>
  [...clusterTree({ ...more, objects: [object] }).rows.values()]
    .flatMap((row) => row.contextValue.split(' '))
    .filter((word) => /^(?:can|running)/.test(word));

const all = ['canReconcile', 'canReconcileSource', 'canSuspend'];
const allOfRelease = ['canReconcile', 'canReconcileSource', 'canForce', 'canSuspend'];

for (const [name, object, more, expected] of [
  ['a ready Kustomization', kustomization('a'), {}, all],
  ['a failing release', helmRelease('a', { conditions: failing('InstallFailed', 'no') }), {}, allOfRelease],
  ['a suspended release', helmRelease('a', { spec: { suspend: true } }), {}, ['canResume']],
  ['suspended: only to be resumed', kustomization('a', { spec: { suspend: true } }), {}, ['canResume']],
  ['read-only', kustomization('a'), { readOnly: true }, []],
  ['a user who may not patch', kustomization('a'), { mayPatch: () => false }, []],
  ['a user who may patch', kustomization('a'), { mayPatch: () => true }, all],
  ['being deleted', kustomization('a', { metadata: { deletionTimestamp: minutesAgo(1) } }), {}, []],
  [
    'from an ExternalArtifact, which nobody can reconcile from here',
    kustomization('a', { spec: { sourceRef: { kind: 'ExternalArtifact', name: 'x' } } }),
    {},
    ['canReconcile', 'canSuspend'],
  ],
  [
    'while an action runs',
    kustomization('a'),
    { actions: { a: { state: 'running', verb: 'reconcile', since: now, message: '', cancel: () => undefined } } },
    ['running'],
  ],
  [
    'after an action',
    kustomization('a'),
    { actions: { a: { state: 'ended', verb: 'reconcile', since: now, result: { state: 'succeeded', message: 'x' } } } },
    all,
  ],
] as const satisfies readonly (readonly [string, FluxObject, Shown, readonly string[]])[]) {
  test(`what cannot be done now is absent: ${name}`, () => {
    assert.deepEqual(offersOf(object, more), expected);
  });
}

for (const [name, object, more, expected] of [
  ['ready', kustomization('a'), {}, []],
  ['ready and suspended', kustomization('a', { spec: { suspend: true } }), {}, []],
  ['failing', kustomization('a', { conditions: failing('BuildFailed', 'no') }), {}, ['explainable', 'troubled']],
  [
    'waiting',
    kustomization('a', { conditions: failing('DependencyNotReady', "dependency 'b/c' is not ready") }),
    {},
    ['explainable', 'troubled'],
  ],
  [
    'failing and suspended',
    kustomization('a', { spec: { suspend: true }, conditions: failing('BuildFailed', 'no') }),
    {},
    ['explainable'],
  ],
  ['not reconciled yet', kustomization('a', { conditions: [] }), {}, ['explainable']],
  [
    'failing, in a read-only window',
    kustomization('a', { conditions: failing('BuildFailed', 'no') }),
    { readOnly: true },
    ['explainable', 'troubled'],
  ],
] as const satisfies readonly (readonly [string, FluxObject, Shown, readonly string[]])[]) {
  test(`why it is not ready is asked of what is not, and at hand where something is wrong: ${name}`, () => {
    const words = at({ objects: [object], ...more }, 'a').contextValue.split(' ');
    assert.deepEqual(
      words.filter((word) => ['explainable', 'troubled'].includes(word)),
      expected,
    );
  });
}

test('a comparison is offered of what applies objects, whatever the user may change', () => {
  const words = (object: FluxObject, more: Shown = {}): boolean =>
    at({ objects: [object], ...more }, object.metadata.name)
      .contextValue.split(' ')
      .includes('comparable');
  assert.equal(words(kustomization('a')), true);
  assert.equal(words(helmRelease('a', { namespace: 'flux-system' }), { readOnly: true, mayPatch: () => false }), true);
});

test('drift detection is offered of releases that have none, whatever the user may change in the cluster', () => {
  const offered = (object: FluxObject): boolean =>
    at({ objects: [object], readOnly: true }, object.metadata.name)
      .contextValue.split(' ')
      .includes('undetected');
  const release = (mode?: 'warn' | 'enabled' | 'disabled'): FluxObject =>
    helmRelease('a', { namespace: 'flux-system', spec: mode ? { driftDetection: { mode } } : {} });
  assert.deepEqual([release(), release('disabled'), release('warn'), release('enabled')].map(offered), [
    true,
    true,
    false,
    false,
  ]);
  assert.equal(offered(kustomization('a')), false);
});

test('a running action shows in place of the state, and its icon turns', () => {
  const action: ActionEntry = {
    state: 'running',
    verb: 'reconcileWithSource',
    since: now,
    message: '',
    cancel: () => undefined,
  };
  const row = at({ objects: [kustomization('a')], actions: { a: action } }, 'a');
  assert.equal(row.description, 'main@5f2c1a9 · reconciling with source…');
  assert.equal(row.icon.id, 'loading~spin');
});

test('a screen reader hears kind, name, state and the rest', () => {
  const object = helmRelease('grafana', {
    namespace: 'logging',
    spec: { driftDetection: { mode: 'enabled' } },
    conditions: [ready(), condition('Drifted', 'True', 'DriftDetected', 'x\nService/logging/grafana removed')],
  });
  assert.equal(
    at({ objects: [object] }, 'logging/grafana').accessibility,
    'HelmRelease logging/grafana, drifted, 1.0.0, 1 object drifted',
  );
});

const driftOf = (count: number) =>
  helmRelease('a', {
    spec: { driftDetection: { mode: 'warn' } },
    conditions: [
      condition(
        'Drifted',
        'True',
        'DriftDetected',
        Array.from({ length: count }, (_, index) => `ConfigMap/default/c${index} removed`).join('\n'),
      ),
    ],
  });

for (const [count, text] of [
  [1, '1'],
  [99, '99'],
  [100, '9+'],
] as const) {
  test(`the badge of ${count} drifted objects has two characters at most`, () => {
    const { badge } = at({ objects: [driftOf(count)] }, 'default/a');
    assert.equal(badge?.text, text);
    assert.ok(badge.tooltip.startsWith(`${count} object`));
  });
}

test('a row without drift has no badge', () => {
  assert.equal(at({ objects: [helmRelease('a')] }, 'default/a').badge, undefined);
});

test('the tooltip is called new when the object has changed', () => {
  const row = (resourceVersion: string) =>
    at({ objects: [kustomization('a', { metadata: { resourceVersion } })] }, 'a').tooltipVersion;
  assert.notEqual(row('1'), row('2'));
  assert.equal(row('1'), row('1'));
});

test('text of the cluster is one plain line in a row', () => {
  const object = helmRelease('a', {
    conditions: failing('InstallFailed', 'first \u001b[31mred\u202e line\nsecond line'),
  });
  assert.equal(at({ objects: [object] }, 'default/a').description, '1.0.0 · install failed: first [31mred line · 2m');
});

for (const [reason, words] of [
  ['InstallFailed', 'install failed'],
  ['HealthCheckFailed', 'health check failed'],
  ['OCIArtifactPullFailed', 'OCI artifact pull failed'],
  ['RESTClientError', 'REST client error'],
  ['ReconciliationFailed', 'apply failed'],
  ['RetriesExceeded', 'gave up after its retries'],
  ['UninstallSucceeded', 'uninstalled after a failure'],
  ['', 'failed'],
  ['constructor', 'constructor'],
] as const) {
  test(`the reason ${reason || '(none)'} in words`, () => assert.equal(wordsOfReason(reason), words));
}

for (const [name, message, expected] of [
  ['short', 'no such chart', 'no such chart'],
  ['of several lines', 'first\nsecond', 'first'],
  ['empty', '', ''],
  [
    'of helm-controller',
    'Helm install failed for release logging/loki with chart loki@7.0.0: context deadline exceeded',
    'timed out',
  ],
  [
    'of a health check',
    "health check failed after 30.1s: timeout waiting for: [Deployment/a/b status: 'InProgress', Job/a/c status: 'Failed']",
    'timed out waiting for 2 objects',
  ],
  [
    'wrapped many times',
    'kustomize build failed: accumulating resources: accumulation err=x: evalsymlink failure on y: no such file or directory',
    'no such file or directory',
  ],
  ['long and without a cause', 'x'.repeat(100), `${'x'.repeat(59)}…`],
] as const) {
  test(`the gist of a message that is ${name}`, () => assert.equal(gistOf(message), expected));
}

test('a message that only repeats its reason is not said twice', () => {
  assert.equal(failureText({ reason: 'HealthCheckFailed', message: 'Health check failed' }), 'health check failed');
});

for (const [action, words] of [
  ['install', 'installing'],
  ['rollback', 'rolling back'],
  ['constructor', 'reconciling'],
] as const) {
  test(`progress of the action ${action}`, () => {
    const object = helmRelease('a', {
      conditions: [
        condition('Reconciling', 'True', 'Progressing', `Running '${action}' action with timeout of 5m0s`),
        condition('Ready', 'Unknown', 'Progressing', '', { lastTransitionTime: minutesAgo(1) }),
      ],
    });
    assert.equal(at({ objects: [object] }, 'default/a').description, `1.0.0 · ${words} 1m`);
  });
}

test('a suspended release keeps the drift that was found before', () => {
  const object = { ...driftOf(2), spec: { driftDetection: { mode: 'warn' }, suspend: true } };
  const row = at({ objects: [object] }, 'default/a');
  assert.equal(row.description, '1.0.0 · suspended · 2 objects drifted');
  assert.equal(row.icon.id, 'debug-pause');
  assert.equal(row.badge?.text, '2');
});

test('a suspended object that has fallen behind says both', () => {
  const source = gitRepository('flux-system', {
    status: { artifact: { revision: `main@sha1:${'b'.repeat(40)}`, lastUpdateTime: minutesAgo(60) } },
  });
  const row = at({ objects: [source, kustomization('a', { spec: { suspend: true } })] }, 'a');
  assert.equal(row.description, 'main@5f2c1a9 · suspended · behind source (main@bbbbbbb)');
});

test('a release drifts while it is being put right', () => {
  const object = helmRelease('a', {
    spec: { driftDetection: { mode: 'enabled' } },
    conditions: [
      condition('Reconciling', 'True', 'Progressing', 'correcting cluster drift'),
      condition('Ready', 'Unknown', 'Progressing', 'correcting cluster drift'),
      condition('Drifted', 'True', 'DriftDetected', 'x\nService/default/a removed'),
    ],
  });
  const row = at({ objects: [object] }, 'default/a');
  assert.equal(row.description, '1.0.0 · 1 object drifted · reconciling');
  assert.equal(row.icon.id, 'warning');
});
