/**
 * What an operator does at night, in the packaged extension in a real VS Code on a real cluster: a pushed edit brought by the
 * lens, one that is not pushed named instead, a suspension that another window explains, an upgrade forced after retries ran
 * out, *Why?* on pods that cannot pull, a commit followed until it has landed. On a cluster of its own: controllers are halted
 * in it, so that what passes in a moment can be read. With `DRIFTLINE_PICTURES=1` it writes `docs/pictures/cluster-act-*.png`.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Locator } from 'playwright-core';
import { findChromium, noChromium } from '../../../scripts/chromium.ts';
import { projectRoot } from '../../../scripts/projectRoot.ts';
import { type Area, openWorkbench, type Workbench } from '../../ui/driver.ts';
import { seen } from '../../ui/seen.ts';
import type { ApiObject } from '../apiClient.ts';
import { type StartedCluster, startCluster } from '../cluster.ts';
import type { PausedProgram } from '../clusterHandle.ts';
import { conditionOf, fluxPath, isReady, requestReconcile } from '../fluxObjects.ts';
import { homelabOptions, homelabUrl, installHomelab } from '../homelab.ts';
import { folderOfUrl } from '../servers.ts';
import { applyManifest } from '../support.ts';

const skip = findChromium() === undefined && noChromium;
const shared: { cluster?: StartedCluster; window?: Workbench; other?: Workbench; failed?: string } = {};
/** Wide enough for all lenses of a file: one that must be scrolled to takes the text out of the picture. */
const size = { width: 1500, height: 680 };
const sideBarWidth = 440;
const settings = {
  'driftline.tree.behindSourceAfter': 0,
  'editor.minimap.enabled': false,
  'window.commandCenter': false,
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.layoutControl.enabled': false,
};

const tempoFile = 'infrastructure/logging/tempo.yaml';
const source = fluxPath('GitRepository', 'flux-system/flux-system');
const tempo = fluxPath('HelmRelease', 'logging/tempo');
const workloads = fluxPath('Kustomization', 'flux-system/workloads');
/** Where `applyManifest` puts the releases that come from no Git. */
const shop = 'shop';

before(async () => {
  if (skip === false) {
    shared.cluster = await startCluster(homelabOptions);
    await installHomelab(shared.cluster);
    // All at once: a source that has fetched them looks again in an hour.
    for (const name of ['later', 'pulls'] as const) {
      await publish(name);
    }
    shared.window = await openWorkbench({ settings, size, env: { KUBECONFIG: shared.cluster.kubeconfig } });
    // The clone has the cluster's history, not one of its own.
    await git('fetch', '--quiet', 'origin');
    await git('reset', '--quiet', '--hard', 'origin/main');
    await shared.window.showContainer('Driftline');
    await shared.window.resizeSideBar(sideBarWidth);
    await shared.window.expand('flux-system');
    await shared.window.expand('infrastructure');
  }
});
afterEach(async (context) => {
  if ('passed' in context && !context.passed) {
    await shared.window?.keepPicture(`cluster-${context.name}`);
    await shared.other?.keepPicture(`cluster-${context.name}-other`);
    shared.failed ??= `cluster-${context.name}`;
  }
});
after(async () => {
  const failed = shared.failed === undefined ? undefined : `${shared.failed}-end`;
  await shared.other?.stop(failed && `${failed}-other`);
  await shared.window?.stop(failed);
  await shared.cluster?.stop();
});

function running(): StartedCluster {
  return shared.cluster ?? assert.fail('the cluster is up');
}

function open(): Workbench {
  return shared.window ?? assert.fail('the window is open');
}

/** In the folder that is open; what is at the public address is read from and written to the cluster's Git server. */
async function git(...args: readonly string[]): Promise<string> {
  const bare = folderOfUrl(join(running().folder, 'git'), homelabUrl);
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  const all = ['-c', `url.${bare}.git.insteadOf=${homelabUrl}`, ...args];
  return (await promisify(execFile)('git', all, { cwd: open().folder, env })).stdout.trim();
}

/** Resolves to the commit's id. */
async function commit(message: string): Promise<string> {
  await git('commit', '--quiet', '--all', '--message', message);
  return git('rev-parse', 'HEAD');
}

async function replaceIn(path: string, text: string, by: string): Promise<void> {
  const file = join(open().folder, path);
  const before = await readFile(file, 'utf8');
  assert.ok(before.includes(text), `${path} has ${text}`);
  await writeFile(file, before.replace(text, by));
}

