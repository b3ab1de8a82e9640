/** What stands below an opened Kustomization or HelmRelease, and what is known of it before anything is read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InventoryEntryView, InventoryView } from '../../../src/cluster/inventoryReader.ts';
import { encodeInventoryId } from '../../../src/flux/inventory.ts';
import type { HealthStatus } from '../../../src/flux/healthVerdict.ts';
import type { ObjectId } from '../../../src/flux/objectKey.ts';
import {
  condition,
  failing,
  gitRepository,
  helmRelease,
  inventoryEntry,
  kustomization,
  ready,
} from '../../support/builders.ts';
import { controllers } from '../../support/fakeClusterState.ts';
import { clusterTree, keyOf, objectId, rowLabelled, type Shown } from '../../support/shownTree.ts';
import { dedent, treeText } from '../../support/treeText.ts';

function checkTree(shown: Shown, expected: string): void {
  assert.equal(treeText(clusterTree(shown)), dedent(expected));
}

const deploymentOf = (name: string, namespace = 'default'): ObjectId => objectId('Deployment', name, namespace, 'apps');
const configOf = (name: string, namespace = 'default'): ObjectId => objectId('ConfigMap', name, namespace);

function found(id: ObjectId, status: HealthStatus = 'current', message = ''): InventoryEntryView {
  return { ...item(id), state: 'found', health: { status, message }, createdAt: undefined };
}

function item(id: ObjectId) {
  return { id, version: 'v1', encoded: encodeInventoryId(id) };
}

const loaded = (...entries: InventoryEntryView[]): InventoryView => ({ state: 'loaded', entries });

/** A release in `default` that lists those objects. */
function release(ids: readonly ObjectId[], more: Parameters<typeof helmRelease>[1] = {}) {
  return helmRelease('grafana', {
    ...more,
    status: { inventory: { entries: ids.map((id) => inventoryEntry(id)) }, ...more.status },
  });
}

test('before anybody opens it, a row with an inventory can be opened and says whose inventory is to be read', () => {
  const object = release([deploymentOf('grafana')]);
  const tree = clusterTree({ objects: [object] });
  assert.equal(treeText(tree), '▸ pass default/grafana — 1.0.0 · 2m');
  assert.equal(rowLabelled(tree, 'default/grafana').inventoryOf, keyOf(object));
});

test('a release without any object cannot be opened', () => {
  checkTree({ objects: [release([])] }, '- pass default/grafana — 1.0.0 · 2m');
});

test('each object with its health; what is wrong comes first; the namespace only where it is another', () => {
  checkTree(
    {
      objects: [release([deploymentOf('grafana')])],
      inventories: {
        grafana: loaded(
          found(configOf('grafana')),
          found(deploymentOf('grafana'), 'inProgress', 'Replicas: 1/3'),
          found(deploymentOf('broken'), 'failed', 'Progress deadline exceeded'),
          found(configOf('elsewhere', 'monitoring')),
          { ...item(objectId('ClusterRole', 'system:grafana', '', 'rbac.authorization.k8s.io')), state: 'missing' },
          { ...item(configOf('hidden')), state: 'forbidden', message: 'cannot get configmaps' },
          { ...item(objectId('Widget', 'w', 'default', 'gone.example.com')), state: 'notServed' },
          { ...item(configOf('odd')), state: 'failed', message: 'internal error' },
          { ...item(configOf('later')), state: 'loading' },
          found(configOf('leaving'), 'terminating', 'scheduled for deletion'),
          found(configOf('riddle'), 'unknown'),
        ),
      },
    },
    `
    ▸ pass default/grafana — 1.0.0 · 2m
      - error ClusterRole system:grafana — missing in the cluster
      - error Deployment broken — Progress deadline exceeded
      - trash ConfigMap leaving — being deleted
      - sync Deployment grafana — Replicas: 1/3
      - circle-slash Widget w — its kind is not served
      - (lock) ConfigMap hidden — no permission to read it
      - question ConfigMap odd — could not be read: internal error
      - (question) ConfigMap riddle — health unknown
      - pass ConfigMap grafana
      - loading~spin ConfigMap later
      - pass ConfigMap monitoring/elsewhere
    `,
  );
});

test('a long list is grouped by kind, each group with what is wrong in it', () => {
  const configs = Array.from({ length: 11 }, (_, index) => configOf(`c${String(index).padStart(2, '0')}`));
  const text = treeText(
    clusterTree({
      objects: [release(configs)],
      inventories: {
        grafana: loaded(
          ...configs.map((id) => found(id)),
          { ...item(deploymentOf('a')), state: 'missing' },
          found(deploymentOf('b'), 'failed', 'x'),
        ),
      },
    }),
  );
  assert.equal(
    text.split('\n').slice(0, 6).join('\n'),
    dedent(`
      ▸ pass default/grafana — 1.0.0 · 2m
        ▸ error Deployment (2) — 1 missing, 1 failing
          - error a — missing in the cluster
          - error b — x
        ▸ pass ConfigMap (11)
          - pass c00
    `),
  );
});

