/** The states of the whole: what a person sees, and can do, while there is no cluster to show or something is wrong with it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { fluxKinds } from '../../src/flux/kinds.ts';
import { type ApiServer, startApiServer } from '../support/apiServer/apiServer.ts';
import { kubeconfigText } from '../support/kubeconfigFile.ts';
import { type Workbench, openWorkbench } from './driver.ts';
import { startDemoServer } from './openDemo.ts';
import { seen } from './seen.ts';

/** Where the kubeconfig will be; there is none at first. */
const folder = mkdtempSync(join(tmpdir(), 'driftline-situations-'));
const kubeconfig = join(folder, 'config');

interface Parts {
  readonly homelab: ApiServer;
  readonly bare: ApiServer;
  readonly window: Workbench;
}

const shared: { parts?: Parts; failed?: string; reborn?: ApiServer; hash?: string } = {};

function parts(): Parts {
  return shared.parts ?? assert.fail('The window is open while the tests run, not before.');
}

/** A cluster, one that refuses the token, one without Flux, one that is not there, and production. None is current. */
function writeKubeconfig({ homelab, bare }: Parts): void {
  const text = kubeconfigText([
    { context: 'homelab', url: homelab.url, token: homelab.token() },
    { context: 'expired', url: homelab.url, token: 'of-last-year' },
    { context: 'bare', url: bare.url, token: bare.token() },
    { context: 'gone', url: 'http://127.0.0.1:1', token: 'any' },
    { context: 'production', url: homelab.url, token: homelab.token() },
  ]);
  writeFileSync(kubeconfig, text.replace('"current-context": "homelab"', '"current-context": ""'), { mode: 0o600 });
}

function hash(): string {
  return createHash('sha256').update(readFileSync(kubeconfig)).digest('hex');
}

before(async () => {
  const homelab = await startDemoServer();
  const bare = await startApiServer();
  for (const { group } of fluxKinds) {
    bare.unserve({ group });
  }
  const window = await openWorkbench({ env: { KUBECONFIG: kubeconfig } });
  shared.parts = { homelab, bare, window };
  await window.showContainer('Driftline');
});

afterEach(async (context) => {
  if ('passed' in context && !context.passed) {
    shared.failed ??= context.name;
    await shared.parts?.window.keepPicture(context.name);
  }
});

after(async () => {
  await shared.parts?.window.stop(shared.failed);
  await shared.parts?.homelab.close();
  await shared.parts?.bare.close();
  await shared.reborn?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function choose(context: string): Promise<void> {
  const { window } = parts();
  await window.palette('Driftline: Choose kubeconfig context');
  await window.quickPickRow(context).click();
}

test('without a kubeconfig the view says what this is, and offers to begin', async () => {
  const { window } = parts();
  await window.sideBarText('Driftline shows every Flux object of a cluster live').waitFor();
  await window.sideBarButton('Choose kubeconfig context').waitFor();
  await window.sideBarButton('Walkthrough').waitFor();
});

test('a kubeconfig that comes later is noticed; the context is chosen from what it holds', async () => {
  const { window } = parts();
  writeKubeconfig(parts());
  shared.hash = hash();
  await window.sideBarButton('Choose kubeconfig context').click();
  await window.quickPickRow('homelab').waitFor();
  assert.deepEqual(await window.quickPickLabels(), ['homelab', 'expired', 'bare', 'gone', 'production']);
  await window.quickPickRow('homelab').click();
  await window.treeRow('flux-system').waitFor();
  await seen(window.viewDescription('Cluster'), /^homelab · Flux 2\.9/);
  await window.statusBar('homelab').waitFor();
});

test('refused credentials are said so, with what to do', async () => {
  const { window } = parts();
  await choose('expired');
  await window.sideBarText('The cluster did not accept the credentials').waitFor();
  await window.treeRow('flux-system').waitFor({ state: 'detached' });
  for (const button of ['Retry', 'Choose another context', 'Open log']) {
    await window.sideBarButton(button).waitFor();
  }
  await seen(window.viewDescription('Cluster'), /^expired · credentials not accepted/);
});

test('a cluster without Flux is said so, with what to check and how to install', async () => {
  const { window } = parts();
  await choose('bare');
  await window.sideBarText('No Flux in this cluster').waitFor();
  await window.sideBarButton('How to install').waitFor();
  await window.sideBarButton('Check prerequisites').click();
  const report = window.page.locator('.editor-instance .view-lines').first();
  await seen(report, /bare/);
  await window.palette('View: Close All Editors');
  const dontSave = window.page.locator('.monaco-dialog-box .monaco-button', { hasText: /Don.t Save/ });
  await dontSave.click();
});

test('a cluster that was never reached is named with the reason', async () => {
  const { window } = parts();
  await choose('gone');
  await window.sideBarText('The cluster cannot be reached').waitFor();
  await seen(window.viewDescription('Cluster'), /^gone · API server unreachable/);
  await window.sideBarButton('Retry').waitFor();
});

test('in a production context a change asks to type the name, and nothing else lets it through', async () => {
  const { window, homelab } = parts();
  const writes = (): number => homelab.requests.filter(({ method }) => method === 'PATCH').length;
  await choose('production');
  await seen(window.viewDescription('Cluster'), /^production/);
  await window.treeRow('workloads').waitFor();
  const before = writes();
  await window.rowMenu('workloads', 'Suspend', window.quickInputText());
  await seen(
    window.quickInputText(),
    /Suspend Kustomization (?:flux-system\/)?workloads on production\? [^]*Type workloads to confirm/,
  );
  await window.type('worklaods');
  await seen(window.quickInputText(), /The name is workloads/);
  await window.page.keyboard.press('Enter');
  await window.quickInputText().waitFor();
  assert.equal(writes(), before);
  await window.answer('workloads');
  await seen(window.quickInputText(), /A reason, if you like, is kept with the object/);
  await window.answer('');
  await seen(window.rowText('workloads'), /suspended/);
  assert.equal(writes(), before + 1);
  await window.rowMenu('workloads', 'Resume', window.quickInputText());
  await window.answer('workloads');
  await seen(window.rowText('workloads'), /^main@\w+ · \d+[smh]$/);
});

test('a server that goes leaves the last state in sight, with its age', async () => {
  const { window, homelab } = parts();
  await choose('homelab');
  await seen(window.viewDescription('Cluster'), /^homelab · Flux/);
  await window.treeRow('workloads').waitFor();
  const { port } = homelab;
  await homelab.close();
  const note = window.treeRow(/^Stale since \d\d:\d\d.*API server unreachable/);
  await note.waitFor();
  await window.treeRow('workloads').waitFor();
  await note.hover();
  for (const button of ['Retry connection', 'Choose kubeconfig context', 'Open log']) {
    await note.getByRole('button', { name: button }).waitFor();
  }
  // Pressed while the server is still away: once it is back, what retries by itself may be first.
  await (await window.rowButton(/^Stale since/, 'Retry connection')).click();
  await window.treeRow('workloads').waitFor();
  shared.reborn = await startDemoServer({ port });
  await note.waitFor({ state: 'detached' });
  await seen(window.viewDescription('Cluster'), /^homelab · Flux/);
});

test('through all of that nothing popped up by itself, and the kubeconfig is as it was', async () => {
  const { window } = parts();
  // The one that is there answers a button that was pressed.
  assert.deepEqual(await window.shownToasts(), ['Checking prerequisites on bare']);
  assert.deepEqual(window.pageErrors, []);
  assert.equal(hash(), shared.hash);
});