/** Types over the last word of a line. Its own place is clicked: a line reaches far to the right of what is seen. */
async function retype(path: string, old: string, text: string): Promise<void> {
  const { page } = open();
  const editor = await open().openFile(path);
  await editor.locator('.view-line span span', { hasText: old }).first().click();
  await page.keyboard.press('End');
  for (let left = old.length; left > 0; left -= 1) {
    await page.keyboard.press('Backspace');
  }
  await page.keyboard.type(text);
  await editor.locator('.view-line span span', { hasText: text }).first().waitFor();
}

async function save(): Promise<void> {
  await open().palette('File: Save');
  await open().page.locator('.tab.dirty').first().waitFor({ state: 'detached' });
}

async function picture(name: string, window = open(), clip?: Area): Promise<void> {
  if (process.env['DRIFTLINE_PICTURES'] === '1') {
    await window.page.mouse.move(900, 640); // away from rows and lenses, whose hovers would cover them
    await window.page.locator('.monaco-hover:visible').waitFor({ state: 'hidden' });
    await window.screenshot(join(projectRoot, 'docs', 'pictures', `cluster-act-${name}.png`), clip);
  }
}

/** Nothing of what it does happens until the work is over, so what is shown meanwhile can be read. */
async function whileHalted<T>(programs: readonly PausedProgram[], work: () => Promise<T>): Promise<T> {
  programs.forEach((program) => running().pause(program));
  try {
    return await work();
  } finally {
    programs.forEach((program) => running().resume(program));
  }
}

const dialog = (): Locator => open().page.locator('.monaco-dialog-box');

async function answer(button: string): Promise<void> {
  await dialog().getByRole('button', { name: button, exact: true }).click();
  await dialog().waitFor({ state: 'detached' });
}

async function closeEditors(): Promise<void> {
  await open().palette('View: Close All Editors');
  await open().page.locator('.tab').first().waitFor({ state: 'detached' });
}

const shortRevision = async (): Promise<string> =>
  `main@${(await running().api.get(source)).status?.artifact?.revision?.slice('main@sha1:'.length).slice(0, 7)}`;

test('an edit that is pushed arrives by the lens Reconcile: source, parents, release', { skip }, async () => {
  const window = open();
  await retype(tempoFile, '72h', '168h');
  await save();
  await commit('Traces are kept for a week');
  await git('push', '--quiet', 'origin', 'main');
  const stop = window.lens('Stop waiting');
  await whileHalted(['helm-controller'], async () => {
    await window.act('Reconcile', stop);
    await seen(window.lens('Reconciling'), /^Reconciling…$/);
    const progress = window.toast('Reconcile HelmRelease logging/tempo on homelab');
    await seen(progress, /6 of 6: HelmRelease logging\/tempo/);
    await picture('reconcile');
  });
  await stop.waitFor({ state: 'detached' });
  const { data } = await running().api.get('/api/v1/namespaces/logging/configmaps/tempo');
  assert.match(data?.['tempo.yaml'] ?? '', /block_retention: 168h/, 'it is live once the lens has ended');
  await seen(window.rowText('logging/tempo', 'Cluster'), /^1\.10\.1/);
  await closeEditors();
});

/** What a reconcile would have written. */
async function requests(): Promise<readonly unknown[]> {
  const objects = ['infrastructure', 'flux-system'].map((name) => fluxPath('Kustomization', `flux-system/${name}`));
  const all = await Promise.all([source, ...objects, tempo].map((path) => running().api.get(path)));
  return all.map(({ metadata }) => metadata.annotations?.['reconcile.fluxcd.io/requestedAt']);
}

test(
  'an edit that is not saved, and one that is not pushed: which revision would be applied instead',
  { skip },
  async () => {
    const window = open();
    const before = await requests();
    const applies = await shortRevision();
    const instead = `Reconcile HelmRelease logging/tempo on homelab applies ${applies} of GitRepository flux-system/flux-system, not what you see in the editor`;
    await retype(tempoFile, '15m', '20m');
    await window.act('Reconcile', dialog());
    await seen(dialog(), new RegExp(`tempo\\.yaml is not saved\\. ${instead}`));
    await dialog().getByRole('button', { name: 'Save', exact: true }).waitFor();
    await answer('Cancel');

    await save();
    await commit('Traces are looked at less often');
    await window.act('Reconcile', dialog());
    await seen(dialog(), new RegExp(`tempo\\.yaml is committed and not pushed\\. ${instead}`));
    await seen(dialog(), /Push it to have it applied/);
    await picture('not-what-you-see');
    await answer('Cancel');
    await window.lens('Reconcile').waitFor();
    assert.deepEqual(await requests(), before, 'nothing was sent');
    await git('reset', '--quiet', '--hard', 'origin/main');
    await closeEditors();
  },
);

