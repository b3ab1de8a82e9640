/** Files of a repository beside its cluster: lenses that show and change it, findings, and the live object as a document. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markAsPushed } from '../../scripts/sampleRepository.ts';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import type { ObjectId } from '../../src/flux/objectKey.ts';
import { demoOfFile } from './openDemo.ts';
import { seen } from './seen.ts';

/** How long a controller works here, in milliseconds; a number that nothing else of the server waits for. */
const reconcileMs = 701;

/** The machine's time, but for controllers: those can be held up, as one that is down holds up what is asked of it. */
class ControllersClock implements Clock {
  readonly #time = systemClock();
  held = false;

  now(): number {
    return this.#time.now();
  }

  after(ms: number, callback: () => void): ReturnType<Clock['after']> {
    return ms === reconcileMs && this.held ? { dispose: () => undefined } : this.#time.after(ms, callback);
  }
}

const clock = new ControllersClock();
const demo = demoOfFile({ server: { clock, reconcileMs } });

function release(namespace: string, name: string): ObjectId {
  return { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace, name };
}

/** Opens the rows above the releases, whatever the tests before have opened. */
async function showReleases(): Promise<void> {
  await demo().window.expand('flux-system');
  await demo().window.expand('infrastructure');
}

/** Resolves once the server has this field with this value. */
async function onServer(id: ObjectId, reads: (spec: Readonly<Record<string, unknown>>) => boolean): Promise<void> {
  const { server } = demo();
  const isSo = (): boolean => reads((server.get(id) as unknown as { spec: Record<string, unknown> }).spec);
  await server.received((request) => request.method === 'PATCH' && request.path.includes(`/${id.name}`) && isSo());
}

test('the lens says the state first, then what can be done now', async () => {
  const { window } = demo();
  await window.openFile('infrastructure/logging/loki.yaml');
  await seen(window.lens('Failed'), /^Failed: timed out waiting for 1 object · \d+[smh]$/);
  const actions = ['Why?', 'Diff', 'Reconcile', 'Suspend', 'Show in tree', 'What Flux applies'];
  assert.deepEqual((await window.lensTitles()).slice(1), actions);
});

test('the state lens shows the object in the tree', async () => {
  const { window } = demo();
  await window.openFile('infrastructure/logging/loki.yaml');
  const row = window.page.locator('.sidebar [role="treeitem"][aria-selected="true"]', { hasText: 'logging/loki' });
  await window.act('Show in tree', row);
});

test('files that are applied with a kustomization have no lens of their own', async () => {
  const { window } = demo();
  await window.openFile('infrastructure/logging/kustomization.yaml');
  await window.openFile('infrastructure/logging/grafana.yaml');
  await window.lens('Drifted').waitFor();
  await window.openFile('infrastructure/logging/kustomization.yaml');
  assert.deepEqual(await window.lensTitles(), []);
});

test('suspend and resume from the file reach the cluster, and come back to file and tree', async () => {
  const { window, server } = demo();
  const tempo = release('logging', 'tempo');
  await showReleases();
  await window.openFile('infrastructure/logging/tempo.yaml');
  await window.lens('Ready').waitFor();

  await window.act('Suspend', window.quickInputText());
  await seen(window.quickInputText(), /Upgrades, drift detection and corrections stop/);
  await window.answer('moving the disks');
  await window.lens('Resume').waitFor();
  await onServer(tempo, (spec) => spec['suspend'] === true);
  await seen(window.rowText('logging/tempo'), /suspended by admin \d+s ago: "moving the disks"/);
  await seen(window.lens('Suspended'), /^Suspended by admin \d+s ago: "moving the disks"/);

  await window.act('Resume', window.page.locator('.codelens-decoration a', { hasText: /^Suspend$/ }));
  await onServer(tempo, (spec) => !('suspend' in spec));
  await seen(window.rowText('logging/tempo'), /^1\.10\.1 · \d+[smh]$/);
  const patches = server.requests.filter(({ method, path }) => method === 'PATCH' && path.includes('/tempo'));
  assert.ok(patches.every(({ path }) => path.includes('fieldManager=flux')));
});

test('of several selected rows a command is for those that it fits: one question names them, and who is left out', async () => {
  const { window, server } = demo();
  const before = server.requests.filter(({ method }) => method === 'PATCH').length;
  await showReleases();
  // Rows without anything below them: a click on another one opens it.
  const selected = window.page.locator('.sidebar [role="treeitem"][aria-selected="true"]');
  await window.treeRow('logging/alloy-events').click();
  await window.treeRow('logging/alloy-events').and(selected).waitFor();
  await window.treeRow('envoy/gateway').click({ modifiers: ['Control'] });
  await selected.nth(1).waitFor();
  const question = window.page.locator('.monaco-dialog-box');
  await window.rowMenu('logging/alloy-events', 'Suspend', question);
  await seen(
    question,
    /Suspend 1 object on homelab\?.*HelmRelease logging\/alloy-events.*Left out.*HelmRelease envoy\/gateway/s,
  );
  await question.getByRole('button', { name: 'Cancel' }).click();
  await question.waitFor({ state: 'detached' });
  assert.equal(server.requests.filter(({ method }) => method === 'PATCH').length, before);
  await window.treeRow('logging/alloy-events').click();
});

