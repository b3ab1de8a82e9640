/** The language server beside a real VS Code: when it runs, what it finds, and that its end is no one's business. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { until } from '../cluster/until.ts';
import {
  activate,
  closeEditors,
  eventually,
  hostDialogs,
  languageServers,
  loadedBundles,
  patienceMs,
  setSetting,
  showFile,
  workspaceFile,
} from './window/hostWindow.ts';

/** `path: severity rule` of everything that Driftline has to say about files. */
function findings(): string[] {
  const root = workspaceFile('').path.replace(/\/$/, '');
  return vscode.languages
    .getDiagnostics()
    .flatMap(([uri, diagnostics]) =>
      diagnostics
        .filter(({ source }) => source === 'Flux')
        .map(({ severity, code }) => {
          const rule = typeof code === 'object' ? code.value : code;
          return `${uri.path.slice(root.length + 1)}: ${vscode.DiagnosticSeverity[severity]} ${rule ?? ''}`;
        }),
    )
    .sort();
}

function whenFound(expected: readonly string[]): Promise<true> {
  const wanted = JSON.stringify([...expected].sort());
  return eventually(
    expected.join(', '),
    () => JSON.stringify(findings()) === wanted,
    [(listener) => vscode.languages.onDidChangeDiagnostics(listener)],
    () => findings().join('\n'),
  );
}

const homelab = [
  'infrastructure/controllers/reloader.yaml: Warning chart-version-missing',
  'infrastructure/logging/alloy.yaml: Information chart-range',
  'infrastructure/logging/tempo.yaml: Warning chart-open-range',
  'workloads/llm/deployment.yaml: Warning image-latest',
  'workloads/llm/deployment.yaml: Warning image-untagged',
];

const deployment = 'workloads/llm/deployment.yaml';

async function replace(document: vscode.TextDocument, from: string, to: string): Promise<void> {
  const at = document.getText().indexOf(from);
  assert.ok(at >= 0, `${from} is in the document`);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(document.positionAt(at), document.positionAt(at + from.length)), to);
  assert.equal(await vscode.workspace.applyEdit(edit), true);
}

describe('checks of files', () => {
  before(activate);
  beforeEach(() => hostDialogs().reset());
  afterEach(async () => {
    await closeEditors();
    assert.deepEqual(hostDialogs().messages, [], 'nobody was told anything');
  });

  it('begin with the first manifest of a Flux repository, and cover all of its files', async () => {
    assert.ok(!loadedBundles().includes('languageClient.cjs'));
    assert.deepEqual(languageServers(), []);
    await showFile(deployment);
    await whenFound(homelab);
    assert.ok(loadedBundles().includes('languageClient.cjs'));
    assert.equal(languageServers().length, 1);
  });

  it('underline the value and nothing else', async () => {
    const document = await showFile(deployment);
    const texts = vscode.languages.getDiagnostics(document.uri).map(({ range }) => document.getText(range));
    assert.deepEqual(texts.sort(), ['curlimages/curl', 'ghcr.io/ggml-org/llama.cpp:latest']);
  });

  it('run in one process however many files are open', async () => {
    for (const path of ['infrastructure/logging/tempo.yaml', 'infrastructure/logging/loki.yaml', deployment]) {
      await showFile(path);
    }
    await whenFound(homelab);
    assert.equal(languageServers().length, 1);
  });

  it('follow the text as it is typed, saved or not', async () => {
    const document = await showFile(deployment);
    await replace(document, 'llama.cpp:latest', 'llama.cpp:b4000');
    await whenFound(homelab.filter((finding) => !finding.includes('image-latest')));
    await replace(document, 'llama.cpp:b4000', 'llama.cpp:latest');
    await whenFound(homelab);
  });

  it('go on in a file that is broken', async () => {
    const document = await showFile(deployment);
    await replace(document, 'kind: Deployment', 'kind: Deployment\n  : [');
    await replace(document, 'kind: Deployment\n  : [', 'kind: Deployment');
    await whenFound(homelab);
  });

  it('have the severity that the settings say, and stop by the settings', async () => {
    await showFile(deployment);
    try {
      await setSetting('rules', { 'image-latest': 'error', 'chart-open-range': 'off' });
      await whenFound([
        ...homelab.slice(0, 2),
        'workloads/llm/deployment.yaml: Error image-latest',
        'workloads/llm/deployment.yaml: Warning image-untagged',
      ]);
      await setSetting('diagnostics.enabled', false);
      await whenFound([]);
    } finally {
      await setSetting('rules', undefined);
      await setSetting('diagnostics.enabled', undefined);
    }
    await whenFound(homelab);
  });

  it('come back by themselves when the process is killed, without a dialog', async () => {
    const document = await showFile(deployment);
    await whenFound(homelab);
    const [first] = languageServers();
    assert.ok(first);
    process.kill(first.pid, 'SIGKILL');
    const second = await until('another process runs', () => languageServers().find(({ pid }) => pid !== first.pid), {
      seconds: patienceMs / 1000,
    });
    // Only a server that works tells of what is typed now.
    await replace(document, 'llama.cpp:latest', 'llama.cpp');
    await whenFound([
      ...homelab.filter((finding) => !finding.includes('image-latest')),
      'workloads/llm/deployment.yaml: Warning image-untagged',
    ]);
    assert.deepEqual(
      languageServers().map(({ pid }) => pid),
      [second.pid],
    );
  });
});
