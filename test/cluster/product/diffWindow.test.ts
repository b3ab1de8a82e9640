/**
 * Diff in the packaged extension in a real VS Code on a real cluster, as a user has it: a value that is changed before the
 * push, drifts that the controllers correct, a release that would be installed anew, a volume that changes hands. On a cluster
 * of its own: what was corrected is marked for half an hour, in rows that other files read. With `DRIFTLINE_PICTURES=1` it writes
 * `docs/pictures/cluster-diff-*.png`.
 */
import assert from 'node:assert/strict';
import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import type { Locator } from 'playwright-core';
import { findChromium, noChromium } from '../../../scripts/chromium.ts';
import { projectRoot } from '../../../scripts/projectRoot.ts';
import { openWorkbench, type Workbench } from '../../ui/driver.ts';
import { seen } from '../../ui/seen.ts';
import { type StartedCluster, startCluster } from '../cluster.ts';
import { homelabOptions, installHomelab } from '../homelab.ts';

const skip = findChromium() === undefined && noChromium;
const shared: { cluster?: StartedCluster; window?: Workbench; failed?: string } = {};

const llm = '/apis/apps/v1/namespaces/llm/deployments/llm';
const configMap = (name: string) => `/api/v1/namespaces/logging/configmaps/${name}`;

before(async () => {
  if (skip === false) {
    shared.cluster = await startCluster(homelabOptions);
    await installHomelab(shared.cluster);
    // Both sides beside each other, however wide the side bar is.
    const settings = { 'diffEditor.useInlineViewWhenSpaceIsLimited': false };
    shared.window = await openWorkbench({ settings, env: { KUBECONFIG: shared.cluster.kubeconfig } });
    await shared.window.showContainer('Driftline');
    await shared.window.resizeSideBar(420);
    await shared.window.expand('flux-system');
  }
});
afterEach(async (context) => {
  if ('passed' in context && !context.passed && shared.failed === undefined) {
    shared.failed = `cluster-${context.name}`;
    await shared.window?.keepPicture(shared.failed);
  }
});
after(async () => {
  await shared.window?.stop(shared.failed === undefined ? undefined : `${shared.failed}-end`);
  await shared.cluster?.stop();
});

function running(): StartedCluster {
  return shared.cluster ?? assert.fail('the cluster is up');
}

function open(): Workbench {
  return shared.window ?? assert.fail('the window is open');
}

async function picture(name: string): Promise<void> {
  if (process.env['DRIFTLINE_PICTURES'] === '1') {
    const { page } = open();
    await page.mouse.move(200, 700); // away from rows, lenses and lists, whose hovers would cover them
    await page.locator('.monaco-hover:visible').waitFor({ state: 'hidden' });
    await open().screenshot(join(projectRoot, 'docs', 'pictures', `cluster-diff-${name}.png`));
  }
}

/** The list that a comparison of several differences opens, with all that it says. */
function list(): Locator {
  return open().quickInputText();
}

/** One side of an object in the editor for several diffs. */
function side(which: 'original' | 'modified', object: string): Locator {
  // A slash would cut the title, so a sign that looks like one stands there.
  const entry = open().page.locator('.multiDiffEntry', { hasText: object.replaceAll('/', '∕') });
  return entry.locator(`.editor.${which} .view-lines`).first();
}

/**
 * Clicks until there is an answer, or word that it is being worked on: a second click on what takes its time would start it a
 * second time.
 */
async function ask(find: () => Locator | Promise<Locator>): Promise<void> {
  const { page } = open();
  await open().palette('Notifications: Clear All Notifications'); // one of before would be taken for the answer
  await page.locator('.notifications-toasts .notification-list-item:visible').first().waitFor({ state: 'detached' });
  const target = await find(); // the button of a row is there while the mouse is over it
  const answers = ['.quick-input-widget', '.multiDiffEntry', '.notifications-toasts .notification-list-item'];
  await open().clickUntil(target, page.locator(answers.map((answer) => `${answer}:visible`).join(', ')).first());
}

const diffLens = (): Locator =>
  open()
    .page.locator('.codelens-decoration a', { hasText: /^\s*Diff\s*$/ })
    .first();