test('what is nested stands in its place and not again in the list; the rest waits in a row of its own', () => {
  const nested = kustomization('apps', { appliedBy: { kind: 'Kustomization', name: 'flux-system' } });
  const root = kustomization('flux-system', {
    appliedBy: { kind: 'Kustomization', name: 'flux-system' },
    status: {
      inventory: {
        entries: [
          inventoryEntry(objectId('Kustomization', 'apps', 'flux-system', 'kustomize.toolkit.fluxcd.io')),
          inventoryEntry(objectId('Kustomization', 'flux-system', 'flux-system', 'kustomize.toolkit.fluxcd.io')),
          inventoryEntry(objectId('GitRepository', 'flux-system', 'flux-system', 'source.toolkit.fluxcd.io')),
          inventoryEntry(deploymentOf('source-controller', 'flux-system'), 'v1'),
        ],
      },
    },
  });
  const objects = [root, nested, gitRepository('flux-system')];
  const unread = clusterTree({ objects });
  assert.equal(
    treeText(unread),
    dedent(`
      ▾ pass flux-system — main@5f2c1a9 · 2m
        - pass apps — main@5f2c1a9 · 2m
        ▸ layers Objects (2)
    `),
  );
  // Opening the root for what is nested must read nothing.
  assert.equal(rowLabelled(unread, 'flux-system').inventoryOf, undefined);
  assert.equal(rowLabelled(unread, 'Objects (2)').inventoryOf, keyOf(root));

  const entries = [
    found(objectId('Kustomization', 'apps', 'flux-system', 'kustomize.toolkit.fluxcd.io')),
    found(objectId('Kustomization', 'flux-system', 'flux-system', 'kustomize.toolkit.fluxcd.io')),
    found(objectId('GitRepository', 'flux-system', 'flux-system', 'source.toolkit.fluxcd.io')),
    { ...item(deploymentOf('source-controller', 'flux-system')), state: 'missing' } as const,
  ];
  checkTree(
    { objects, inventories: { 'flux-system': loaded(...entries) } },
    `
    ▾ pass flux-system — main@5f2c1a9 · 2m
      - pass apps — main@5f2c1a9 · 2m
      ▸ layers Objects (2) — 1 missing
        - error Deployment source-controller — missing in the cluster
        - pass GitRepository flux-system — main@5f2c1a9 · 2m ago
    `,
  );
});

test('the place to reveal an object at is its own, not one in an inventory', () => {
  const owner = { kind: 'Kustomization', name: 'b' } as const;
  const moved = helmRelease('web', { appliedBy: owner });
  const listing = kustomization('a', {
    status: {
      inventory: { entries: [inventoryEntry(objectId('HelmRelease', 'web', 'default', 'helm.toolkit.fluxcd.io'))] },
    },
  });
  const tree = clusterTree({
    objects: [listing, kustomization('b'), moved],
    inventories: { a: loaded(found(objectId('HelmRelease', 'web', 'default', 'helm.toolkit.fluxcd.io'))) },
  });
  const [first, second] = tree.rowsOf.get(keyOf(moved)) ?? [];
  assert.equal(tree.rows.get(tree.parents.get(first ?? '') ?? '')?.label, 'b');
  assert.equal(tree.rows.get(tree.parents.get(second ?? '') ?? '')?.label, 'a');
});

test('a hub-and-spoke Kustomization: the objects are elsewhere, and nothing is missing', () => {
  const remote = kustomization('spoke', {
    spec: { kubeConfig: { secretRef: { name: 'staging' } } },
    status: { inventory: { entries: [inventoryEntry(deploymentOf('web'))] } },
  });
  checkTree(
    { objects: [remote], inventories: { spoke: { state: 'remote' } } },
    `
    ▸ pass spoke — main@5f2c1a9 · 2m
      - remote Objects are on another cluster (kubeConfig Secret staging)
    `,
  );
});

test('before Flux 2.8 a release lists nothing: said so, with a way to look the objects up', () => {
  const object = helmRelease('grafana', { status: { inventory: undefined } });
  const tree = clusterTree({
    objects: [object],
    controllers: controllers('2.6.4'),
    inventories: { grafana: { state: 'notReported' } },
  });
  assert.equal(
    treeText(tree, { actions: true }).split('\n')[1],
    "  - info This Flux does not list a release's objects — look them up by label {canLookUp}",
  );
  const note = rowLabelled(tree, "This Flux does not list a release's objects");
  assert.deepEqual(note.command, {
    id: 'driftline.lookUpObjects',
    title: 'Look up objects by label',
    args: [note.id],
  });
  // The command takes a row: the row must lead to the release.
  assert.equal(note.key, keyOf(object));
});

for (const [name, inventory, expected] of [
  ['being read', { state: 'loading' }, '- loading~spin Reading objects…'],
  [
    'not readable',
    { state: 'failed', message: 'the token\nhas expired' },
    '- warning Objects could not be read — the token has expired',
  ],
  ['empty', { state: 'loaded', entries: [] }, '- info No objects'],
  ['incomplete', { state: 'loaded', entries: [], note: 'Jobs were not looked for' }, '- info Jobs were not looked for'],
] as const) {
  test(`an inventory that is ${name}`, () => {
    const tree = clusterTree({ objects: [release([deploymentOf('grafana')])], inventories: { grafana: inventory } });
    const [, line = ''] = treeText(tree).split('\n');
    assert.equal(line.trim().replace('(info)', 'info'), expected);
  });
}

