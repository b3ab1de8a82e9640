/** Plain manifests in the window: who applies them, one object compared alone, and the raw document where nothing can be rendered. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Disposable } from '../../../src/base/disposables.ts';
import { idOf, type ObjectId } from '../../../src/flux/objectKey.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { connect, type HostCluster, kustomizationId } from '../window/hostCluster.ts';
import {
  closeEditors,
  eventually,
  hostDialogs,
  patienceMs,
  setUserSetting,
  showFile,
  workspaceFile,
} from '../window/hostWindow.ts';
import { revert, typeOver } from '../window/renderedText.ts';

const workloads = kustomizationId('workloads');
const llm: ObjectId = { group: 'apps', kind: 'Deployment', namespace: 'llm', name: 'llm' };
const file = 'workloads/llm/deployment.yaml';
const applied = 'Applied by ks/workloads · Diff';

async function lensesOf(document: vscode.TextDocument): Promise<readonly vscode.Command[]> {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    document.uri,
    100,
  );
  return lenses.flatMap(({ command }) => command ?? []);
}

/** Asks again at each change of what is known of the cluster, until the lens is there. */
async function lensWhen(cluster: HostCluster, path: string, title: string): Promise<vscode.Command> {
  const document = await showFile(path);
  const end = Date.now() + patienceMs;
  for (;;) {
    const changes = { seen: 0 };
    const subscription = cluster.probe.views.onDidSurvey(() => (changes.seen += 1));
    try {
      const lenses = await lensesOf(document);
      const found = lenses.find((lens) => lens.title === title);
      if (found) {
        return found;
      }
      const shown = lenses.map((lens) => lens.title).join(' | ');
      assert.ok(Date.now() < end, shown);
      const listen = (listener: () => void): Disposable => cluster.probe.views.onDidSurvey(listener);
      await eventually(
        title,
        () => changes.seen > 0,
        [listen],
        () => shown,
      );
    } finally {
      subscription.dispose();
    }
  }
}

async function click({ command, arguments: args = [] }: vscode.Command): Promise<void> {
  await vscode.commands.executeCommand(command, ...(args as unknown[]));
}

interface Side {
  readonly run: number;
  readonly side: 'live' | 'desired';
  readonly title: string;
  readonly text: string;
}

/** Of editors that were closed, too, as long as VS Code keeps their documents. */
function shownSides(): readonly Side[] {
  return vscode.workspace.textDocuments
    .filter(({ uri, isClosed }) => uri.scheme === 'driftline-diff' && !isClosed)
    .map((document) => ({
      ...(JSON.parse(document.uri.query) as Pick<Side, 'run' | 'side'>),
      title: (document.uri.path.split('/').at(-1) ?? '').replaceAll('∕', '/'),
      text: document.getText(),
    }));
}

/** Comparisons that earlier tests have shown. */
const shown = { until: 0 };

/** Texts of the test's own comparison, once exactly this object is open. */
function openedAlone(title: string): Promise<{ readonly live: string; readonly desired: string }> {
  return eventually(
    `a diff of ${title} alone`,
    () => {
      const sides = shownSides().filter(({ run }) => run > shown.until);
      const newest = sides.filter(({ run }) => run === Math.max(...sides.map((side) => side.run)));
      const [live, desired] = (['live', 'desired'] as const).map((one) => newest.find(({ side }) => side === one));
      return live && desired && newest.every((side) => side.title === title)
        ? { live: live.text, desired: desired.text }
        : undefined;
    },
    [
      (listener) => vscode.workspace.onDidOpenTextDocument(listener),
      (listener) => vscode.workspace.onDidChangeTextDocument(listener),
      (listener) => vscode.window.tabGroups.onDidChangeTabs(listener),
    ],
    () =>
      hostDialogs()
        .messages.map(({ text }) => text)
        .join('\n'),
  );
}

function tabs(): string[] {
  return vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ label }) => label));
}

async function compareWith(label: string): Promise<void> {
  hostDialogs().pick((items) => items.find((item) => item.label === label));
  await vscode.commands.executeCommand('driftline.chooseComparison');
  hostDialogs().reset();
}

