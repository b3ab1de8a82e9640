/** The light bulb beside a real VS Code: what runs in the connected cluster is the first fix, and settles the finding. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { Disposable } from '../../src/base/disposables.ts';
import type { KubernetesObject } from '../../src/flux/objects.ts';
import { connect, type HostCluster } from './window/hostCluster.ts';
import {
  closeEditors,
  eventually,
  hostDialogs,
  patienceMs,
  setSetting,
  showFile,
  workspaceFile,
} from './window/hostWindow.ts';

const reloader = 'infrastructure/controllers/reloader.yaml';
const deployment = 'workloads/llm/deployment.yaml';
const digest = `sha256:${'5c'.repeat(32)}`;

function finding(document: vscode.TextDocument, rule: string): vscode.Diagnostic | undefined {
  return vscode.languages
    .getDiagnostics(document.uri)
    .find(({ source, code }) => source === 'Flux' && (typeof code === 'object' ? code.value : code) === rule);
}

const onFindings = (listener: () => void): Disposable => vscode.languages.onDidChangeDiagnostics(listener);

function whenFound(document: vscode.TextDocument, rule: string): Promise<vscode.Diagnostic> {
  return eventually(rule, () => finding(document, rule), [onFindings]);
}

/** As a hover over the finding asks, by kind; opened by hand, the list is of all kinds. */
async function bulb(document: vscode.TextDocument, rule: string, opened = false): Promise<vscode.CodeAction[]> {
  const { range } = await whenFound(document, rule);
  const fix = vscode.CodeActionKind.QuickFix;
  const kinds = opened ? [] : [fix.value];
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    range,
    ...kinds,
  );
  return actions.filter(({ kind }) => kind !== undefined && fix.contains(kind));
}

/** Asks again at each change of what is known of the cluster, until the first entry is the expected one. */
async function bulbWhen(
  cluster: HostCluster,
  document: vscode.TextDocument,
  rule: string,
  first: string,
  opened = false,
): Promise<vscode.CodeAction[]> {
  const end = Date.now() + patienceMs;
  const { views } = cluster.probe;
  for (;;) {
    const changes = { seen: 0 };
    const subscription = views.onDidSurvey(() => (changes.seen += 1));
    try {
      const actions = await bulb(document, rule, opened);
      if (actions[0]?.title === first) {
        return actions;
      }
      const shown = titles(actions).join('\n');
      assert.ok(Date.now() < end, shown);
      const listen = (listener: () => void): Disposable => views.onDidSurvey(listener);
      await eventually(
        first,
        () => changes.seen > 0,
        [listen],
        () => shown,
      );
    } finally {
      subscription.dispose();
    }
  }
}

const titles = (actions: readonly vscode.CodeAction[]): string[] => actions.map(({ title }) => title);

/** Applies the entry as a click does. */
async function take(action: vscode.CodeAction | undefined): Promise<void> {
  assert.ok(action?.edit, action?.title);
  assert.equal(await vscode.workspace.applyEdit(action.edit), true);
}

/** The pod of the Deployment, as a kubelet that pulls images would describe it. */
function pulledPod(cluster: HostCluster): KubernetesObject {
  const pod = cluster.server
    .objects({ group: '', kind: 'Pod' })
    .find(({ metadata }) => metadata.namespace === 'llm' && metadata.name.startsWith('llm-'));
  assert.ok(pod, 'the recording has a pod of llm');
  const imageID = `ghcr.io/ggml-org/llama.cpp@${digest}`;
  const running = (name: string) => ({ name, imageID, state: { running: {} }, ready: true });
  return { ...pod, status: { ...pod.status, containerStatuses: [running('server')], initContainerStatuses: [] } };
}