test('a reconcile is asked for once at each step from the source down, and said to be done by the lens alone', async () => {
  const { window, server } = demo();
  await markAsPushed(window.folder);
  const patches = () => server.requests.filter(({ method }) => method === 'PATCH');
  const before = patches().length;
  await window.openFile('infrastructure/logging/tempo.yaml');
  await window.act('Reconcile', window.lens('Reconciled'));
  assert.deepEqual(
    patches()
      .slice(before)
      .map(({ path }) => path.split('?')[0]?.split('/').slice(-2).join('/')),
    [
      'gitrepositories/flux-system',
      'kustomizations/flux-system',
      'kustomizations/infrastructure',
      'helmrepositories/grafana',
      'helmcharts/logging-tempo',
      'helmreleases/tempo',
    ],
  );
  const object = server.get(release('logging', 'tempo'))!;
  const asked = object.metadata.annotations?.['reconcile.fluxcd.io/requestedAt'];
  assert.ok(asked !== undefined);
  assert.equal((object as { status?: { lastHandledReconcileAt?: string } }).status?.lastHandledReconcileAt, asked);
  // It takes longer than two seconds, so its progress may be shown; its end is not.
  assert.ok(
    (await window.shownToasts()).every((text) => text.includes('Reconcile HelmRelease logging/tempo on homelab')),
  );
});

test('a controller that does not answer is waited for as long as the user wants', async () => {
  const { window } = demo();
  clock.held = true;
  await showReleases();
  await window.openFile('infrastructure/logging/grafana.yaml');
  await window.act('Reconcile', window.lens('Reconciling…'));
  await seen(window.rowText('logging/grafana'), /reconciling…/);
  await window.act('Stop waiting', window.lens('Stopped waiting'));
  await window.lens('Reconcile').waitFor();
});

test('an action that lasts has a notification, which can end the waiting too', async () => {
  const { window } = demo();
  const progress = window.toast('Reconcile HelmRelease logging/grafana on homelab');
  await window.act('Reconcile', progress);
  await progress.hover();
  await progress.getByRole('button', { name: 'Cancel' }).click();
  await progress.waitFor({ state: 'detached' });
  await window.lens('Stopped waiting').waitFor();
  clock.held = false;
});

test('a failed action says once what, on which object and cluster, and why, with a button that leads on', async () => {
  const { window, server } = demo();
  const before = (await window.shownToasts()).length;
  const refusal = server.deny({
    user: 'admin',
    verb: 'patch',
    group: 'helm.toolkit.fluxcd.io',
    resource: 'helmreleases',
  });
  await window.openFile('infrastructure/logging/tempo.yaml');
  const toast = window.toast('Suspend HelmRelease logging/tempo on homelab failed');
  await window.act('Suspend', window.quickInputText());
  await window.answer('');
  await seen(toast, /no permission/);
  await toast.getByRole('button', { name: 'Open log' }).waitFor();
  await toast.getByRole('button', { name: 'Check prerequisites' }).waitFor();
  assert.equal((await window.shownToasts()).length, before + 1);
  refusal.dispose();
  await window.palette('Notifications: Clear All Notifications');
});

test('an image that is not pinned is underlined at its value, and the hover says why', async () => {
  const { window } = demo();
  const editor = await window.openFile('workloads/llm/deployment.yaml');
  await editor.locator('.squiggly-warning').first().waitFor();
  const hover = await window.hover(editor, 'curlimages/curl');
  await seen(hover, /curlimages\/curl has no tag.*image-untagged/);
});

test('what was found in files that are not open is in the Problems view', async () => {
  const { window } = demo();
  for (const text of ['>=1.10.0 has no upper end', 'reloader has no version', 'llama.cpp:latest is not a version']) {
    await (await window.problem(text)).waitFor();
  }
});

test('the live object opens as a document that cannot be edited and that no YAML server checks', async () => {
  const { window } = demo();
  const editor = window.liveEditor();
  await showReleases();
  await window.rowMenu('logging/tempo', 'Open live YAML', editor);
  await seen(editor.locator('.view-lines'), /kind: HelmRelease/);
  const text = await editor.locator('.view-lines').innerText();
  assert.doesNotMatch(text, /managedFields/);
  // The language is our own: to a YAML server it is not its business.
  await window.statusBar('YAML (Driftline)').waitFor();
  await editor.locator('.view-line').first().click();
  await window.page.keyboard.type('x');
  await window.page.locator('.monaco-editor-overlaymessage').waitFor();
  assert.equal(await editor.locator('.view-lines').innerText(), text);
});
