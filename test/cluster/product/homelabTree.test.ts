/** The sample repository on a real cluster as both views show it: every object, its state, its place and what it waits for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dedent, treeText } from '../../support/treeText.ts';
import { fluxPath } from '../fluxObjects.ts';
import { clusterForTests, homelabForTests } from '../support.ts';
import { type Drawn, openProduct, rowOf, rowsBelow } from './openProduct.ts';

const cluster = await clusterForTests();
await homelabForTests(cluster);
const product = openProduct(cluster);
const root = product.key('Kustomization', 'flux-system/flux-system');
const { status } = await cluster.api.get(fluxPath('GitRepository', 'flux-system/flux-system'));
const commit = /sha1:(.{7})/.exec(status?.artifact?.revision ?? '')?.[1] ?? assert.fail('the source has a commit');

/** Without what every run has its own of: commit, ages, and how far Loki is in failing: still tried again, or given up. */
function steady(text: string): string {
  return text
    .replaceAll(commit, 'COMMIT')
    .replaceAll(/( [·—] )(?:just now|\d+[smhd](?: ago)?)/g, '$1AGE')
    .replace(
      /(?:error|circle-slash) (logging\/loki — 7\.0\.0) · (?:install failed|gave up).* · AGE/,
      'RED $1 · WHY · AGE',
    );
}

/** Other tests have objects of their own in this cluster; the sample is all that is below `flux-system`. */
function sampleText({ cluster: tree }: Drawn): string {
  return steady(treeText({ ...tree, roots: tree.rowsOf.get(root) ?? [] }, { actions: true }));
}

/** Why the gateway of the sample is suspended. */
const reason = 'moving the gateway to a new address, please do not touch until the weekend';

/** Loki is in the middle of another attempt from time to time, so the picture is waited for. */
async function checkShown(textOf: (drawn: Drawn) => string, expected: string): Promise<void> {
  const wanted = dedent(expected);
  let last = '';
  await product
    .until('the rows', (drawn) => (last = textOf(drawn)) === wanted, 90)
    .catch(() => assert.equal(last, wanted));
}

test('the Cluster view: one red, two that wait for it, the drifted, the suspended, and all that is well', async () => {
  await product.complete();
  const change = '{canReconcile canReconcileSource canSuspend}';
  const changeBelow = '{canReconcile canReconcileSource canReconcileFromRoot canSuspend}';
  const changeRelease = '{canReconcile canReconcileSource canReconcileFromRoot canForce canSuspend}';
  await checkShown(
    sampleText,
    `
    ▾ pass flux-system — 1 failing, 1 drifted below · main@COMMIT · AGE ${change}
      ▸ pass infrastructure — 1 failing, 1 drifted below · main@COMMIT · AGE ${changeBelow}
        ▸ RED logging/loki — 7.0.0 · WHY · AGE ${changeRelease}
        ▸ warning logging/grafana — 11.4.0 · 2 objects drifted [2] ${changeRelease}
          - warning ConfigMap grafana — 1 change {}
          - warning Deployment grafana — 1 change {}
        ▸ (debug-pause) envoy/gateway — 1.4.6+98a0a84 · suspended by admin: "${reason}" {canResume}
        - (ellipsis) logging/alloy-events — waiting on logging/loki ${changeRelease}
        - (ellipsis) logging/loki-canary — waiting on logging/loki ${changeRelease}
        ▸ pass logging/alloy — 0.9.2 · AGE ${changeRelease}
        ▸ pass logging/tempo — 1.10.1 · AGE ${changeRelease}
        ▸ pass reloader/reloader — 2.2.3 · AGE ${changeRelease}
        ▸ layers Objects (8) {}
      ▸ pass workloads — main@COMMIT · AGE ${changeBelow}
      ▸ layers Objects (1) {}
    `,
  );
});