const titleButton = (name: string): Locator =>
  open().page.locator('.editor-actions').getByRole('button', { name, exact: true });

/** As the palette's command does: what Diff compares with from now on. */
async function compareWith(against: 'Working tree' | 'Drift'): Promise<void> {
  await closeEditors();
  await open().palette('Driftline: Choose what diff compares with');
  await open().choose(against);
  await list().waitFor({ state: 'hidden' });
}

async function closeEditors(): Promise<void> {
  await open().palette('View: Close All Editors');
  await open().page.locator('.tab').first().waitFor({ state: 'detached' });
}

/** What was typed is thrown away; otherwise closing the editor would ask. */
async function revert(path: string): Promise<void> {
  await open().openFile(path);
  await open().palette('File: Revert File');
  await open().page.locator('.tab.dirty').waitFor({ state: 'detached' });
}

test(
  'a value changed in a HelmRelease: Diff shows the values and what is rendered of them, old and new',
  { skip },
  async () => {
    const window = open();
    const { keyboard } = window.page;
    const path = 'infrastructure/logging/tempo.yaml';
    const file = await window.openFile(path);
    await window.typeBehind(file, 'retention: 72h', '');
    for (const key of ['Backspace', 'Backspace', 'Backspace', '1', '6', '8', 'h']) {
      await keyboard.press(key);
    }
    await ask(diffLens);
    await window.choose('Working tree'); // asked the first time
    await seen(list(), /HelmRelease logging\/tempo: cluster ↔ working tree/);
    await seen(list(), /Values of the release.*tempo\.retention/);
    await window.choose('Show all 2');
    await seen(side('original', 'Values of the release'), /retention: 72h/);
    await seen(side('modified', 'Values of the release'), /retention: 168h/);
    await seen(side('original', 'ConfigMap logging/tempo'), /block_retention: 72h/);
    await seen(side('modified', 'ConfigMap logging/tempo'), /block_retention: 168h/);
    await titleButton('Reconcile now').waitFor({ state: 'detached' }); // it would not bring what is not pushed
    await picture('values');
    await revert(path);
  },
);

test('a Kustomization changed by hand: marked, shown, and put back by Reconcile now', { skip }, async () => {
  const window = open();
  await compareWith('Drift');
  const byHand = { metadata: { labels: { debug: 'true' } }, spec: { replicas: 3 } };
  await running().api.patch(llm, byHand, 'kubectl-edit');

  await ask(() => window.rowButton('workloads', 'Diff'));
  await seen(side('original', 'Deployment llm/llm'), /replicas: 3/);
  await seen(side('modified', 'Deployment llm/llm'), /replicas: 1/);
  await seen(side('original', 'Deployment llm/llm'), /debug: "true"/);
  await seen(side('modified', 'Deployment llm/llm'), /^(?!.*debug)/);
  await seen(window.rowText('workloads', 'Cluster'), /1 object differs/);
  await window.expand('workloads');
  await window.expand('Deployment llm/llm');
  await seen(window.rowText('spec.replicas', 'Cluster'), /3, would be 1/);
  await seen(window.rowText('metadata.labels.debug', 'Cluster'), /would be removed/);
  await picture('drift');

  const field = window.treeRow('spec.replicas', 'Cluster');
  await window.clickUntil(titleButton('Reconcile now'), field, 'detached');
  const live = await running().api.waitFor(llm, (object) => object?.spec?.['replicas'] === 1);
  assert.equal(live?.metadata.labels?.['debug'], undefined, 'what kubectl added goes, too');
  await seen(window.rowText('workloads', 'Cluster'), /^(?!.*differs)/);
});

/** A release of the sample and one of its ConfigMaps, changed by hand, and what stands in its place once it is corrected. */
async function changeByHand(path: string): Promise<() => Promise<unknown>> {
  const { data = {} } = await running().api.get(path);
  const [key = ''] = Object.keys(data);
  await running().api.patch(path, { data: { [key]: 'changed by hand\n' } }, 'kubectl-edit');
  return () => running().api.waitFor(path, (object) => object?.data?.[key] === data[key]);
}