const drifting = (ids: readonly ObjectId[], mode: 'enabled' | 'warn', lines: string) =>
  release(ids, {
    spec: { driftDetection: { mode } },
    conditions: [ready(), condition('Drifted', 'True', 'DriftDetected', `drifted:\n${lines}`)],
  });

test('drifted objects are lines of their own, before and after the inventory is read, and never twice', () => {
  const ids = [deploymentOf('grafana'), configOf('grafana')];
  const lines =
    'Deployment/default/grafana changed (1 additions, 2 changes, 0 removals)\nService/default/new removed\nConfigMap/default/kept excluded';
  const objects = [drifting(ids, 'enabled', lines)];
  checkTree(
    { objects },
    `
    ▸ warning default/grafana — 1.0.0 · 2 objects drifted [2]
      - warning Deployment grafana — 3 changes
      - warning Service new — removed from the cluster
    `,
  );
  checkTree(
    {
      objects,
      inventories: {
        grafana: loaded(found(deploymentOf('grafana'), 'inProgress', 'Replicas: 1/3'), found(configOf('grafana'))),
      },
    },
    `
    ▸ warning default/grafana — 1.0.0 · 2 objects drifted [2]
      - warning Deployment grafana — 3 changes · Replicas: 1/3
      - warning Service new — removed from the cluster
      - pass ConfigMap grafana
    `,
  );
});

test('a drifted object can be opened where the inventory tells which it is', () => {
  const tree = clusterTree({
    objects: [
      drifting([deploymentOf('grafana')], 'warn', 'Deployment/default/grafana removed\nService/default/x removed'),
    ],
  });
  assert.match(rowLabelled(tree, 'Deployment grafana').contextValue, /\bobject\b/);
  assert.doesNotMatch(rowLabelled(tree, 'Service x').contextValue, /\bobject\b/);
  assert.match(rowLabelled(tree, 'Service x').tooltip(), /only warns/);
});

test('why an object is not healthy is asked of what is not, and at hand where it fails or is missing', () => {
  const [failed, starting, gone, well] = ['failed', 'starting', 'gone', 'well'].map((name) => deploymentOf(name));
  assert.ok(failed && starting && gone && well);
  const tree = clusterTree({
    objects: [release([failed, starting, gone, well])],
    inventories: {
      grafana: loaded(
        found(failed, 'failed', 'no'),
        found(starting, 'inProgress', 'no'),
        { ...item(gone), state: 'missing' },
        found(well),
      ),
    },
  });
  const words = ['failed', 'starting', 'gone', 'well'].map((name) =>
    rowLabelled(tree, `Deployment ${name}`)
      .contextValue.split(' ')
      .filter((word) => ['explainable', 'troubled'].includes(word)),
  );
  assert.deepEqual(words, [['explainable', 'troubled'], ['explainable'], ['explainable', 'troubled'], []]);
});

test('a drift whose objects cannot be read from the message is still a drift', () => {
  checkTree(
    { objects: [drifting([], 'enabled', 'something else')] },
    '- warning default/grafana — 1.0.0 · drifted [!]',
  );
});

test('below a failing owner the objects of a filter that does not take them are not shown', () => {
  const owner = kustomization('a', { status: { inventory: { entries: [inventoryEntry(configOf('x'))] } } });
  const child = helmRelease('web', {
    appliedBy: { kind: 'Kustomization', name: 'a' },
    conditions: failing('InstallFailed', 'no'),
  });
  checkTree(
    { objects: [owner, child], filter: ['failing'], inventories: { a: loaded(found(configOf('x'))) } },
    `
    - filter Showing failing only (1 of 2)
    ▾ pass a — 1 failing below · main@5f2c1a9 · 2m
      - error default/web — 1.0.0 · install failed: no · 2m
    `,
  );
});

test('an entry says in its tooltip what its server said, harmlessly', () => {
  const tree = clusterTree({
    objects: [release([deploymentOf('grafana')])],
    inventories: { grafana: loaded(found(deploymentOf('grafana'), 'failed', '[click](command:evil)')) },
  });
  const text = rowLabelled(tree, 'Deployment grafana').tooltip();
  assert.ok(text.includes('\\[click\\]\\(command\\:evil\\)'), text);
  assert.equal(
    rowLabelled(tree, 'Deployment grafana').accessibility,
    'Deployment default/grafana, [click] (command:evil)',
  );
});

test('a healthy object is called so, for those who hear the screen', () => {
  const tree = clusterTree({
    objects: [release([deploymentOf('grafana')])],
    inventories: { grafana: loaded(found(deploymentOf('grafana'))) },
  });
  assert.equal(rowLabelled(tree, 'Deployment grafana').accessibility, 'Deployment default/grafana, healthy');
});