test(
  'a suspension with a reason: another window says who, when and why; Resume says what has piled up',
  { skip },
  async () => {
    const window = open();
    const box = window.quickInputText();
    await window.rowMenu('workloads', 'Suspend', box);
    await seen(box, /Suspend Kustomization flux-system\/workloads on homelab/);
    await window.answer('models are being moved');

    // Somebody else's, who may only read.
    shared.other = await openWorkbench({ settings, size, env: { KUBECONFIG: running().viewerKubeconfig } });
    const { other } = shared;
    await other.showContainer('Driftline');
    await other.resizeSideBar(sideBarWidth);
    await other.expand('flux-system');
    await seen(
      other.rowText('workloads', 'Cluster'),
      /suspended by admin( \S+ ago| just now)?: .models are being moved/,
    );
    await other.openFile('clusters/homelab/workloads.yaml');
    await seen(other.lens('Suspended'), /^Suspended by admin.*: .models are being moved/);
    await picture('suspended', other);

    const from = await shortRevision();
    await replaceIn('workloads/llm/service.yaml', '  name: llm\n', '  name: llm\n  labels:\n    moved: "yes"\n');
    const to = `main@${(await commit('The model server has moved')).slice(0, 7)}`;
    await git('push', '--quiet', 'origin', 'main');
    await requestReconcile(running(), source);
    await seen(window.rowText('workloads', 'Cluster'), new RegExp(to));
    await window.clickUntil(await window.rowButton('workloads', 'Resume'), dialog());
    await seen(dialog(), /Resume Kustomization flux-system\/workloads on homelab\?/);
    await seen(dialog(), new RegExp(`${from} is applied, ${to}, 1 commit later, would come\\. Prune is on`));
    await picture('resume');
    await answer('Resume');

    const isMoved = (object: ApiObject | undefined): boolean => object?.metadata.labels?.['moved'] === 'yes';
    await running().api.waitFor('/api/v1/namespaces/llm/services/llm', isMoved);
    const { annotations = {} } = (await running().api.get(workloads)).metadata;
    assert.deepEqual(
      Object.keys(annotations).filter((name) => name.startsWith('driftline.dev/')),
      [],
    );
    await seen(other.rowText('workloads', 'Cluster'), /^(?!.*suspended)/);
    await seen(window.rowText('workloads', 'Cluster'), new RegExp(`^${to} · `));
    const complaints = (await window.shownToasts()).filter((text) => text.includes('failed'));
    assert.deepEqual(complaints, [], 'what its dependency has to apply first is no failure');
    await other.stop();
    delete shared.other;
  },
);

const image = 'registry.example.com/web:1.2';

/**
 * `later` has an object in a namespace of its value; `pulls` a Deployment whose pods no scheduler takes, so nothing but the test
 * writes their status.
 */
const templates = {
  later: `apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }}, namespace: {{ .Values.namespace }} }
`,
  pulls: `apiVersion: apps/v1
kind: Deployment
metadata: { name: {{ .Release.Name }} }
spec:
  selector: { matchLabels: { app: {{ .Release.Name }} } }
  template:
    metadata: { labels: { app: {{ .Release.Name }} } }
    spec:
      schedulerName: nobody
      containers: [{ name: web, image: "${image}" }]
`,
};

const release = (name: string, more: string): string => `apiVersion: v1
kind: Namespace
metadata: { name: ${shop} }
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: { name: charts, namespace: ${shop} }
spec: { interval: 1h, url: "${running().helmUrl}" }
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: ${name}, namespace: ${shop} }
spec: { interval: 1h, chart: { spec: { chart: ${name}, version: 1.0.0, sourceRef: { kind: HelmRepository, name: charts } } }, ${more} }
`;

async function publish(name: keyof typeof templates): Promise<void> {
  const folder = await mkdtemp(join(running().folder, 'home', 'chart-'));
  await mkdir(join(folder, 'templates'));
  await writeFile(join(folder, 'Chart.yaml'), `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`);
  await writeFile(join(folder, 'templates', 'all.yaml'), templates[name]);
  await running().publishChart(folder);
  await rm(folder, { recursive: true });
}

