/** What a comparison leaves in the tree: counts on the owner, a row for each object that differs, its fields below it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InventoryView } from '../../../src/cluster/inventoryReader.ts';
import type { ObjectDifference } from '../../../src/drift/difference.ts';
import { appliedMark, type KeptComparison, keptComparison } from '../../../src/drift/keptComparison.ts';
import { encodeInventoryId } from '../../../src/flux/inventory.ts';
import type { FluxObject, KubernetesObject } from '../../../src/flux/objects.ts';
import { condition, helmRelease, inventoryEntry, kustomization, ready } from '../../support/builders.ts';
import { changedObject, comparedObject, comparisonOf } from '../../support/comparisons.ts';
import { controllers } from '../../support/fakeClusterState.ts';
import { clusterTree, now, objectId, rowLabelled, type Shown } from '../../support/shownTree.ts';
import { dedent, treeText } from '../../support/treeText.ts';

function kept(owner: FluxObject, objects: readonly ObjectDifference[], from = 'artifact main@5f2c1a9'): KeptComparison {
  return keptComparison(comparisonOf(objects, { from }), { at: now - 240_000, mark: appliedMark(owner) });
}

function checkTree(shown: Shown, expected: string): void {
  assert.equal(treeText(clusterTree(shown)), dedent(expected));
}

const scaled = changedObject(
  'Deployment',
  'web',
  [
    {
      path: ['spec', 'replicas'],
      effect: 'replace',
      writer: { manager: 'kubectl', operation: 'Update', subresource: 'scale', time: '2025-12-31T23:56:00Z' },
    },
    { path: ['metadata', 'labels', 'team/owner'], effect: 'remove', writer: { manager: 'me', operation: 'Update' } },
  ],
  {
    before: { spec: { replicas: 3 }, metadata: { name: 'web', labels: { 'team/owner': 'ops' } } } as never,
    after: { spec: { replicas: 1 } } as unknown as KubernetesObject,
  },
);
const all: readonly ObjectDifference[] = [
  comparedObject('ConfigMap', 'old', { change: 'delete', reason: 'it is in the inventory and not in the build' }),
  comparedObject('Service', 'web', { change: 'recreate', paths: [{ path: ['spec', 'clusterIP'], effect: 'add' }] }),
  comparedObject('ConfigMap', 'gone', { change: 'create' }),
  scaled,
  comparedObject('Secret', 'token', { change: 'unknown', because: 'encrypted', reason: 'SOPS has encrypted it' }),
  comparedObject('Ingress', 'own', { change: 'skip', because: 'ssaIgnore' }),
  comparedObject('ConfigMap', 'same'),
];

test('each object that would not stay as it is has a row below its owner, with its fields', () => {
  const apps = kustomization('apps', { namespace: 'default' });
  checkTree(
    { objects: [apps], compared: { apps: kept(apps, all) } },
    `
    ▸ diff default/apps — 4 objects differ · main@5f2c1a9 [≠4]
      - trash ConfigMap old — extra: would be deleted
      ▸ replace-all Service web — would be recreated
        - add spec.clusterIP — is missing
      - diff-added ConfigMap gone — missing
      ▸ diff-modified Deployment web — 2 fields differ
        - edit spec.replicas — 3, would be 1 · kubectl (scale), at least 4m ago
        - remove metadata.labels["team/owner"] — ops, would be removed · me
    `,
  );
});

for (const [names, expected] of [
  [[], 'there was no object to compare'],
  [['same'], '1 object is the same'],
  [['same', 'too'], 'all 2 objects are the same'],
] as const) {
  test(`a comparison that found nothing leaves the row as it is, and its tooltip says: ${expected}`, () => {
    const apps = kustomization('apps', { namespace: 'default' });
    const objects = names.map((name) => comparedObject('ConfigMap', name));
    const shown = { objects: [apps], compared: { apps: kept(apps, objects) } };
    checkTree(shown, '- pass default/apps — main@5f2c1a9 · 2m');
    const tooltip = rowLabelled(clusterTree(shown), 'default/apps').tooltip();
    assert.match(tooltip, /Compared with artifact main\\@5f2c1a9 at \d\d:\d\d: /);
    assert.ok(tooltip.includes(`: ${expected}\\. Not checked since`));
  });
}

test('the tooltip counts what could not be compared, and has the time of day, not an age that would stand still', () => {
  const apps = kustomization('apps', { namespace: 'default' });
  const tree = clusterTree({ objects: [apps], compared: { apps: kept(apps, all) } });
  const expected =
    /Compared with artifact main\\@5f2c1a9 at \d\d:\d\d: 1 deleted, 1 recreated, 1 created, 1 changed, 1 not compared, 1 left alone\\\. Not checked since/;
  assert.match(rowLabelled(tree, 'default/apps').tooltip(), expected);
  assert.match(rowLabelled(tree, 'Deployment web').tooltip(), expected);
  assert.match(rowLabelled(tree, 'ConfigMap old').tooltip(), /would be deleted\\: it is in the inventory/);
});

test('once it was applied again the result is gone', () => {
  const apps = kustomization('apps', { namespace: 'default' });
  const later = kustomization('apps', { namespace: 'default', status: { lastHandledReconcileAt: '2026-01-01' } });
  checkTree({ objects: [later], compared: { apps: kept(apps, all) } }, '- pass default/apps — main@5f2c1a9 · 2m');
});

test('what controllers report stays told apart; an object of both is shown once, with what the comparison knows', () => {
  const web = { ...objectId('Deployment', 'web'), group: 'apps' };
  const message = [
    'Cluster state of release default/web.v1 has drifted from the desired state:',
    'Deployment/default/web changed (0 additions, 1 changes, 0 removals)',
    'ConfigMap/default/other removed',
  ].join('\n');
  const release = helmRelease('web', {
    spec: { driftDetection: { mode: 'warn' } },
    conditions: [ready(), condition('Drifted', 'True', 'DriftDetected', message)],
    status: { inventory: { entries: [inventoryEntry(web)] } },
  });
  checkTree(
    { objects: [release], controllers: controllers('2.9.0'), compared: { web: kept(release, [scaled], 'release v1') } },
    `
    ▸ warning default/web — 1.0.0 · 2 objects drifted · 1 object differs [2]
      ▸ diff-modified Deployment web — 2 fields differ
        - edit spec.replicas — 3, would be 1 · kubectl (scale), at least 4m ago
        - remove metadata.labels["team/owner"] — ops, would be removed · me
      - warning ConfigMap other — removed from the cluster
    `,
  );
});

test('an object with a row is not in the list of the inventory again', () => {
  const [web, same] = [{ ...objectId('Deployment', 'web'), group: 'apps' }, objectId('ConfigMap', 'same')];
  const release = helmRelease('web', {
    status: { inventory: { entries: [web, same].map((id) => inventoryEntry(id)) } },
  });
  const inventory: InventoryView = {
    state: 'loaded',
    entries: [web, same].map((id) => ({
      id,
      version: 'v1',
      encoded: encodeInventoryId(id),
      state: 'found',
      health: { status: 'current', message: '' },
      createdAt: undefined,
    })),
  };
  const labels = treeText(
    clusterTree({ objects: [release], inventories: { web: inventory }, compared: { web: kept(release, [scaled]) } }),
  )
    .split('\n')
    .map((line) => line.trim());
  assert.deepEqual(
    labels.filter((line) => /Deployment web|ConfigMap same/.test(line)),
    ['▸ diff-modified Deployment web — 2 fields differ', '- pass ConfigMap same'],
  );
});

test('the filter shows what a comparison found, and not what controllers report', () => {
  const [apps, other] = [kustomization('apps', { namespace: 'default' }), kustomization('other')];
  const tree = clusterTree({
    objects: [apps, other],
    filter: ['differing'],
    compared: { apps: kept(apps, [comparedObject('ConfigMap', 'gone', { change: 'create' })]) },
  });
  assert.deepEqual(
    [...tree.rows.values()].map(({ label }) => label),
    ['Showing differing only (1 of 2)', 'default/apps', 'ConfigMap gone'],
  );
});

test('while the state is old the rows are grey; text of a cluster cannot be Markdown', () => {
  const apps = kustomization('apps', { namespace: 'default' });
  const hostile = comparedObject('ConfigMap', 'x](command:y)', { change: 'delete', reason: '![](https://x)' });
  const tree = clusterTree({ objects: [apps], compared: { apps: kept(apps, [hostile]) } });
  const tooltip = rowLabelled(tree, 'ConfigMap x] (command:y)').tooltip();
  assert.ok(!tooltip.includes('](') || tooltip.includes('\\]\\('), tooltip);
  assert.ok(!/!\[/.test(tooltip.replaceAll('\\!\\[', '')), tooltip);
});
