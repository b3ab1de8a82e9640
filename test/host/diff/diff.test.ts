/** Diff in the window: what is asked, what opens, what the tree keeps of it, and what makes the difference go away. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Disposable } from '../../../src/base/disposables.ts';
import { idOf, type ObjectId } from '../../../src/flux/objectKey.ts';
import { goneText } from '../../../src/view/diffAddress.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { helmRelease } from '../../support/builders.ts';
import { scale, scaledObject } from '../../support/apiServer/scaledObject.ts';
import { serveLokiChart } from '../window/servedChart.ts';
import { connect, HostCluster, kubeconfigHash, kustomizationId, releaseId } from '../window/hostCluster.ts';
import { closeEditors, eventually, hostDialogs, logText, showFile, workspaceFile } from '../window/hostWindow.ts';
import { installRelease } from '../window/installedRelease.ts';
import { revert, typeOver } from '../window/renderedText.ts';
import { serveSourceArtifact } from '../window/sourceArtifact.ts';

const workloads = kustomizationId('workloads');
const llm: ObjectId = { group: 'apps', kind: 'Deployment', namespace: 'llm', name: 'llm' };
const prompts: ObjectId = { group: '', kind: 'ConfigMap', namespace: 'log-analyzer', name: 'prompts-cm5f77m44m' };
const file = 'clusters/homelab/workloads.yaml';

interface Sides {
  readonly live: string | undefined;
  readonly desired: string | undefined;
}

interface Side {
  readonly run: number;
  readonly side: 'live' | 'desired';
  readonly document: vscode.TextDocument;
}

/** All that VS Code holds: it may keep what was closed for minutes. */
function documents(): readonly Side[] {
  return vscode.workspace.textDocuments
    .filter(({ uri, isClosed }) => uri.scheme === 'driftline-diff' && !isClosed)
    .map((document) => ({ ...(JSON.parse(document.uri.query) as Pick<Side, 'run' | 'side'>), document }));
}

/** The sides of the newest comparison, by the name of their object. */
function sides(): ReadonlyMap<string, Sides> {
  const all = documents();
  const newest = Math.max(...all.map(({ run }) => run));
  const found = new Map<string, { live: string | undefined; desired: string | undefined }>();
  for (const { side, document } of all.filter(({ run }) => run === newest)) {
    const title = (document.uri.path.split('/').at(-1) ?? '').replaceAll('∕', '/');
    const pair = found.get(title) ?? { live: undefined, desired: undefined };
    pair[side] = document.getText();
    found.set(title, pair);
  }
  return found;
}

function tabs(): string[] {
  return vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ label }) => label));
}

const changesOfDiffs: Parameters<typeof eventually>[2] = [
  (listener) => vscode.workspace.onDidOpenTextDocument(listener),
  (listener) => vscode.workspace.onDidChangeTextDocument(listener),
  (listener) => vscode.workspace.onDidCloseTextDocument(listener),
  (listener) => vscode.window.tabGroups.onDidChangeTabs(listener),
];

/** Resolves once no comparison is open. */
function noDiff(): Promise<unknown> {
  return eventually(
    'no diff',
    () => !tabs().some((label) => label.includes('↔')),
    changesOfDiffs,
    () => tabs().join('\n'),
  );
}

/** Resolves to what is open once exactly these objects are. */
function opened(...titles: readonly string[]): Promise<ReadonlyMap<string, Sides>> {
  return eventually(
    `a diff of ${titles.join(', ')}`,
    () => {
      const now = sides();
      return now.size === titles.length && titles.every((title) => now.has(title)) ? now : undefined;
    },
    changesOfDiffs,
    () => [...sides().keys(), ...tabs(), ...hostDialogs().messages.map(({ text }) => text)].join('\n'),
  );
}

async function compareWith(label: string): Promise<void> {
  hostDialogs().pick((items) => items.find((item) => item.label === label));
  await vscode.commands.executeCommand('driftline.chooseComparison');
  hostDialogs().reset();
}

