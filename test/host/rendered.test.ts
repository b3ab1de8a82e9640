/** What Flux applies, effective values and variables as documents beside their files, with a cluster and without what it knows. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { connect, type HostCluster, kustomizationId } from './window/hostCluster.ts';
import { closeEditors, hostDialogs, showFile, showUntitled, whenWatched, workspaceFile } from './window/hostWindow.ts';
import { rendered, renderedDocuments, revert, titleOf, typeOver } from './window/renderedText.ts';

const releaseFile = 'workloads/status-page/release.yaml';
const applied = 'HelmRelease status/status-page: what Flux applies';

async function cursorAt(document: vscode.TextDocument, text: string): Promise<void> {
  const editor = await vscode.window.showTextDocument(document);
  const at = document.positionAt(document.getText().indexOf(text));
  editor.selection = new vscode.Selection(at, at);
}

describe('rendered documents', () => {
  let cluster: HostCluster;
  before(async () => {
    cluster = await connect();
  });
  after(() => cluster.close());
  beforeEach(() => hostDialogs().reset());
  afterEach(closeEditors);

  it('open from the lens, beside the file, which keeps the focus', async () => {
    const document = await showFile(releaseFile);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
      10,
    );
    const lens = lenses.find(({ command }) => command?.title === 'What Flux applies')?.command;
    assert.ok(lens);
    await vscode.commands.executeCommand(lens.command, ...((lens.arguments ?? []) as unknown[]));
    const shown = await rendered(applied);
    assert.match(shown.getText(), /^# Chart {10}status-page 0\.3\.0, app 2\.1\.0, from .*charts\/status-page/m);
    assert.match(shown.getText(), /^# Built by {7}flux-system\/flux-system > flux-system\/status$/m);
    assert.match(shown.getText(), /^# Applies {8}4 objects$/m);
    assert.match(shown.getText(), /host: status\.cabin\.example\.com/);
    assert.equal(vscode.window.activeTextEditor?.document, document);
    const columns = vscode.window.visibleTextEditors.map((editor) => [titleOf(editor.document), editor.viewColumn]);
    assert.deepEqual(columns, [
      ['release.yaml', 1],
      [applied, 2],
    ]);
    assert.deepEqual(hostDialogs().messages, []);
  });

  it('are nobody’s YAML: no lens, no finding, a language of their own', async () => {
    await showFile(releaseFile);
    await vscode.commands.executeCommand('driftline.showApplied');
    const shown = await rendered(applied);
    assert.equal(shown.languageId, 'driftline-manifest');
    assert.deepEqual(await vscode.commands.executeCommand('vscode.executeCodeLensProvider', shown.uri), []);
    assert.deepEqual(vscode.languages.getDiagnostics(shown.uri), []);
  });

  it('follow what Git is told to track although it is ignored', async () => {
    const folder = workspaceFile('tracked').fsPath;
    const git = (...words: string[]) => execFileSync('git', ['-C', folder, ...words]);
    const write = (path: string, text: string) => writeFileSync(join(folder, path), text);
    // One folder after the other: VS Code never follows one that was made in a new one before it had looked there.
    for (const path of [folder, join(folder, 'app')]) {
      mkdirSync(path);
      await whenWatched(vscode.Uri.file(path));
    }
    git('init', '--quiet');
    const of = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: default\n`;
    write('app/plain.yaml', of('plain'));
    write('app/local.yaml', of('local'));
    write('.gitignore', 'local.yaml\n');
    const source = '  sourceRef:\n    kind: GitRepository\n    name: tracked\n';
    const head = 'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n';
    const spec = `spec:\n  interval: 1h\n  prune: true\n  path: ./app\n${source}`;
    write('flux.yaml', `${head}metadata:\n  name: tracked\n  namespace: flux-system\n${spec}`);
    try {
      git('add', 'app/plain.yaml', 'flux.yaml', '.gitignore');
      await showFile('tracked/flux.yaml');
      await vscode.commands.executeCommand('driftline.showApplied');
      const title = 'Kustomization flux-system/tracked: what Flux applies';
      const shown = await rendered(title, (text) => text.includes('name: plain'));
      assert.doesNotMatch(shown.getText(), /name: local/);
      write('app/later.yaml', of('later')); // so that whatever follows the folder does by now
      await rendered(title, (text) => text.includes('name: later'));
      git('add', '--force', 'app/local.yaml');
      await rendered(title, (text) => text.includes('name: local'));
    } finally {
      await closeEditors();
      rmSync(folder, { recursive: true });
    }
  });

  it('follow what is typed and not saved, in the file and in every file that goes into it', async () => {
    const document = await showFile(releaseFile);
    await vscode.commands.executeCommand('driftline.showApplied');
    await rendered(applied, (text) => text.includes('replicas: 2'));
    await typeOver(document, 'replicas: 2', 'replicas: 7');
    await rendered(applied, (text) => text.includes('replicas: 7'));
    const settings = await vscode.workspace.openTextDocument(workspaceFile('clusters/cabin/settings.yaml'));
    await typeOver(settings, 'cabin.example.com', 'hut.example.com');
    await rendered(applied, (text) => text.includes('status.hut.example.com'));
    await revert(settings);
    await revert(document);
    await rendered(applied, (text) => text.includes('replicas: 2') && text.includes('status.cabin.example.com'));
  });

  it('follow a file that another program changes', async () => {
    await showFile(releaseFile);
    await vscode.commands.executeCommand('driftline.showApplied');
    await rendered(applied, (text) => text.includes('name: stove'));
    const values = workspaceFile('workloads/status-page/values.yaml');
    const before = await vscode.workspace.fs.readFile(values);
    await vscode.workspace.fs.writeFile(values, Buffer.from('checks:\n  - name: kettle\n    url: http://192.0.2.9/\n'));
    await rendered(applied, (text) => text.includes('name: kettle'));
    await vscode.workspace.fs.writeFile(values, before);
    await rendered(applied, (text) => text.includes('name: stove'));
  });

  it('say an error with its place above what was rendered before it, and nothing in a message', async () => {
    const document = await showFile('workloads/status-page/values.yaml');
    await vscode.commands.executeCommand('driftline.showApplied', {
      uri: workspaceFile(releaseFile).toString(),
      name: { kind: 'HelmRelease', namespace: '', name: 'status-page' },
    });
    await rendered(applied);
    await typeOver(document, 'name: stove', 'title: stove');
    const broken = await rendered(applied, (text) =>
      text.startsWith('# charts/status-page/templates/deployment.yaml:17\n'),
    );
    assert.match(broken.getText(), /^# Error: .*\n# each check needs a name$/m);
    assert.match(broken.getText(), /^# Below is what was rendered before this error\.$/m);
    assert.match(broken.getText(), /name: stove/);
    assert.deepEqual(hostDialogs().messages, []);
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>('vscode.executeLinkProvider', broken.uri);
    const target = workspaceFile('charts/status-page/templates/deployment.yaml').with({ fragment: 'L17' });
    assert.equal(links.find(({ range }) => range.start.line === 0)?.target?.toString(), target.toString());
    await revert(document);
    await rendered(applied, (text) => !text.includes('Error'));
  });

  it('asked for with an error say it once, and lead to the line', async () => {
    const document = await showFile('workloads/status-page/values.yaml');
    await typeOver(document, 'name: stove', 'title: stove');
    hostDialogs().press('Open deployment.yaml:17');
    await vscode.commands.executeCommand('driftline.showApplied', {
      uri: workspaceFile(releaseFile).toString(),
      name: { kind: 'HelmRelease', namespace: '', name: 'status-page' },
    });
    const shown = await rendered('HelmRelease status-page: what Flux applies');
    assert.match(shown.getText(), /^# Nothing could be rendered yet\.$/m);
    const [message, ...more] = hostDialogs().messages;
    assert.deepEqual(more, []);
    assert.match(message?.text ?? '', /^HelmRelease status-page cannot be rendered: .*each check needs a name/);
    assert.deepEqual(message?.buttons, ['Open deployment.yaml:17', 'Open log']);
    await revert(document);
    await rendered('HelmRelease status-page: what Flux applies', (text) => /^kind: Deployment$/m.test(text));
  });

  it('of a Kustomization hold what it builds; its variables say where they come from', async () => {
    await showFile('clusters/cabin/status.yaml');
    await vscode.commands.executeCommand('driftline.showApplied');
    const shown = await rendered('Kustomization flux-system/status: what Flux applies');
    assert.match(shown.getText(), /^ {4}host: status\.cabin\.example\.com$/m);
    await showFile('clusters/cabin/status.yaml');
    await vscode.commands.executeCommand('driftline.showVariables');
    const variables = await rendered('Kustomization flux-system/status: variables');
    assert.match(variables.getText(), /^CLUSTER: the-cabin +# inline, over ConfigMap cluster-settings key CLUSTER/m);
    assert.match(variables.getText(), /^# Set, and nothing that is built refers to it\nTIMEZONE: Europe\/Oslo /m);
  });

  it('of effective values say where each comes from', async () => {
    await showFile(releaseFile);
    await vscode.commands.executeCommand('driftline.showEffectiveValues');
    const { 1: body = '' } = (await rendered('HelmRelease status/status-page: effective values'))
      .getText()
      .split('---\n');
    assert.match(body, /^checks: {2}# ConfigMap status-page-values key values\.yaml/m);
    assert.match(body, /^image: {2}# chart values\.yaml\n {2}pullPolicy: IfNotPresent$/m);
    assert.match(body, /^replicas: 2 {2}# inline$/m);
  });

  it('open from a row for the files that state its object', async () => {
    await vscode.commands.executeCommand('driftline.showApplied', cluster.row(kustomizationId('infrastructure'))?.id);
    const shown = await rendered('Kustomization flux-system/infrastructure: what Flux applies');
    assert.match(shown.getText(), /^ {2}name: grafana$/m);
    assert.match(shown.getText(), /^# Rendered from {2}working tree and cluster homelab$/m);
  });

  it('of an object that two clusters state are asked for, and each has a document of its own', async () => {
    const row = cluster.row(kustomizationId('flux-system'))?.id;
    hostDialogs().pick((items) => items.find(({ detail }) => detail?.includes('cabin')));
    await vscode.commands.executeCommand('driftline.showApplied', row);
    const cabin =
      'Kustomization flux-system/flux-system: what Flux applies (clusters/cabin/flux-system/gotk-sync.yaml)';
    assert.match((await rendered(cabin)).getText(), /cluster-settings/);
    assert.equal(hostDialogs().picks.length, 1);
    hostDialogs().pick((items) => items.find(({ detail }) => detail?.includes('homelab')));
    await vscode.commands.executeCommand('driftline.showApplied', row);
    const homelab = cabin.replace('clusters/cabin', 'clusters/homelab');
    assert.match((await rendered(homelab)).getText(), /name: infrastructure/);
  });

  it('are not asked for where the file says which one is meant', async () => {
    await cursorAt(await showFile('clusters/cabin/flux-system/gotk-sync.yaml'), 'kind: Kustomization');
    await vscode.commands.executeCommand('driftline.showApplied');
    const shown = await rendered('Kustomization flux-system/flux-system: what Flux applies');
    assert.match(shown.getText(), /cluster-settings/);
    assert.deepEqual(hostDialogs().picks, []);
  });

  it('are closed with what they keep', async () => {
    await showFile(releaseFile);
    await vscode.commands.executeCommand('driftline.showApplied');
    const shown = await rendered(applied);
    await closeEditors();
    const again = await vscode.workspace.openTextDocument(shown.uri);
    assert.match(again.getText(), /^kind: Deployment$/m);
  });

  it('of an address that somebody made up show nothing', async () => {
    const query = JSON.stringify({
      aspect: 'applied',
      name: { kind: 'Kustomization', namespace: 'a', name: 'b' },
      root: '/etc',
    });
    const uri = vscode.Uri.from({ scheme: 'driftline-applied', path: '/driftline-rendered/x', query });
    const document = await vscode.workspace.openTextDocument(uri);
    assert.equal(document.getText(), '# This address names nothing of a folder that is open.\n');
  });

  it('of a document in no folder cannot be', async () => {
    const before = renderedDocuments().length;
    await showUntitled(
      'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: x\nspec:\n  chart:\n    spec: {}\n',
    );
    await vscode.commands.executeCommand('driftline.showApplied');
    assert.match(hostDialogs().messages[0]?.text ?? '', /save it to a repository first/);
    assert.equal(renderedDocuments().length, before);
  });

  it('are for the kinds that have them: a HelmRelease has no variables, and the user chooses another', async () => {
    await showFile(releaseFile);
    await vscode.commands.executeCommand('driftline.showVariables');
    const [pick] = hostDialogs().picks;
    assert.match(pick?.title ?? '', /^Kustomization of the open folders$/);
    assert.ok(pick?.items.every(({ label }) => label.startsWith('Kustomization ')));
  });
});