test('the Sources view: each source with how many have applied what it has', async () => {
  await product.complete();
  const sourceText = ({ sources }: Drawn): string => {
    const ids = ['GitRepository/flux-system', 'HelmRepository/grafana', 'HelmRepository/stakater'];
    const keys = [...ids, 'OCIRepository/envoy-gateway'].map((id) => {
      const [kind = '', name = ''] = id.split('/');
      return product.key(kind, `flux-system/${name}`);
    });
    const roots = keys.flatMap((key) => sources.rowsOf.get(key)?.slice(0, 1) ?? []);
    const children = new Map([...sources.children].filter(([id]) => roots.includes(id)));
    return steady(treeText({ ...sources, roots, children }));
  };
  await checkShown(
    sourceText,
    `
    ▸ pass GitRepository flux-system — main@COMMIT · AGE · applied by 3 of 3
      - pass flux-system — main@COMMIT · AGE
      - pass infrastructure — main@COMMIT · AGE
      - pass workloads — main@COMMIT · AGE
    ▸ pass HelmRepository grafana — AGE · applied by 3 of 6
      ▸ pass HelmChart logging-alloy — 0.9.2 · AGE
      ▸ pass HelmChart logging-alloy-events — 0.9.2 · AGE
      ▸ pass HelmChart logging-grafana — 11.4.0 · AGE
      ▸ pass HelmChart logging-loki — 7.0.0 · AGE
      ▸ pass HelmChart logging-loki-canary — 1.0.0 · AGE
      ▸ pass HelmChart logging-tempo — 1.10.1 · AGE
    ▸ (circle-outline) HelmRepository stakater — applied by 1 of 1
      ▸ pass HelmChart reloader-reloader — 2.2.3 · AGE
    ▸ pass OCIRepository envoy-gateway — 1.4.6@sha256:98a0a84e · AGE · applied by 1 of 1
      - (debug-pause) envoy/gateway — 1.4.6+98a0a84 · suspended by admin: "${reason}"
    `,
  );
});

test('flux-system, which applies itself and is in its own inventory, is one row and a root', async () => {
  const drawn = await product.expandAll();
  const rows = drawn.cluster.rowsOf.get(root) ?? [];
  assert.equal(rows.length, 1);
  assert.ok(drawn.cluster.roots.includes(rows[0]!));
  assert.equal(drawn.cluster.parents.get(rows[0]!), undefined);
});

test('nothing is reported missing or unreadable, in any inventory', async () => {
  const { cluster: tree } = await product.expandAll();
  const sample = new Set([root, product.key('Kustomization', 'flux-system/infrastructure')]);
  const entries = [...sample].flatMap((key) => {
    const view = product.open.inventory.get(key);
    return view?.state === 'loaded' ? view.entries : assert.fail(`${key} is ${String(view?.state)}`);
  });
  assert.deepEqual(
    entries.filter(({ state }) => state !== 'found').map(({ encoded, state }) => `${state} ${encoded}`),
    [],
  );
  assert.ok(entries.length > 10, `${entries.length} entries`);
  assert.ok(tree.rows.size > 20);
});

test('below a release stand its objects, a changed one with what changed', async () => {
  await product.expandAll();
  const grafana = product.key('HelmRelease', 'logging/grafana');
  const below = await product.until('the objects of Grafana', (drawn) => {
    const rows = rowsBelow(drawn, rowOf(drawn, grafana)?.id ?? '');
    return rows.some(({ label }) => label === 'Service grafana') && rows;
  });
  const shown = Object.fromEntries(below.map(({ label, description }) => [label, description]));
  assert.partialDeepStrictEqual(shown, { 'ConfigMap grafana': '1 change', 'Deployment grafana': '1 change' });
  assert.ok('Secret grafana' in shown);
});

test('the status counts what the tree shows', async () => {
  const { survey } = await product.complete();
  const sample = [...survey.views.values()].filter(({ id }) =>
    ['flux-system', 'logging', 'envoy', 'reloader'].includes(id.namespace),
  );
  const named = (fits: (view: (typeof sample)[number]) => boolean) =>
    sample
      .filter(fits)
      .map(({ id }) => id.name)
      .sort();
  assert.deepEqual(
    named(({ drift }) => drift.state === 'drifted'),
    ['grafana'],
  );
  assert.deepEqual(
    named(({ state }) => state.suspended),
    ['gateway'],
  );
  assert.deepEqual(
    named(({ state }) => state.name === 'waiting'),
    ['alloy-events', 'loki-canary'],
  );
  assert.equal(survey.fluxVersion?.replace(/^v/, ''), cluster.versions.flux.replace(/^v/, ''));
});