async function checkReleaseCorrected(release: string, config: string, button: string): Promise<void> {
  const window = open();
  await compareWith('Drift');
  await window.expand('infrastructure');
  const corrected = await changeByHand(config);
  const object = `ConfigMap ${release}`;
  await ask(() => window.rowButton(release, 'Diff'));
  await seen(side('original', object), /changed by hand/);
  await seen(side('modified', object), /^(?!.*changed by hand)/);
  await seen(window.rowText(release, 'Cluster'), /1 object differs/);
  await titleButton(button).click();
  if (button === 'Force an upgrade') {
    await window.answerDialog(button); // asked a second time, whatever the settings say
  }
  await corrected();
  await seen(window.rowText(release, 'Cluster'), /^(?!.*(differs|drifted))/);
}

test('a release whose drift detection is enabled: Reconcile now corrects it', { skip }, async () => {
  await checkReleaseCorrected('logging/tempo', configMap('tempo'), 'Reconcile now');
});

test(
  'a release without drift detection: a reconcile would find nothing, Force an upgrade corrects it',
  { skip },
  async () => {
    await checkReleaseCorrected('logging/alloy', configMap('alloy'), 'Force an upgrade');
  },
);

test('a release whose drift detection only warns: nothing to press, and the list says why', { skip }, async () => {
  const window = open();
  await compareWith('Drift');
  await window.expand('infrastructure');
  await ask(() => window.rowButton('logging/grafana', 'Diff'));
  await seen(list(), /ConfigMap logging\/grafana.*Deployment logging\/grafana/);
  await seen(list(), /Drift detection only warns: nothing corrects the drift/);
  await window.choose('Show all 2');
  await seen(side('original', 'Deployment logging/grafana'), /replicas: 3/);
  for (const button of ['Reconcile now', 'Force an upgrade']) {
    await titleButton(button).waitFor({ state: 'detached' });
  }
});

test('a release that gets another name: it is warned of, before all fields', { skip }, async () => {
  const window = open();
  await compareWith('Working tree');
  const path = 'infrastructure/logging/tempo.yaml';
  await window.typeBehind(await window.openFile(path), 'interval: 15m', '\nreleaseName: traces');
  await ask(diffLens);
  await seen(list(), /its release name changes from tempo to traces, so Helm uninstalls the release logging\/tempo/);
  await seen(list(), /StatefulSet logging\/tempo ?would be deleted.*StatefulSet logging\/traces ?would be created/);
  await picture('rename');
  await window.page.keyboard.press('Escape');
  await revert(path);
});

/** As a user does it: the file goes to another folder, and both lists of resources with it. */
async function moveClaim(folder: string): Promise<void> {
  const claim = join(folder, 'workloads/llm/volume-claim.yaml');
  const target = join(folder, 'infrastructure/storage/volume-claim.yaml');
  await rename(claim, target);
  await writeFile(
    target,
    (await readFile(target, 'utf8')).replace('name: models\n', 'name: models\n  namespace: llm\n'),
  );
  const old = join(folder, 'workloads/llm/kustomization.yaml');
  await writeFile(old, (await readFile(old, 'utf8')).replace('  - volume-claim.yaml\n', ''));
  await appendFile(join(folder, 'infrastructure/storage/kustomization.yaml'), '  - volume-claim.yaml\n');
}

test('a volume claim that moves to another Kustomization: it is warned of', { skip }, async () => {
  const window = open();
  await compareWith('Working tree');
  await moveClaim(window.folder);
  await window.openFile('clusters/homelab/workloads.yaml');
  await ask(diffLens);
  await seen(list(), /PersistentVolumeClaim llm\/models is deleted; this deletes volumes/);
  await window.page.keyboard.press('Escape');
  await window.palette('Driftline: What would this change do?');
  await seen(list(), /PersistentVolumeClaim llm\/models ?MAY BE DELETED BEFORE IT MOVES/);
  await seen(list(), /moves from Kustomization flux-system\/workloads to Kustomization flux-system\/infrastructure/);
  await seen(list(), /where Kustomization flux-system\/workloads runs first, it is deleted/);
  await picture('move');
});
