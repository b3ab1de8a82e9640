/** Restricted Mode: files are checked, and nothing that a kubeconfig could start runs. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Probe } from '../../../src/extension.ts';
import { type ApiServer } from '../../support/apiServer/apiServer.ts';
import { kubeconfigHash, kubeconfigPath, startHomelab } from '../window/hostCluster.ts';
import {
  activate,
  childProcesses,
  eventually,
  hostDialogs,
  languageServers,
  loadedBundles,
  runFolder,
  showFile,
} from '../window/hostWindow.ts';
import { rendered } from '../window/renderedText.ts';

/** A kubeconfig whose user comes from a program that leaves a mark. */
function writeTrap(server: ApiServer): string {
  const mark = join(runFolder(), 'plugin-ran');
  const plugin = join(runFolder(), 'plugin.cjs');
  writeFileSync(plugin, `#!${process.execPath}\nrequire('node:fs').writeFileSync(${JSON.stringify(mark)}, '');\n`);
  chmodSync(plugin, 0o755);
  const text = JSON.parse(server.kubeconfig()) as { users: { name: string }[] };
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' };
  writeFileSync(
    kubeconfigPath(),
    JSON.stringify({ ...text, users: text.users.map(({ name }) => ({ name, user: { exec } })) }),
  );
  return mark;
}

describe('a workspace that nobody trusts', () => {
  let probe: Probe;
  let server: ApiServer;
  let mark = '';
  let hash = '';
  before(async () => {
    server = await startHomelab();
    mark = writeTrap(server);
    hash = kubeconfigHash();
    probe = await activate();
  });
  after(() => server.close());

  it('is one', () => {
    assert.equal(vscode.workspace.isTrusted, false);
  });

  it('has a Cluster view that says so and connects to nothing', async () => {
    await vscode.commands.executeCommand('driftline.cluster.focus');
    await eventually(
      'untrusted',
      () => probe.sessions.connection.state === 'disconnected' && probe.sessions.connection.reason === 'untrusted',
      [(listener) => probe.sessions.onDidChangeSession(listener)],
    );
    assert.equal(probe.sessions.session, undefined);
    assert.deepEqual(probe.views.models.cluster.roots, []);
  });

  it('has its files checked', async () => {
    const document = await showFile('workloads/llm/deployment.yaml');
    await eventually(
      'two findings',
      () => vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === 'Flux').length === 2,
      [(listener) => vscode.languages.onDidChangeDiagnostics(listener)],
    );
    assert.equal(languageServers().length, 1);
  });

  it('has no lens that tells of a cluster', async () => {
    const document = await showFile('infrastructure/logging/grafana.yaml');
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
    );
    assert.deepEqual(
      lenses.map(({ command }) => command?.title ?? ''),
      ['What Flux applies'],
    );
  });

  it('is rendered from files alone', async () => {
    hostDialogs().reset();
    await showFile('workloads/status-page/release.yaml');
    await vscode.commands.executeCommand('driftline.showApplied');
    const shown = await rendered('HelmRelease status/status-page: what Flux applies');
    assert.match(shown.getText(), /^# Rendered from {2}working tree$/m);
    assert.match(shown.getText(), /host: status\.cabin\.example\.com/);
    assert.deepEqual(hostDialogs().messages, []);
  });

  it('is refused by every command that would connect', async () => {
    hostDialogs().reset();
    await vscode.commands.executeCommand('driftline.retryConnection');
    hostDialogs().pick((items) => items[0]);
    await vscode.commands.executeCommand('driftline.chooseContext');
    assert.deepEqual(
      hostDialogs()
        .picks.flatMap(({ items }) => items.map(({ label }) => label))
        .filter((label) => label === 'homelab'),
      [],
    );
    await probe.sessions.selectContext('homelab');
    assert.equal(probe.sessions.session, undefined);
  });

  it('has started no program of the kubeconfig, asked no server, and loaded no client for one', () => {
    assert.equal(existsSync(mark), false);
    assert.deepEqual(server.requests, []);
    assert.ok(!loadedBundles().includes('kubernetes.cjs'));
    assert.deepEqual(
      childProcesses().map(({ pid }) => pid),
      languageServers().map(({ pid }) => pid),
    );
    assert.equal(kubeconfigHash(), hash);
  });
});