describe('the light bulb', () => {
  const ended: HostCluster[] = [];

  beforeEach(() => hostDialogs().reset());
  afterEach(async () => {
    await closeEditors();
    for (const cluster of ended.splice(0)) {
      await cluster.close();
    }
  });

  async function connected(): Promise<HostCluster> {
    const cluster = await connect();
    ended.push(cluster);
    return cluster;
  }

  it('pins to nothing while no cluster is connected', async () => {
    const document = await showFile(reloader);
    assert.deepEqual(titles(await bulb(document, 'chart-version-missing')), [
      'Suppress here: chart-version-missing',
      'Suppress in this file: chart-version-missing',
      'Rule settings: chart-version-missing…',
      'Why? chart-version-missing',
    ]);
  });

  it('offers what is installed first, and the finding goes', async () => {
    const cluster = await connected();
    const document = await showFile(reloader);
    const [pin, ...others] = await bulbWhen(cluster, document, 'chart-version-missing', 'Pin to 2.2.3, installed now');
    assert.equal(pin?.isPreferred, true);
    assert.ok(others.every(({ isPreferred }) => isPreferred !== true));
    const before = document.getText();
    await take(pin);
    assert.equal(
      document.getText(),
      before.replace('        namespace: flux-system\n', '        namespace: flux-system\n      version: 2.2.3\n'),
    );
    await eventually('nothing is found', () => !finding(document, 'chart-version-missing'), [onFindings]);
    assert.deepEqual(cluster.writes, [], 'and nothing was written to the cluster');
  });

  it('reads pods where somebody has opened the list, and pins to what was pulled', async () => {
    const cluster = await connected();
    cluster.server.put(pulledPod(cluster));
    const document = await showFile(deployment);
    const title = `Pin to latest@${digest.slice(0, 19)}, running now`;
    await bulbWhen(cluster, document, 'image-latest', 'Ask the cluster which image runs now…');
    const read = cluster.server.requests.filter(({ path }) => path.includes('/pods'));
    assert.deepEqual(read, [], 'a hover over the finding reads no pods');
    const [pin] = await bulbWhen(cluster, document, 'image-latest', title, true);
    await take(pin);
    assert.match(document.getText(), new RegExp(`image: ghcr.io/ggml-org/llama.cpp:latest@${digest}\n`));
    await eventually('nothing is found', () => !finding(document, 'image-latest'), [onFindings]);
    const secrets = cluster.server.requests.filter(({ path }) => path.includes('/secrets'));
    assert.deepEqual(secrets, [], 'no Secret was asked for');
  });

  async function choose(document: vscode.TextDocument, severity: string): Promise<void> {
    const settings = (await bulb(document, 'image-latest')).find(({ title }) => title.startsWith('Rule settings'));
    assert.ok(settings?.command);
    hostDialogs().pick((items) => items.find(({ label }) => label === severity));
    await vscode.commands.executeCommand(
      settings.command.command,
      ...((settings.command.arguments ?? []) as unknown[]),
    );
  }

  it('writes the severity of a rule to the settings, where it counts at once', async () => {
    const document = await showFile(deployment);
    try {
      await choose(document, 'error');
      const isError = () => finding(document, 'image-latest')?.severity === vscode.DiagnosticSeverity.Error;
      await eventually('an error', isError, [onFindings]);
      const set = vscode.workspace.getConfiguration('driftline').inspect('rules');
      assert.deepEqual([set?.workspaceValue, set?.globalValue], [{ 'image-latest': 'error' }, undefined]);
    } finally {
      await setSetting('rules', undefined);
    }
  });

  it('writes the severity of a rule to the file of the repository where there is one', async () => {
    const config = workspaceFile('.driftline.yaml');
    writeFileSync(config.fsPath, '# agreed\nrules:\n  image-channel: hint\n');
    try {
      const document = await showFile(deployment);
      await choose(document, 'error');
      const written = await vscode.workspace.openTextDocument(config);
      assert.equal(written.getText(), '# agreed\nrules:\n  image-channel: hint\n  image-latest: error\n');
    } finally {
      await closeEditors();
      rmSync(config.fsPath);
    }
  });
});
