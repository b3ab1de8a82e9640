/** The first look at a cluster: what stands where in the tree, and how a person finds what needs somebody. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoOfFile } from './openDemo.ts';
import { seen, seenRows } from './seen.ts';

// Marked from the start: how old the recording is when the window is open depends on the machine.
const demo = demoOfFile({ settings: { 'driftline.tree.behindSourceAfter': 0 } });

test('the tree opens at the root, and says which cluster it shows', async () => {
  const { window } = demo();
  await window.treeRow('workloads').waitFor();
  await seenRows(window.page, () => window.treeLabels('Cluster'), [
    'flux-system',
    '· infrastructure',
    '· workloads',
    '· Objects (1)',
  ]);
  await seen(window.viewDescription('Cluster'), /^homelab · Flux 2\.9\.\d+$/);
});

test('a parent that applied well says first what fails below it', async () => {
  const { window } = demo();
  await seen(window.rowText('infrastructure'), /^1 failing, 1 drifted below · main@[0-9a-f]{7} · \d+[sm]$/);
  assert.match(
    (await window.treeRow('infrastructure').getAttribute('aria-label')) ?? '',
    /^Kustomization flux-system\/infrastructure, ready, 1 failing, 1 drifted below/,
  );
});

test('what needs somebody comes first, and one failure with two that wait for it is one failure', async () => {
  const { window } = demo();
  await window.expand('infrastructure');
  await window.treeRow('reloader/reloader').waitFor();
  // The sources may have come after the releases: then Alloy's row moves up once its mark has held for a while.
  const below = async () => (await window.treeLabels('Cluster')).filter((label) => label.startsWith('· · '));
  await seenRows(window.page, below, [
    '· · logging/loki',
    '· · logging/grafana',
    '· · logging/alloy',
    '· · envoy/gateway',
    '· · logging/alloy-events',
    '· · logging/loki-canary',
    '· · logging/tempo',
    '· · reloader/reloader',
    '· · Objects (8)',
  ]);
});

const texts: readonly (readonly [label: string, text: RegExp])[] = [
  ['logging/loki', /^7\.0\.0 · install failed: timed out waiting for 1 object · \d+[sm]$/],
  ['logging/grafana', /^11\.4\.0 · 2 objects drifted$/],
  ['logging/alloy', /^0\.9\.2 · behind source \(0\.9\.3\)$/],
  ['envoy/gateway', /^1\.4\.6\S* · suspended/],
  ['logging/alloy-events', /^waiting on logging\/loki$/],
  ['logging/loki-canary', /^waiting on logging\/loki$/],
  ['logging/tempo', /^1\.10\.1 · \d+[sm]$/],
];

test('each state is said in words beside the name', async () => {
  const { window } = demo();
  for (const [label, text] of texts) {
    await seen(window.rowText(label), text);
  }
});

test('drift has a badge with the number of objects, and a release says which when it is opened', async () => {
  const { window } = demo();
  await seen(window.treeRow('logging/grafana').locator('.monaco-icon-label'), /2/, '::after');
  await window.expand('logging/grafana');
  await seen(window.rowText('Deployment grafana'), /1 change/);
  await seen(window.rowText('ConfigMap grafana'), /1 change/);
  const objects = async () => (await window.treeLabels('Cluster')).filter((label) => label.startsWith('· · · '));
  await seenRows(window.page, objects, [
    '· · · ConfigMap grafana',
    '· · · Deployment grafana',
    '· · · Secret grafana',
    '· · · Service grafana',
    '· · · ServiceAccount grafana',
  ]);
});

test('a failed release says which of its objects is not ready', async () => {
  const { window } = demo();
  await window.expand('logging/loki');
  await seen(window.rowText('StatefulSet loki'), /^ready: 0 of 1$/);
});

test("the tooltip of a row has the controller's message and the conditions", async () => {
  const { window } = demo();
  const hover = await window.hoverRow('logging/loki');
  await seen(hover, /HelmRelease logging\/loki/);
  await seen(hover, /Helm install failed for release logging\/loki with chart loki@7\.0\.0/);
  await seen(hover, /Ready\s*False/);
});

test('filtering for what fails says how much is shown, and is cleared from that row', async () => {
  const { window } = demo();
  await window.palette('Driftline: Filter');
  await window.pickMany(['Failing']);
  await window.treeRow('Showing failing only (1 of 11)').waitFor();
  await window.treeRow('logging/grafana').waitFor({ state: 'detached' });
  const first = async () => (await window.treeLabels('Cluster')).slice(0, 4);
  await seenRows(window.page, first, [
    'Showing failing only (1 of 11)',
    'flux-system',
    '· infrastructure',
    '· · logging/loki',
  ]);
  const clear = await window.rowButton('Showing failing only (1 of 11)', 'Clear filter');
  await window.clickUntil(clear, window.treeRow(/^Showing/), 'detached');
  await window.treeRow('workloads').waitFor();
});

test('a click on the status bar shows what is failing or drifted', async () => {
  const { window } = demo();
  const entry = window.statusBar('homelab');
  await seen(entry, /homelab 1 1 1/);
  await window.clickUntil(entry, window.treeRow('Showing failing and drifted only (2 of 11)'));
  await window.treeRow('logging/loki').waitFor();
  await window.treeRow('logging/grafana').waitFor();
  await window.palette('Driftline: Clear filter');
  await window.treeRow(/^Showing/).waitFor({ state: 'detached' });
});

test('an object is found by its name from the palette, and shown in the tree', async () => {
  const { window } = demo();
  const collapse = window.page.locator('.sidebar').getByRole('button', { name: 'Collapse All' }).first();
  await window.clickUntil(collapse, window.treeRow('logging/tempo'), 'detached');
  await window.palette('Driftline: Find Flux object');
  await window.type('tempo');
  await window.quickPickRow('logging/tempo').click();
  await window.treeRow('logging/tempo').waitFor();
  await window.page.locator('.sidebar [role="treeitem"][aria-selected="true"]', { hasText: 'logging/tempo' }).waitFor();
});

test('the Sources view says how many of its consumers have a revision', async () => {
  const { window } = demo();
  await window.showView('Sources');
  await seen(
    window.rowText('GitRepository flux-system', 'Sources'),
    /^main@[0-9a-f]{7} · \d+[sm] ago · applied by 3 of 3$/,
  );
  await seen(window.rowText('HelmRepository grafana', 'Sources'), /applied by 2 of 6$/);
  await seen(window.rowText('OCIRepository envoy-gateway', 'Sources'), /applied by 1 of 1$/);
});

test('a look at the cluster changes nothing in it, reads nothing inside a Secret, and says nothing unasked', async () => {
  const { window, server, kubeconfig, kubeconfigHash } = demo();
  const writes = server.requests.filter((request) => !['GET', 'HEAD'].includes(request.method));
  assert.deepEqual(
    writes.filter((request) => !request.path.includes('/selfsubject')).map(({ method, path }) => `${method} ${path}`),
    [],
  );
  // Of the Secret that stands below a release, metadata alone is asked for.
  const secrets = server.requests.filter(({ path }) => /\/secrets(?:\/|\?|$)/.test(path));
  assert.deepEqual(
    secrets.filter(({ accept }) => !accept.split(',').every((form) => form.includes(';as=PartialObjectMetadata'))),
    [],
  );
  assert.deepEqual(await window.shownToasts(), []);
  assert.deepEqual(window.pageErrors, []);
  assert.equal(kubeconfig.hash(), kubeconfigHash);
});
