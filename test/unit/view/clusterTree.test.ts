/** The Cluster view as it stands on screen: the wireframe, the groupings, the filters, and what must never be shown. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  builtAt,
  condition,
  failing,
  gitRepository,
  helmRelease,
  kustomization,
  ready,
} from '../../support/builders.ts';
import { Failure } from '../../../src/base/failure.ts';
import { fluxKinds } from '../../../src/flux/kinds.ts';
import { noteRow } from '../../../src/view/headRows.ts';
import { controllers, refused } from '../../support/fakeClusterState.ts';
import { clusterTree, minutesAgo, rowLabelled, type Shown } from '../../support/shownTree.ts';
import { dedent, treeText } from '../../support/treeText.ts';

function checkTree(shown: Shown, expected: string): void {
  assert.equal(treeText(clusterTree(shown)), dedent(expected));
}

const byFlux = { kind: 'Kustomization', name: 'flux-system' } as const;
const byInfrastructure = { kind: 'Kustomization', name: 'infrastructure' } as const;

const ago = (minutes: number) => ({ lastTransitionTime: minutesAgo(minutes) });

const drifted = (lines: string) => [
  ready(),
  condition('Released', 'True', 'UpgradeSucceeded'),
  condition('Drifted', 'True', 'DriftDetected', `Cluster state of release logging/grafana.v4 has drifted\n${lines}`),
];

export const homelab = [
  gitRepository('flux-system'),
  kustomization('flux-system', { appliedBy: byFlux }),
  kustomization('infrastructure', {
    appliedBy: byFlux,
    conditions: [condition('Ready', 'False', 'HealthCheckFailed', 'health check failed', ago(4))],
  }),
  kustomization('workloads', { appliedBy: byFlux }),
  helmRelease('loki', {
    namespace: 'logging',
    version: '7.0.0',
    appliedBy: byInfrastructure,
    conditions: [
      condition(
        'Ready',
        'False',
        'InstallFailed',
        'timeout waiting for: [Deployment/logging/loki status: Failed]',
        ago(2),
      ),
    ],
  }),
  helmRelease('grafana', {
    namespace: 'logging',
    version: '11.4.0',
    appliedBy: byInfrastructure,
    spec: { driftDetection: { mode: 'enabled' } },
    conditions: drifted(
      'Deployment/logging/grafana changed (0 additions, 1 changes, 0 removals)\nConfigMap/logging/grafana removed',
    ),
  }),
  helmRelease('tempo', {
    namespace: 'logging',
    version: '1.10.1',
    appliedBy: byInfrastructure,
    conditions: [
      condition('Reconciling', 'True', 'Progressing', "Running 'upgrade' action with timeout of 5m0s"),
      condition('Ready', 'Unknown', 'Progressing', "Running 'upgrade' action with timeout of 5m0s", {
        lastTransitionTime: '2025-12-31T23:59:20Z',
      }),
    ],
  }),
  helmRelease('tempo-ui', {
    namespace: 'logging',
    appliedBy: byInfrastructure,
    spec: { dependsOn: [{ name: 'tempo' }] },
    conditions: failing('DependencyNotReady', "dependency 'logging/tempo' is not ready"),
  }),
  helmRelease('gateway', {
    namespace: 'envoy',
    version: '1.4.6',
    appliedBy: byInfrastructure,
    spec: { suspend: true },
  }),
  helmRelease('alloy', { namespace: 'logging', version: '0.9.2', appliedBy: byInfrastructure }),
];

test('a homelab stands as the wireframe has it: what fails first, its causes named, own state and roll-up apart', () => {
  checkTree(
    { objects: homelab },
    `
    ▾ pass flux-system — 2 failing, 1 drifted below · main@5f2c1a9 · 2m
      ▸ error infrastructure — 1 failing, 1 drifted below · main@5f2c1a9 · health check failed 4m ago
        - error logging/loki — 7.0.0 · install failed: timed out waiting for 1 object · 2m
        ▸ warning logging/grafana — 11.4.0 · 2 objects drifted [2]
          - warning Deployment grafana — 1 change
          - warning ConfigMap grafana — removed from the cluster
        - sync logging/tempo — 1.10.1 · upgrading 40s
        - (debug-pause) envoy/gateway — 1.4.6 · suspended
        - (ellipsis) logging/tempo-ui — waiting on logging/tempo
        - pass logging/alloy — 0.9.2 · 2m
      - pass workloads — main@5f2c1a9 · 2m
    `,
  );
});

test('one release fails and sixty wait for it: one is red, it comes first, and the others say what they wait for', () => {
  const waiting = Array.from({ length: 60 }, (_, index) =>
    helmRelease(`app-${String(index).padStart(2, '0')}`, {
      namespace: 'apps',
      appliedBy: byFlux,
      conditions: failing('DependencyNotReady', "dependency 'apps/zz-database' is not ready"),
    }),
  );
  const failed = helmRelease('zz-database', {
    namespace: 'apps',
    appliedBy: byFlux,
    conditions: failing('InstallFailed', 'connection refused'),
  });
  const tree = clusterTree({ objects: [kustomization('flux-system', { appliedBy: byFlux }), ...waiting, failed] });
  const lines = treeText(tree).split('\n');
  assert.equal(lines[0], '▾ pass flux-system — 1 failing below · main@5f2c1a9 · 2m');
  assert.equal(lines[1], '  - error apps/zz-database — 1.0.0 · install failed: connection refused · 2m');
  assert.equal(lines.filter((line) => line.includes('- error ')).length, 1);
  assert.equal(lines.filter((line) => line.endsWith('— waiting on apps/zz-database')).length, 60);
});

test('flux-system, which applies itself and lists itself, is one root and stands nowhere else', () => {
  const entries = [{ id: 'flux-system_flux-system_kustomize.toolkit.fluxcd.io_Kustomization', v: 'v1' }];
  const tree = clusterTree({
    objects: [kustomization('flux-system', { appliedBy: byFlux, status: { inventory: { entries } } })],
    inventories: { 'flux-system': { state: 'loaded', entries: [] } },
  });
  assert.equal(treeText(tree), '- pass flux-system — main@5f2c1a9 · 2m');
});

test('kustomize-controller at 0 replicas: the head says that every mark may be old', () => {
  checkTree(
    {
      objects: [kustomization('flux-system', { appliedBy: byFlux })],
      controllers: controllers('2.9.5', ['kustomize-controller']),
    },
    `
    - warning kustomize-controller is not running: states may be old
    - pass flux-system — main@5f2c1a9 · 2m
    `,
  );
});

test('with an older Flux and drift detection on, no row looks clean', () => {
  const detecting = helmRelease('grafana', { spec: { driftDetection: { mode: 'enabled' } } });
  checkTree(
    { objects: [detecting, helmRelease('loki')], controllers: controllers('2.6.4') },
    `
    - (unverified) default/grafana — 1.0.0 · this Flux does not report drift
    - pass default/loki — 1.0.0 · 2m
    `,
  );
});

test('a leftover Drifted condition counts for nothing once detection is off', () => {
  const object = helmRelease('grafana', {
    spec: { driftDetection: { mode: 'disabled' } },
    conditions: drifted('Deployment/default/grafana removed'),
  });
  checkTree({ objects: [object] }, '- pass default/grafana — 1.0.0 · 2m');
});

const git = (artifact: { revision: string; lastUpdateTime: string }) =>
  gitRepository('flux-system', { status: { artifact } });
const newer = 'main@sha1:aaaaaaa1b7e4f60812a9c5d7e3b1f0a6c4d2e8bb';

test('a commit does not flash the rows: behind source shows after the grace period only', () => {
  const objects = [git({ revision: newer, lastUpdateTime: '2025-12-31T23:59:50Z' }), kustomization('apps')];
  checkTree({ objects, behindSourceAfter: 30 }, '- pass apps — main@5f2c1a9 · 2m');
  checkTree({ objects, behindSourceAfter: 10 }, '- arrow-up apps — main@5f2c1a9 · behind source (main@aaaaaaa)');
});

test('what is being reconciled is not behind its source', () => {
  const progressing = kustomization('apps', {
    conditions: [
      condition('Reconciling', 'True', 'Progressing', 'Building'),
      condition('Ready', 'Unknown', 'Progressing'),
    ],
  });
  checkTree(
    { objects: [git({ revision: newer, lastUpdateTime: builtAt }), progressing] },
    '- sync apps — main@5f2c1a9 · reconciling 2m',
  );
});

test('objects that nobody applied stand in a group of their own; those that apply others stay at the top', () => {
  checkTree(
    {
      objects: [
        kustomization('flux-system', { appliedBy: byFlux }),
        kustomization('by-hand'),
        helmRelease('below', { appliedBy: { kind: 'Kustomization', name: 'by-hand' } }),
        helmRelease('loose'),
        helmRelease('loose-too', { conditions: failing('InstallFailed', 'no such chart') }),
      ],
    },
    `
    ▸ circle-outline Not applied by Flux (2) — 1 failing below
      - error default/loose-too — 1.0.0 · install failed: no such chart · 2m
      - pass default/loose — 1.0.0 · 2m
    ▾ pass by-hand — main@5f2c1a9 · 2m
      - pass default/below — 1.0.0 · 2m
    - pass flux-system — main@5f2c1a9 · 2m
    `,
  );
});

test('a cluster without any hierarchy is no remainder of one', () => {
  checkTree(
    { objects: [helmRelease('b'), helmRelease('a')] },
    `
    - pass default/a — 1.0.0 · 2m
    - pass default/b — 1.0.0 · 2m
    `,
  );
});

test('an owner that is not in this cluster hides nothing, and is named', () => {
  const spoke = kustomization('spoke', { appliedBy: { kind: 'Kustomization', namespace: 'hub', name: 'fleet' } });
  const byOperator = kustomization('tenant', {
    labels: { 'fluxcd.controlplane.io/name': 'flux', 'fluxcd.controlplane.io/namespace': 'flux-system' },
  });
  checkTree(
    { objects: [spoke, byOperator] },
    `
    - pass spoke — main@5f2c1a9 · 2m · applied by Kustomization hub/fleet, which is not in this cluster
    - pass tenant — main@5f2c1a9 · 2m · applied by FluxInstance flux-system/flux
    `,
  );
});

test('who suspended an object and why is said where they have left word', () => {
  const annotations = {
    'driftline.dev/suspended-by': 'admin',
    'driftline.dev/suspended-reason': 'loki\nmigration',
    'driftline.dev/suspended-at': minutesAgo(125),
  };
  const release = helmRelease('loki', { spec: { suspend: true }, annotations });
  assert.match(
    rowLabelled(clusterTree({ objects: [release] }), 'default/loki').description,
    /· suspended by admin 2h ago: "loki migration"$/,
  );
});

for (const [name, shown] of [
  ['may not be listed', { sync: { Kustomization: refused(fluxKinds[0]!, new Failure('forbidden', 'no')) } }],
  ['is still being read', { sync: { Kustomization: { state: 'loading' } } }],
  ['lies outside the chosen namespaces', { namespaces: ['default'] }],
] as const) {
  test(`an owner that ${name} is not said to be absent`, () => {
    const release = helmRelease('web', { appliedBy: { kind: 'Kustomization', namespace: 'hub', name: 'fleet' } });
    const row = rowLabelled(clusterTree({ objects: [release], ...shown }), 'default/web');
    assert.match(row.description, /applied by Kustomization hub\/fleet$/);
  });
}

test('objects that apply each other in a circle are all there', () => {
  checkTree(
    {
      objects: [
        kustomization('a', { appliedBy: { kind: 'Kustomization', name: 'b' } }),
        kustomization('b', { appliedBy: { kind: 'Kustomization', name: 'a' } }),
      ],
    },
    `
    ▾ pass a — main@5f2c1a9 · 2m
      - pass b — main@5f2c1a9 · 2m
    `,
  );
});

test('two kinds of one name are told apart', () => {
  checkTree(
    { objects: [kustomization('podinfo', { namespace: 'apps' }), helmRelease('podinfo', { namespace: 'apps' })] },
    `
    - pass apps/podinfo (HelmRelease) — 1.0.0 · 2m
    - pass apps/podinfo (Kustomization) — main@5f2c1a9 · 2m
    `,
  );
});

const suspendedFailing = helmRelease('gateway', {
  spec: { suspend: true },
  conditions: failing('UpgradeFailed', 'Helm upgrade failed for release default/gateway with chart gateway@1.0.0: no'),
});

for (const [name, object, expected] of [
  [
    'a suspended failure rests, and says what it was',
    suspendedFailing,
    '- (debug-pause) default/gateway — 1.0.0 · suspended · upgrade failed: no',
  ],
  [
    'what gave up is stalled',
    helmRelease('a', {
      conditions: [
        condition('Stalled', 'True', 'RetriesExceeded', 'Failed to upgrade after 3 attempt(s)'),
        condition('Ready', 'False', 'UpgradeFailed', 'x'),
      ],
    }),
    '- circle-slash default/a — 1.0.0 · gave up after its retries: Failed to upgrade after 3 attempt(s) · 2m',
  ],
  [
    'a source that is missing is waited for, with its kind',
    helmRelease('a', {
      conditions: failing(
        'SourceNotReady',
        "HelmChart 'flux-system/default-a' is not ready: does not have an artifact",
      ),
    }),
    '- (ellipsis) default/a — waiting on HelmChart flux-system/default-a',
  ],
  [
    'what no controller has seen',
    kustomization('a', {
      conditions: [],
      status: { observedGeneration: -1, lastAppliedRevision: undefined, lastAttemptedRevision: undefined },
    }),
    '- (question) a — not reconciled yet',
  ],
  [
    'what is being deleted',
    kustomization('a', { metadata: { deletionTimestamp: minutesAgo(3) } }),
    '- trash a — main@5f2c1a9 · being deleted 3m',
  ],
  [
    'drift that is reported while the release waits',
    helmRelease('a', {
      spec: { driftDetection: { mode: 'warn' } },
      conditions: [
        ...failing('DependencyNotReady', "dependency 'default/b' is not ready"),
        condition('Drifted', 'True', 'DriftDetected', 'x\nDeployment/default/a removed'),
      ],
    }),
    '▸ warning default/a — 1.0.0 · 1 object drifted · waiting on default/b [1]\n  - warning Deployment a — removed from the cluster',
  ],
] as const) {
  test(`a row says it: ${name}`, () => {
    assert.equal(treeText(clusterTree({ objects: [object] })), expected);
  });
}

test('grouped by namespace, kind and source, every object stands exactly once', () => {
  const objects = [...homelab, kustomization('other', { spec: { sourceRef: { kind: 'Bucket', name: 'gone' } } })];
  const appliers = objects.filter((object) => object.kind !== 'GitRepository').length;
  for (const grouping of ['hierarchy', 'namespace', 'kind', 'source'] as const) {
    const tree = clusterTree({ objects, grouping });
    const keys = [...tree.rows.values()].filter((row) => /\b(?:kustomization|helmRelease)\b/.test(row.contextValue));
    assert.equal(keys.length, appliers, grouping);
    assert.equal(new Set(keys.map((row) => row.key)).size, appliers, grouping);
  }
});

test('by namespace', () => {
  checkTree(
    {
      grouping: 'namespace',
      objects: [
        kustomization('apps'),
        helmRelease('web', { namespace: 'apps', conditions: failing('InstallFailed', 'no') }),
        helmRelease('api', { namespace: 'apps' }),
      ],
    },
    `
    ▸ symbol-namespace apps — 1 failing below
      - error web — 1.0.0 · install failed: no · 2m
      - pass api — 1.0.0 · 2m
    ▸ symbol-namespace flux-system
      - pass apps — main@5f2c1a9 · 2m
    `,
  );
});

test('by kind, with what cannot be listed said in its place', () => {
  checkTree(
    {
      grouping: 'kind',
      objects: [kustomization('apps')],
      sync: { HelmRelease: { state: 'loading' } },
    },
    `
    - symbol-class HelmReleases (0) — reading…
    ▾ symbol-class Kustomizations (1)
      - pass apps — main@5f2c1a9 · 2m
    `,
  );
});

test('by source: the repository behind a chart, and what names a source that is not there', () => {
  checkTree(
    {
      grouping: 'source',
      objects: [
        gitRepository('flux-system'),
        kustomization('apps'),
        helmRelease('web', { namespace: 'apps' }),
        kustomization('lost', { spec: { sourceRef: { kind: 'Bucket', name: 'gone' } } }),
        helmRelease('bare', { spec: { chart: {} } }),
      ],
    },
    `
    ▸ (question) Bucket flux-system/gone — not in this cluster, or not to be seen
      - pass lost — main@5f2c1a9 · 2m
    ▸ pass GitRepository flux-system — main@5f2c1a9 · 2m ago
      - pass apps — main@5f2c1a9 · 2m
    ▸ (question) HelmRepository flux-system/charts — not in this cluster, or not to be seen
      - pass apps/web — 1.0.0 · 2m
    ▸ (question) No source
      - pass default/bare — 1.0.0 · 2m
    `,
  );
});

test('a filter keeps the way to what it shows, opens it, and says how many', () => {
  checkTree(
    { objects: homelab, filter: ['failing'] },
    `
    - filter Showing failing only (2 of 9)
    ▾ pass flux-system — 2 failing, 1 drifted below · main@5f2c1a9 · 2m
      ▾ error infrastructure — 1 failing, 1 drifted below · main@5f2c1a9 · health check failed 4m ago
        - error logging/loki — 7.0.0 · install failed: timed out waiting for 1 object · 2m
    `,
  );
  checkTree(
    { objects: homelab, filter: ['drifted', 'suspended'] },
    `
    - filter Showing drifted and suspended only (2 of 9)
    ▾ pass flux-system — 2 failing, 1 drifted below · main@5f2c1a9 · 2m
      ▾ error infrastructure — 1 failing, 1 drifted below · main@5f2c1a9 · health check failed 4m ago
        ▸ warning logging/grafana — 11.4.0 · 2 objects drifted [2]
          - warning Deployment grafana — 1 change
          - warning ConfigMap grafana — removed from the cluster
        - (debug-pause) envoy/gateway — 1.4.6 · suspended
    `,
  );
});

test('a filter that shows nothing says so instead of leaving the view empty', () => {
  checkTree({ objects: homelab, filter: ['behind'] }, '- filter Showing behind source only (0 of 9)');
});

test('a filtered tree has ids of its own, so that opening it for the filter opens nothing else', () => {
  const plain = clusterTree({ objects: homelab });
  const filtered = clusterTree({ objects: homelab, filter: ['failing'] });
  assert.deepEqual(
    [...filtered.rows.keys()].filter((id) => plain.rows.has(id)),
    [],
  );
});

test('ids stay the same when states change, and follow an object that moves to another parent', () => {
  const tree = (parent: string, conditions = [ready()]) =>
    clusterTree({
      objects: [
        kustomization('a', { appliedBy: { kind: 'Kustomization', name: 'a' } }),
        kustomization('b', { appliedBy: { kind: 'Kustomization', name: 'b' } }),
        helmRelease('x', { appliedBy: { kind: 'Kustomization', name: parent }, conditions }),
      ],
    });
  const ids = (model: ReturnType<typeof tree>): string[] => [...model.rows.keys()].sort();
  assert.deepEqual(ids(tree('a')), ids(tree('a', [...failing('InstallFailed', 'no')])));
  assert.notDeepEqual(ids(tree('a')), ids(tree('b')));
});

test('what is deeply nested is as good as any: a chain of 3,000 Kustomizations', () => {
  const objects = Array.from({ length: 3000 }, (_, index) =>
    kustomization(`k${index}`, { appliedBy: { kind: 'Kustomization', name: `k${Math.max(0, index - 1)}` } }),
  );
  const tree = clusterTree({ objects });
  assert.equal(tree.rows.size, 3000);
  assert.ok([...tree.rows.keys()].every((id) => id.length < 300));
});

test('what somebody follows stands before all, whatever is filtered, and in no empty tree', () => {
  const notes = [
    noteRow({ id: 'cluster|followed', label: '5f2c1a9 is not pushed', icon: { id: 'git-commit', color: undefined } }),
  ];
  const first = (shown: Shown): string | undefined => {
    const tree = clusterTree({ notes, ...shown });
    return tree.rows.get(tree.roots[0] ?? '')?.label;
  };
  assert.equal(first({ objects: homelab }), '5f2c1a9 is not pushed');
  assert.equal(first({ objects: homelab, filter: ['failing'] }), '5f2c1a9 is not pushed');
  assert.equal(first({ connection: { state: 'disconnected', reason: 'noContext' } }), undefined);
});
