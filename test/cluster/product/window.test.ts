/**
 * The packaged extension in a real VS Code on the real cluster, as a user has it: the tree, a drift that comes and goes, a
 * release suspended, resumed and reconciled from its file, an image without a version underlined. With
 * `DRIFTLINE_PICTURES=1` it writes `docs/pictures/cluster-*.png`.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { findChromium, noChromium } from '../../../scripts/chromium.ts';
import { projectRoot } from '../../../scripts/projectRoot.ts';
import { markAsPushed } from '../../../scripts/sampleRepository.ts';
import { openWorkbench, type Workbench } from '../../ui/driver.ts';
import { seen, seenRows } from '../../ui/seen.ts';
import { conditionOf, fluxPath, isReady } from '../fluxObjects.ts';
import { applyManifest, clusterForTests, homelabForTests, newNamespace } from '../support.ts';
import { fileHash } from './openProduct.ts';

const cluster = await clusterForTests();
await homelabForTests(cluster);
const skip = findChromium() === undefined && noChromium;
const tempo = fluxPath('HelmRelease', 'logging/tempo');
const hash = fileHash(cluster.kubeconfig);
const shared: { window?: Workbench; failed?: string } = {};

before(async () => {
  if (skip === false) {
    shared.window = await openWorkbench({ env: { KUBECONFIG: cluster.kubeconfig } });
    await shared.window.showContainer('Driftline');
  }
});
afterEach((t) => {
  if ('passed' in t && t.passed === false) {
    shared.failed ??= `cluster-${t.name}`;
  }
});
after(async () => {
  // Whatever became of the tests: others share the release. A cluster of this file's own has ended by now.
  await cluster.api.patch(tempo, { spec: { suspend: null } }, 'flux').catch(() => undefined);
  await shared.window?.stop(shared.failed);
});

function open(): Workbench {
  return shared.window ?? assert.fail('the window is open');
}

async function picture(name: string): Promise<void> {
  if (process.env['DRIFTLINE_PICTURES'] === '1') {
    const { page } = open();
    await page.mouse.move(700, 700); // away from rows and lenses, whose hovers would cover them
    await page.locator('.monaco-hover:visible').waitFor({ state: 'hidden' });
    await open().screenshot(join(projectRoot, 'docs', 'pictures', `cluster-${name}.png`));
  }
}

test('the tree of the sample: what fails first, what drifted next', { skip }, async () => {
  const window = open();
  await window.expand('infrastructure');
  await seen(window.rowText('logging/loki', 'Cluster'), /^7\.0\.0 · (install failed|gave up)/);
  await seen(window.rowText('logging/grafana', 'Cluster'), /2 objects drifted/);
  await seen(window.rowText('envoy/gateway', 'Cluster'), /suspended/);
  await seen(window.rowText('logging/loki-canary', 'Cluster'), /waiting on logging\/loki/);
  const told = ['flux-system', ...['loki', 'grafana', 'loki-canary', 'tempo'].map((name) => `· · logging/${name}`)];
  const rows = async () => (await window.treeLabels('Cluster')).filter((label) => told.includes(label));
  // flux-system once, and as a root.
  await seenRows(window.page, rows, told);
  await picture('tree');
});

test('a drift made behind Flux’s back shows in the tree and goes', { skip }, async () => {
  const window = open();
  const namespace = await newNamespace(cluster, 'drifting');
  await applyManifest(
    cluster,
    `
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: tempo, namespace: ${namespace} }
spec:
  interval: 5s
  driftDetection: { mode: warn }
  chart:
    spec: { chart: tempo, version: 1.10.1, sourceRef: { kind: HelmRepository, name: grafana, namespace: flux-system } }
`,
  );
  const path = fluxPath('HelmRelease', `${namespace}/tempo`);
  const label = `${namespace}/tempo`;
  await cluster.api.waitFor(path, isReady);
  await window.expand(/^\s*Not applied by Flux/);
  await seen(window.rowText(label, 'Cluster'), /^1\.10\.1/);
  const configMap = `/api/v1/namespaces/${namespace}/configmaps/tempo`;
  const { data } = await cluster.api.get(configMap);

  await cluster.api.patch(configMap, { data: { 'tempo.yaml': 'changed by hand\n' } });
  await cluster.api.waitFor(path, (object) => conditionOf(object, 'Drifted')?.status === 'True');
  await seen(window.rowText(label, 'Cluster'), /1 object drifted/);
  await window.expand(label);
  await seen(window.rowText('ConfigMap tempo', 'Cluster'), /1 change/);
  await picture('drift');

  await cluster.api.patch(configMap, { data });
  await cluster.api.waitFor(path, (object) => conditionOf(object, 'Drifted')?.status === 'False');
  await seen(window.rowText(label, 'Cluster'), /^1\.10\.1(?!.*drifted)/);
});

test('Suspend over the release in its file suspends it in the cluster, and row and lens follow', { skip }, async () => {
  const window = open();
  await window.openFile('infrastructure/logging/tempo.yaml');
  await window.act('Suspend', window.quickInputText());
  await window.answer('moving the disks');
  await seen(window.lens('Suspended'), /^Suspended by \S+ \d+[sm] ago: "moving the disks"/);
  await cluster.api.waitFor(tempo, (object) => object?.spec?.suspend === true);
  await seen(window.rowText('logging/tempo', 'Cluster'), /suspended/);
  await picture('suspended');
});

test('Resume takes the field away again, and Helm’s controller has looked', { skip }, async () => {
  const window = open();
  await window.act('Resume', window.page.locator('.codelens-decoration a', { hasText: /^Suspend$/ }));
  const resumed = await cluster.api.waitFor(tempo, (object) => object?.spec?.suspend !== true && isReady(object));
  assert.equal('suspend' in (resumed?.spec ?? {}), false);
  await seen(window.rowText('logging/tempo', 'Cluster'), /^1\.10\.1(?!.*suspended)/);
});

test('Reconcile is carried out by the controller and its end is told', { skip }, async () => {
  const window = open();
  await markAsPushed(window.folder);
  const before = (await cluster.api.get(tempo)).status?.lastHandledReconcileAt;
  await window.act('Reconcile', window.lens('Reconciled'));
  const done = await cluster.api.waitFor(tempo, (object) => {
    const handled = object?.status?.lastHandledReconcileAt;
    return handled !== undefined && handled !== before;
  });
  const asked = done?.metadata.annotations?.['reconcile.fluxcd.io/requestedAt'];
  assert.equal(asked, done?.status?.lastHandledReconcileAt, 'by the request of this click');
  await window.statusBar('tempo').waitFor();
});

test('an image without a version is underlined in the same window', { skip }, async () => {
  const window = open();
  const editor = await window.openFile('workloads/llm/deployment.yaml');
  await editor.locator('.squiggly-warning').first().waitFor();
  const hover = await window.hover(editor, 'curlimages/curl');
  await seen(hover, /image-untagged/);
  await window.page.keyboard.press('Escape');
  await (await window.problem('image-latest')).waitFor();
  await picture('unpinned');
});

test('through all of it no notification was shown and the kubeconfig was not written', { skip }, async () => {
  const window = open();
  // Only of what lasts longer than two seconds: how it goes, not how it ended.
  const told = (await window.shownToasts()).filter((text) => !text.includes('Reconcile HelmRelease logging/tempo on '));
  assert.deepEqual(told, []);
  assert.deepEqual(window.pageErrors, []);
  assert.equal(fileHash(cluster.kubeconfig), hash);
});
