/** Secrets that go into a render: what they hold, and what is made of it, is dots in every document, and nowhere at all else. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { secret } from '../support/builders.ts';
import { connect, type HostCluster } from './window/hostCluster.ts';
import {
  closeEditors,
  hostDialogs,
  logEverything,
  logText,
  runFolder,
  showFile,
  workspaceFile,
} from './window/hostWindow.ts';
import { rendered, renderedDocuments, typeOver } from './window/renderedText.ts';

const canaries = { substituted: 'canary4f1be0', value: 'canary9c27d3' };
const encoded = (text: string): string => Buffer.from(text).toString('base64').replace(/=+$/, '');

const files: Readonly<Record<string, string>> = {
  'clusters/cabin/vault.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: vault
  namespace: flux-system
spec:
  interval: 1h
  path: ./workloads/vault
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
  postBuild:
    substituteFrom:
      - kind: Secret
        name: vault-settings
`,
  'workloads/vault/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: vault
resources:
  - ingress.yaml
  - release.yaml
configMapGenerator:
  - name: vault
    literals:
      - url=https://\${HOST}.example.com/login
`,
  'workloads/vault/ingress.yaml': `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: vault
spec:
  rules:
    - host: \${HOST}.example.com
`,
  'workloads/vault/release.yaml': `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: vault
spec:
  interval: 1h
  chart:
    spec:
      chart: ./charts/status-page
      sourceRef:
        kind: GitRepository
        name: flux-system
        namespace: flux-system
  valuesFrom:
    - kind: Secret
      name: vault-values
      valuesKey: title
      targetPath: title
  values:
    host: \${HOST}.cabin.example.com
`,
};

describe('Secrets that are rendered', () => {
  let cluster: HostCluster;
  before(async () => {
    await logEverything();
    cluster = await connect();
    cluster.server.put({
      ...secret('vault-settings', canaries.substituted, { namespace: 'flux-system' }),
      data: { HOST: Buffer.from(canaries.substituted).toString('base64') },
    } as never);
    cluster.server.put({
      ...secret('vault-values', canaries.value, { namespace: 'vault' }),
      data: { title: Buffer.from(canaries.value).toString('base64') },
    } as never);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(workspaceFile(path).fsPath), { recursive: true });
      writeFileSync(workspaceFile(path).fsPath, text);
    }
  });
  after(async () => {
    rmSync(workspaceFile('workloads/vault').fsPath, { recursive: true });
    rmSync(workspaceFile('clusters/cabin/vault.yaml').fsPath);
    await cluster.close();
  });
  beforeEach(() => hostDialogs().reset());

  it('are asked for, and dots wherever they come to stand', async () => {
    await showFile('clusters/cabin/vault.yaml');
    await vscode.commands.executeCommand('driftline.showApplied');
    const applied = (await rendered('Kustomization flux-system/vault: what Flux applies')).getText();
    assert.match(applied, /^ {4}- host: •••/m);
    assert.match(applied, /^ {2}url: •••/m);
    assert.match(applied, /^ {4}host: •••/m, 'in the values of the HelmRelease');
    assert.match(applied, /^# Masked {9}\d+ values/m);
    await showFile('clusters/cabin/vault.yaml');
    await vscode.commands.executeCommand('driftline.showVariables');
    assert.match(
      (await rendered('Kustomization flux-system/vault: variables')).getText(),
      /^HOST: ••• +# Secret vault-settings key HOST \(cluster\)/m,
    );
    await showFile('workloads/vault/release.yaml');
    await vscode.commands.executeCommand('driftline.showApplied');
    const release = (await rendered('HelmRelease vault/vault: what Flux applies')).getText();
    assert.match(release, /^ {4}- host: •••/m);
    await showFile('workloads/vault/release.yaml');
    await vscode.commands.executeCommand('driftline.showEffectiveValues');
    const values = (await rendered('HelmRelease vault/vault: effective values')).getText();
    assert.match(values, /^title: ••• +# Secret vault-values key title at title \(cluster\)/m);
    assert.deepEqual(hostDialogs().messages, []);
    assert.ok(cluster.server.requests.some(({ path }) => path.includes('/secrets/vault-settings')));
    assert.ok(cluster.server.requests.some(({ path }) => path.includes('/secrets/vault-values')));
  });

  it('are in no error of what they break', async () => {
    const document = await showFile('workloads/vault/release.yaml');
    await typeOver(document, 'title\n', 'title.${HOST}\n');
    await typeOver(document, 'host: ${HOST}.cabin.example.com', 'checks: ${HOST}');
    await rendered('HelmRelease vault/vault: what Flux applies', (text) => text.includes('Error'));
    await vscode.commands.executeCommand('driftline.showApplied');
    assert.equal(hostDialogs().messages.length, 1);
  });

  it('are nowhere: no document, message, log, finding or file of the window', () => {
    const shown = {
      documents: renderedDocuments()
        .map((open) => open.getText())
        .join('\n'),
      messages: JSON.stringify(hostDialogs().messages),
      findings: JSON.stringify(vscode.languages.getDiagnostics()),
      log: logText(),
      files: writtenFiles(),
    };
    assert.match(shown.log, /GET .*\/secrets\/vault-settings/, 'the log has requests, so it would have shown a body');
    for (const [place, text] of Object.entries(shown)) {
      assert.ok(place === 'messages' || text.length > 2, `there are ${place}`);
      for (const canary of Object.values(canaries)) {
        assert.ok(!text.includes(canary) && !text.includes(encoded(canary)), `${canary} in ${place}`);
      }
    }
  });

  after(closeEditors);
});

/** Everything that this window has written: its state, its storage, its logs. */
function writtenFiles(): string {
  const folder = join(runFolder(), 'user');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}