async function clickDiff(path: string): Promise<void> {
  const document = await showFile(path);
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    document.uri,
    100,
  );
  const command = lenses.find((lens) => lens.command?.title === 'Diff')?.command;
  assert.ok(command, lenses.map((lens) => lens.command?.title).join(' | '));
  await vscode.commands.executeCommand(command.command, ...((command.arguments ?? []) as unknown[]));
}

describe('diff', () => {
  let cluster: HostCluster;
  let artifact: Disposable;

  before(async () => {
    cluster = await connect({ others: ['spare'] });
    artifact = await serveSourceArtifact(cluster, serveLokiChart(cluster));
    await cluster.complete();
  });
  after(async () => {
    artifact.dispose();
    await cluster.close();
  });
  beforeEach(() => hostDialogs().reset());
  afterEach(closeEditors);

  const scaled = (replicas: number): Disposable => scaledObject(cluster.server, llm, replicas);

  const row = () => cluster.row(workloads);

  it('asks the first time with what the cluster is to be compared, and remembers it', async () => {
    hostDialogs().pick((items) => items.find(({ label }) => label === 'Drift'));
    await clickDiff(file);
    const [asked] = hostDialogs().picks;
    assert.ok(asked);
    assert.equal(asked.title, 'Compare Kustomization flux-system/workloads');
    assert.deepEqual(
      asked.items.map(({ label }) => label),
      ['Working tree', 'Next', 'Drift'],
    );
    const said = hostDialogs().messages.map(({ text }) => text.replace(/@\w+|\d+/g, '…'));
    assert.deepEqual(said, [
      'Kustomization flux-system/workloads: homelab and artifact main…: nothing differs, … objects are the same.',
    ]);
    await clickDiff(file);
    assert.equal(hostDialogs().picks.length, 1, 'it is not asked again');
  });

  it('sends dry-runs only, none before somebody asks, and of what has changed since the last time alone', async () => {
    const { requests } = cluster.server;
    const patches = () => requests.filter(({ method }) => method === 'PATCH');
    const before = patches().length;
    await showFile(file);
    await cluster.select(workloads);
    assert.equal(patches().length, before);
    const scaling = scaled(2);
    await vscode.commands.executeCommand('driftline.diffObject', row()?.id);
    scaling.dispose();
    const sent = patches().slice(before);
    assert.deepEqual(
      sent.map(({ path }) => [path.split('?')[0], path.includes('dryRun=All')]),
      [['/apis/apps/v1/namespaces/llm/deployments/llm', true]],
    );
  });

  it('of a drift opens what lives and what was applied, marks the tree, and is gone once it is corrected', async () => {
    const scaling = scaled(5);
    await vscode.commands.executeCommand('driftline.diffObject', row()?.id);
    const { live = '', desired = '' } = (await opened('Deployment llm/llm')).get('Deployment llm/llm') ?? {};
    assert.match(live, /^ {2}replicas: 5$/m);
    assert.match(desired, /^ {2}replicas: 1$/m);
    assert.doesNotMatch(`${live}${desired}`, /managedFields|resourceVersion|^status:/m);
    assert.match(tabs().join('\n'), /^Kustomization flux-system\/workloads: cluster ↔ artifact main@\w+ \(1 file\)$/m);

    await cluster.until('the row says so', () => row()?.description.includes('1 object differs'));
    assert.equal(row()?.badge?.text, '≠1');
    assert.match(row()?.tooltip() ?? '', /Compared with artifact .* at \d\d:\d\d: 1 changed/);
    const below = cluster.treeText.split('\n').map((line) => line.trim());
    assert.ok(below.some((line) => line.endsWith('diff-modified Deployment llm/llm — spec.replicas differs')));
    assert.ok(below.some((line) => line.includes('edit spec.replicas — 5, would be 1')));

    scaling.dispose();
    await vscode.commands.executeCommand('driftline.reconcileShown');
    assert.ok(cluster.writes.some(({ path }) => path.endsWith('/kustomizations/workloads?fieldManager=flux')));
    await cluster.until('the mark is gone', () => row()?.description.includes('differs') === false);
    await noDiff();
    assert.match(
      hostDialogs().messages.at(-1)?.text ?? '',
      /^Kustomization flux-system\/workloads: homelab and artifact main@\w+: nothing differs, \d+ objects are the same\.$/,
    );
  });

  it('of a drift that a reconcile has not corrected shows what differs now, in the place of what did', async () => {
    const scaling = scaled(5);
    try {
      await vscode.commands.executeCommand('driftline.diffObject', row()?.id);
      await opened('Deployment llm/llm');
      scale(cluster.server, llm, 6);
      await vscode.commands.executeCommand('driftline.reconcileShown');
      await eventually(
        'the new value',
        () => /^ {2}replicas: 6$/m.test(sides().get('Deployment llm/llm')?.live ?? ''),
        changesOfDiffs,
      );
      assert.equal(tabs().filter((label) => label.includes('↔')).length, 1, 'the newer takes the place of the older');
      scaling.dispose();
      await vscode.commands.executeCommand('driftline.reconcileShown');
      await noDiff();
      await cluster.until('the mark is gone', () => row()?.description.includes('differs') === false);
    } finally {
      scaling.dispose();
    }
  });

  it('of a working tree says what to commit, follows what is not saved, and offers no reconcile', async () => {
    await compareWith('Working tree');
    const document = await showFile('workloads/llm/deployment.yaml');
    await typeOver(document, 'replicas: 1', 'replicas: 2');
    try {
      await clickDiff(file);
      const { live = '', desired = '' } = (await opened('Deployment llm/llm')).get('Deployment llm/llm') ?? {};
      assert.match(live, /^ {2}replicas: 1$/m);
      assert.match(desired, /^ {2}replicas: 2$/m);
      assert.match(tabs().join('\n'), /^Kustomization flux-system\/workloads: cluster ↔ working tree \(1 file\)$/m);
      assert.ok(!row()?.description.includes('differs'), 'what is not pushed is no drift');
      await vscode.commands.executeCommand('driftline.reconcileShown');
      assert.match(hostDialogs().messages.at(-1)?.text ?? '', /no drift that this corrects is shown/);
    } finally {
      await revert(document);
    }
  });

  it('of several objects lets one be picked, the worst first, with the correction at the end', async () => {
    await compareWith('Drift');
    const scaling = scaled(3);
    const before = cluster.server.get(prompts) ?? assert.fail('the recording has the prompts');
    cluster.server.remove(prompts);
    try {
      hostDialogs().pick((items) => items.find(({ label }) => label.startsWith('Show all')));
      await vscode.commands.executeCommand('driftline.diffObject', row()?.id);
      const [list] = hostDialogs().picks;
      assert.ok(list);
      assert.deepEqual(list.items.map(({ label }) => label).slice(0, 3), [
        'Show all 2',
        'ConfigMap log-analyzer/prompts-cm5f77m44m',
        'Deployment llm/llm',
      ]);
      assert.equal(list.items.find(({ label }) => label === 'Deployment llm/llm')?.detail, 'spec.replicas');
      assert.ok(list.items.some(({ label }) => label === 'Reconcile now'));
      const missing = 'ConfigMap log-analyzer/prompts-cm5f77m44m (would be created)';
      const created = (await opened(missing, 'Deployment llm/llm')).get(missing);
      assert.ok(created && created.live === undefined);
      hostDialogs().pick((items) => items.find(({ label }) => label === 'Deployment llm/llm'));
      await vscode.commands.executeCommand('driftline.diffObject', row()?.id);
      await opened('Deployment llm/llm');
      assert.equal(tabs().filter((label) => label.includes('↔')).length, 1, 'the newer takes the place of the older');
    } finally {
      cluster.server.put(before);
      scaling.dispose();
    }
  });

  it('lets go of its texts when it is closed', async () => {
    const scaling = scaled(4);
    try {
      await vscode.commands.executeCommand('driftline.diffObject', row()?.id);
      await opened('Deployment llm/llm');
      const document = documents().at(-1)?.document;
      assert.ok(document);
      await closeEditors();
      await eventually('closed', () => !tabs().some((label) => label.includes('↔')), [
        (listener) => vscode.window.tabGroups.onDidChangeTabs(listener),
      ]);
      assert.equal(document.languageId, 'driftline-manifest');
      // While VS Code keeps its own copy nobody is asked for the text.
      if (document.isClosed) {
        assert.equal((await vscode.workspace.openTextDocument(document.uri)).getText(), goneText);
      }
    } finally {
      scaling.dispose();
    }
  });

  it('ends where another context is connected before it has an answer: what was picked is of the one before', async () => {
    const other = helmRelease('loki', { namespace: 'llm' });
    cluster.server.put(other);
    const choose = async (items: readonly vscode.QuickPickItem[]) => {
      const { probe, server } = cluster;
      await probe.sessions.selectContext('spare');
      await new HostCluster({ probe, server, context: 'spare', hash: kubeconfigHash() }).complete();
      return items.find(({ label }) => label === 'logging/loki');
    };
    try {
      await compareWith('Drift');
      await cluster.until('both releases', () => cluster.row(releaseId('loki', 'llm')) !== undefined);
      hostDialogs().pick(choose);
      const name = { kind: 'HelmRelease', namespace: '', name: 'loki' };
      await vscode.commands.executeCommand('driftline.diffObject', { root: workspaceFile('').fsPath, name });
      assert.equal(hostDialogs().picks[0]?.title, 'Which one on homelab?');
      assert.match(
        hostDialogs().messages.at(-1)?.text ?? '',
        /^Diff on spare failed: .*homelab was connected when Diff began, and now spare is/,
      );
    } finally {
      cluster.server.remove(idOf(other));
      await cluster.probe.sessions.selectContext('homelab');
      await cluster.complete();
    }
  });

  describe('of a release', () => {
    const loki = releaseId('loki');
    const config: ObjectId = { group: '', kind: 'ConfigMap', namespace: 'logging', name: 'loki' };
    const configMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'loki' },
      data: { 'config.yaml': 'auth_enabled: false\nlimits_config:\n  retention_period: 336h\n' },
    };
    const install = (more: readonly KubernetesObject[] = []): Disposable =>
      installRelease(cluster, {
        name: 'loki',
        namespace: 'logging',
        chart: 'loki',
        chartVersion: '7.0.0',
        values: { loki: { retentionPeriod: '336h' }, singleBinary: { replicas: 1 } },
        objects: [configMap, ...more.map((object) => ({ ...object }))],
      });

    it('that is not installed says so', async () => {
      await compareWith('Drift');
      await vscode.commands.executeCommand('driftline.diffObject', cluster.row(loki)?.id);
      const said = hostDialogs().messages.map(({ text }) => text);
      assert.equal(said.length, 1);
      assert.match(
        said.join(''),
        /^HelmRelease logging\/loki: homelab and the installed release: nothing could be compared; 3 not compared\.$/,
      );
    });

    it('finds what was changed by hand, and forces the upgrade that corrects it', async () => {
      const installed = install();
      const before = cluster.server.get(config) ?? assert.fail('the recording has the ConfigMap loki');
      cluster.server.put({ ...before, data: { 'config.yaml': 'auth_enabled: true\n' } } as never);
      try {
        await compareWith('Drift');
        await vscode.commands.executeCommand('driftline.diffObject', cluster.row(loki)?.id);
        const title = 'ConfigMap logging/loki';
        const { live = '', desired = '' } = (await opened(title)).get(title) ?? {};
        assert.match(live, /auth_enabled: true/);
        assert.match(desired, /retention_period: 336h/);
        assert.match(tabs().join('\n'), /^HelmRelease logging\/loki: cluster ↔ release v1 \(1 file\)$/m);
        hostDialogs().press('Force an upgrade'); // asked a second time, whatever the settings say
        await vscode.commands.executeCommand('driftline.forceShown');
        const patch = cluster.writes.findLast(({ path }) => path.includes('/helmreleases/loki?'));
        assert.match(patch?.body ?? '', /reconcile\.fluxcd\.io\/forceAt/);
      } finally {
        installed.dispose();
        cluster.server.put(before);
      }
    });

    it('that would be uninstalled and installed anew is warned of before anything else', async () => {
      const installed = install();
      const document = await showFile('infrastructure/logging/loki.yaml');
      await typeOver(document, 'spec:\n', 'spec:\n  releaseName: renamed\n');
      const { fsPath } = workspaceFile('');
      const beside = vscode.Uri.file(`${fsPath.replace(/[\\/]$/, '')}-beside/unsaved.yaml`);
      mkdirSync(dirname(beside.fsPath));
      writeFileSync(beside.fsPath, 'a: 1\n');
      const notOfIt = await vscode.workspace.openTextDocument(beside);
      await typeOver(notOfIt, 'a: 1', 'a: 2');
      try {
        await compareWith('Working tree');
        await clickDiff('infrastructure/logging/loki.yaml');
        const [list] = hostDialogs().picks;
        assert.ok(list);
        assert.equal(list.items[0]?.label, 'Beware');
        const { label = '', detail = '' } = list.items[1] ?? {};
        assert.match(`${label} ${detail}`, /^HelmRelease logging\/loki: .*Helm uninstalls the release/);
        const advice = list.items.find((item) => item.label.startsWith('To have Flux apply this'))?.label ?? '';
        assert.match(advice, /: save 1 file, then commit/, 'a folder beside it is none of it');
      } finally {
        await revert(notOfIt);
        await revert(document);
        rmSync(dirname(beside.fsPath), { recursive: true });
        installed.dispose();
      }
    });

    it('shows that a Secret differs and nowhere how, in documents, rows, lists, messages and log', async () => {
      const canaries = ['canary-that-lives', 'canary-that-was-applied'] as const;
      const encoded = canaries.map((value) => Buffer.from(value).toString('base64'));
      const secretOf = (value: string | undefined) => ({
        apiVersion: 'v1',
        kind: 'Secret',
        type: 'Opaque',
        metadata: { name: 'loki-token', namespace: 'logging' },
        data: { token: value },
      });
      const id: ObjectId = { group: '', kind: 'Secret', namespace: 'logging', name: 'loki-token' };
      const installed = install([secretOf(encoded[1])]);
      cluster.server.put(secretOf(encoded[0]));
      try {
        await compareWith('Drift');
        await vscode.commands.executeCommand('driftline.diffObject', cluster.row(loki)?.id);
        const title = 'Secret logging/loki-token';
        const { live = '', desired = '' } = (await opened(title)).get(title) ?? {};
        assert.match(live, /token: /);
        assert.notEqual(live, desired);
        await cluster.until('the row says so', () => cluster.row(loki)?.description.includes('1 object differs'));
        const rows = cluster.rows.map((one) => `${JSON.stringify(one)}${one.tooltip()}`).join('\n');
        const dialogs = JSON.stringify([hostDialogs().picks, hostDialogs().messages]);
        for (const text of [live, desired, rows, dialogs, logText()]) {
          assert.deepEqual(
            [...canaries, ...encoded].filter((value) => text.includes(value)),
            [],
          );
        }
      } finally {
        installed.dispose();
        cluster.server.remove(id);
      }
    });

    it('shows first which values the next upgrade changes', async () => {
      const installed = install();
      try {
        await compareWith('Next');
        hostDialogs().pick((items) => items.find(({ label }) => label.startsWith('Values')));
        await vscode.commands.executeCommand('driftline.diffObject', cluster.row(loki)?.id);
        const [list] = hostDialogs().picks;
        assert.match(list?.title ?? '', /^HelmRelease logging\/loki: cluster ↔ chart loki 7\.0\.0$/);
        assert.equal(list?.items[1]?.label, 'Values of the release');
        const title = 'Values of the release';
        const { live = '', desired = '' } = (await opened(title)).get(title) ?? {};
        assert.doesNotMatch(live, /storageClass/);
        assert.match(desired, /storageClass: nas-ssd/);
      } finally {
        installed.dispose();
      }
    });
  });
});