test('a release whose retries are used up: a second question, then it is Ready', { skip }, async () => {
  const window = open();
  const { api } = running();
  const path = fluxPath('HelmRelease', `${shop}/later`);
  await applyManifest(running(), release('later', `values: { namespace: ${shop} }`));
  await api.waitFor(path, isReady, { seconds: 120 });
  await api.patch(path, { spec: { values: { namespace: 'not-there-yet' } } });
  const gaveUp = (object: ApiObject | undefined): boolean => conditionOf(object, 'Stalled')?.status === 'True';
  await api.waitFor(path, gaveUp, { seconds: 120 });
  await window.expand(/^\s*Not applied by Flux/);
  await seen(window.rowText(`${shop}/later`, 'Cluster'), /upgrade failed|gave up/);
  // What was missing is there; nothing makes helm-controller try again.
  await applyManifest(running(), 'apiVersion: v1\nkind: Namespace\nmetadata: { name: not-there-yet }\n');

  await window.rowMenu(`${shop}/later`, 'Force an upgrade', dialog());
  await seen(dialog(), /Really force an upgrade of HelmRelease shop\/later on homelab\?/);
  await picture('force');
  await answer('Force an upgrade');
  await api.waitFor(path, isReady, { seconds: 120 });
  await seen(window.rowText(`${shop}/later`, 'Cluster'), /^1\.0\.0(?!.*failed)/);
});

test('Why? on a release whose pods cannot pull: the first line names image and reason', { skip }, async () => {
  const window = open();
  const { api } = running();
  await applyManifest(running(), release('pulls', 'timeout: 5s'));
  const hasFailed = (object: ApiObject | undefined): boolean => conditionOf(object, 'Released')?.status === 'False';
  await api.waitFor(fluxPath('HelmRelease', `${shop}/pulls`), hasFailed, { seconds: 120 });
  const pods = `/api/v1/namespaces/${shop}/pods`;
  const [pod] = (await api.list(`${pods}?labelSelector=app%3Dpulls`)).items;
  assert.ok(pod, 'the Deployment has a pod');
  const message = `Back-off pulling image "${image}": ErrImagePull: not found`;
  const waiting = { reason: 'ImagePullBackOff', message };
  const status = { name: 'web', image, imageID: '', ready: false, restartCount: 0, state: { waiting } };
  await api.patch(`${pods}/${pod.metadata.name}/status`, { status: { containerStatuses: [status] } });

  await window.expand(/^\s*Not applied by Flux/);
  const editor = window.answerEditor(`HelmRelease ${shop}/pulls`);
  await window.clickUntil(await window.rowButton(`${shop}/pulls`, 'Why?'), editor);
  const text = editor.locator('.view-lines'); // a line that is wrapped is two of them
  await seen(
    text,
    new RegExp(`^HelmRelease shop/pulls is not ready because its pod cannot pull ${image} \\(ImagePull`),
  );
  const { x, y, width } = (await window.page.locator('.part.editor').boundingBox())!;
  await picture('why', window, { x, y, width, height: 350 });
  await closeEditors();
});

const analyzer = {
  file: 'workloads/log-analyzer/service.yaml',
  service: '/api/v1/namespaces/log-analyzer/services/log-analyzer',
};

test('a commit is followed from not pushed until it has landed, in a row and in the status bar', { skip }, async () => {
  const window = open();
  const { service } = analyzer;
  await replaceIn(analyzer.file, '  name: log-analyzer\n', '  name: log-analyzer\n  labels:\n    followed: "yes"\n');
  const id = await commit('The analyzer gets a label');
  const short = id.slice(0, 7);
  const row = window.treeRow(new RegExp(`^\\s*${short}`), 'Cluster');
  const bar = window.statusBar(short);
  await window.palette('Driftline: Follow my commit');
  await window.choose('The analyzer gets a label');
  await seen(row, /is not pushed/);
  await seen(bar, new RegExp(short));

  await window.resizeSideBar(700); // so that the row is read without the pointer on it
  await whileHalted(['source-controller', 'kustomize-controller'], async () => {
    await git('push', '--quiet', 'origin', 'main');
    await seen(row, /is pushed, waiting for GitRepository flux-system \(fetches every 5m\)/);
    running().resume('source-controller');
    await row.hover();
    const fetch = row.getByRole('button', { name: 'Reconcile the waiting source' });
    await window.clickUntil(fetch, fetch, 'detached');
    await seen(row, /is fetched by flux-system, applied by 0 of 3/);
    await seen(bar, new RegExp(`${short} 0/3`));
    await picture('follow');
  });
  await seen(row, /has landed: applied by all 3/);
  await seen(window.rowText('workloads', 'Cluster'), /^(?!.*(pending|behind))/);
  await picture('landed');
  assert.equal((await running().api.get(service)).metadata.labels?.['followed'], 'yes');
});