describe('plain manifests', () => {
  let cluster: HostCluster;

  before(async () => {
    cluster = await connect();
    await cluster.complete();
    await compareWith('Working tree');
  });
  after(() => cluster.close());
  beforeEach(() => {
    hostDialogs().reset();
    shown.until = Math.max(shown.until, ...shownSides().map(({ run }) => run));
  });
  afterEach(closeEditors);

  const dryRuns = () => cluster.server.requests.filter(({ method }) => method === 'PATCH').map(({ path }) => path);

  it('say who applies them, and Diff opens that object alone, with one dry-run', async () => {
    const document = await showFile(file);
    await typeOver(document, 'replicas: 1', 'replicas: 2');
    const other = await showFile('workloads/log-analyzer/kustomization.yaml');
    await typeOver(other, 'resources:', 'namePrefix: other-\nresources:');
    try {
      const lens = await lensWhen(cluster, file, applied);
      const before = dryRuns().length;
      await click(lens);
      const { live, desired } = await openedAlone('Deployment llm/llm');
      assert.match(live, /^ {2}replicas: 1$/m);
      assert.match(desired, /^ {2}replicas: 2$/m);
      assert.match(tabs().join('\n'), /^Deployment llm\/llm: cluster ↔ working tree \(1 file\)$/m);
      assert.deepEqual(
        dryRuns()
          .slice(before)
          .map((path) => path.split('?')[0]),
        ['/apis/apps/v1/namespaces/llm/deployments/llm'],
      );
    } finally {
      await revert(other);
      await revert(document);
    }
  });

  it('have the same for the document under the cursor, from the palette and the editor’s title', async () => {
    await lensWhen(cluster, file, applied);
    await vscode.commands.executeCommand('driftline.diffManifest');
    const said = hostDialogs().messages.map(({ text }) => text);
    assert.deepEqual(said, ['Deployment llm/llm: homelab and working tree: nothing differs, 1 object is the same.']);
  });

  it('are told of a drift of their own, which is not kept for that of the whole Kustomization', async () => {
    const before = cluster.server.get(llm) ?? assert.fail('the recording has the Deployment llm');
    const lens = await lensWhen(cluster, file, applied);
    cluster.server.put({ ...before, spec: { ...before.spec, replicas: 4 } });
    try {
      await click(lens);
      assert.match((await openedAlone('Deployment llm/llm')).live, /^ {2}replicas: 4$/m);
      assert.ok(!cluster.row(workloads)?.description.includes('differ'));
    } finally {
      cluster.server.put(before);
    }
  });

  it('that several Kustomizations build name all of them, and one is picked', async () => {
    const known = cluster.server.get(workloads) as FluxObject;
    const twin = {
      ...known,
      metadata: { name: 'twin', namespace: 'flux-system' },
      spec: { ...known.spec, path: './workloads/llm' },
    };
    cluster.server.put(twin);
    try {
      const lens = await lensWhen(cluster, file, 'Applied by ks/twin and ks/workloads · Diff');
      hostDialogs().pick((items) => items.find(({ label }) => label === 'flux-system/workloads'));
      await click(lens);
      const [asked] = hostDialogs().picks;
      assert.equal(asked?.title, `2 Kustomizations of homelab build ${file}: which one's?`);
      assert.deepEqual(
        asked.items.map(({ label }) => label),
        ['flux-system/twin', 'flux-system/workloads'],
      );
      assert.match(hostDialogs().messages.at(-1)?.text ?? '', /nothing differs/);
    } finally {
      cluster.server.remove(idOf(twin));
      await lensWhen(cluster, file, applied);
    }
  });

  it('of nobody have no lens, and the command says why', async () => {
    const { fsPath } = workspaceFile('loose/settings.yaml');
    mkdirSync(dirname(fsPath));
    writeFileSync(fsPath, 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n');
    try {
      assert.deepEqual(await lensesOf(await showFile('loose/settings.yaml')), []);
      await vscode.commands.executeCommand('driftline.diffManifest');
      const said = hostDialogs().messages.at(-1)?.text ?? '';
      assert.match(said, /no Kustomization of homelab is known to build loose\/settings\.yaml/);
    } finally {
      await closeEditors();
      rmSync(dirname(fsPath), { recursive: true });
    }
  });

  it('have no lens where lenses are switched off', async () => {
    const document = await showFile(file);
    await lensWhen(cluster, file, applied);
    await setUserSetting('codeLens.enabled', false);
    try {
      assert.deepEqual(await lensesOf(document), []);
    } finally {
      await setUserSetting('codeLens.enabled', undefined);
    }
  });

  it('that cannot be rendered: Diff says why and offers the raw document, with its doubts before it', async () => {
    const kustomization = await showFile('workloads/kustomization.yaml');
    await typeOver(kustomization, '  - llm\n', '  - llm\n  - https://example.com/org/base?ref=v1\n');
    const document = await showFile(file);
    await typeOver(document, 'replicas: 1', 'replicas: 3');
    try {
      const lens = await lensWhen(cluster, file, applied);
      hostDialogs().press('Compare raw document');
      const asked: string[] = [];
      hostDialogs().pick((items) => {
        asked.push(...items.map(({ label, detail = '' }) => `${label} ${detail}`.trim()));
        return items.find(({ label }) => label.startsWith('Deployment'));
      });
      await click(lens);
      const { live, desired } = await openedAlone('Deployment llm/llm');
      const [message] = hostDialogs().messages;
      assert.match(message?.text ?? '', /^Kustomization flux-system\/workloads cannot be rendered: /);
      assert.match(live, /^ {2}replicas: 1$/m);
      assert.match(desired, /^ {2}replicas: 3$/m);
      assert.match(desired, /kustomize\.toolkit\.fluxcd\.io\/name: workloads/);
      assert.match(tabs().join('\n'), /^Deployment llm\/llm: cluster ↔ raw document, approximate \(1 file\)$/m);
      // A list is as wide as it is: long sentences go over several of its lines.
      assert.match(asked.join(' '), /Deployment llm\/llm .*is compared as it stands, for what Flux makes of it/);
    } finally {
      await revert(document);
      await revert(kustomization);
    }
  });
});
