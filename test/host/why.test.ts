/** *Why?* in a window: the answer opens from a row, a lens and the palette; its links lead on; it is looked at again. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { until } from '../cluster/until.ts';
import { anyObject } from '../support/builders.ts';
import { connect, type HostCluster, kustomizationId, releaseId } from './window/hostCluster.ts';
import { closeEditors, hostDialogs, patienceMs, showFile } from './window/hostWindow.ts';

const seconds = patienceMs / 1000;
const claim =
  /^HelmRelease logging\/loki is not ready because PersistentVolumeClaim logging\/storage-loki\S* which its pods mount, is not ready/;

/** The document of an answer, once it is shown. */
async function shownAnswer(title: string): Promise<vscode.TextDocument> {
  const find = (): vscode.TextDocument | undefined => {
    const document = vscode.window.activeTextEditor?.document;
    return document?.uri.scheme === 'driftline-why' && document.uri.path.includes(title) ? document : undefined;
  };
  await until(`${title} is explained`, () => find() !== undefined, { seconds });
  const document = find();
  assert.ok(document);
  return document;
}

async function linksOf(document: vscode.TextDocument): Promise<Map<string, vscode.Uri>> {
  const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>('vscode.executeLinkProvider', document.uri);
  return new Map(links.flatMap(({ range, target }) => (target ? [[document.getText(range), target] as const] : [])));
}

/** Follows a link as the editor does: the command that it names, with the arguments in its query. */
async function follow(link: vscode.Uri | undefined): Promise<void> {
  assert.equal(link?.scheme, 'command');
  const args = JSON.parse(decodeURIComponent(link.query)) as unknown[];
  await vscode.commands.executeCommand(link.path, ...args);
}

describe('why an object is not ready', () => {
  let cluster: HostCluster;

  before(async () => {
    cluster = await connect();
  });
  after(() => cluster.close());
  beforeEach(() => hostDialogs().reset());
  afterEach(async () => {
    assert.deepEqual(hostDialogs().messages, [], 'nobody was told anything');
    await closeEditors();
  });

  const askOfRow = (name: string): Thenable<unknown> =>
    vscode.commands.executeCommand('driftline.whyObject', cluster.row(releaseId(name))?.id);

  it('is offered of rows that are not ready, and at hand where something fails', () => {
    const words = (name: string): string[] => cluster.row(releaseId(name))?.contextValue.split(' ') ?? [];
    assert.ok(words('loki').includes('explainable') && words('loki').includes('troubled'));
    assert.ok(words('loki-canary').includes('troubled'), 'what waits has a cause too');
    assert.ok(!words('tempo').includes('explainable'));
  });

  it('opens from a row: the cause first, in a read-only document that no YAML server checks', async () => {
    await askOfRow('loki');
    const document = await shownAnswer('loki');
    assert.match(document.lineAt(0).text, claim);
    assert.equal(document.languageId, 'driftline-report');
    await vscode.commands.executeCommand('type', { text: 'x' });
    assert.equal(document.isDirty, false, 'typing changes nothing');
    assert.match(document.lineAt(0).text, claim);
    assert.equal(cluster.writes.length, 0, 'nothing is written');
  });

  it('follows a dependency down to the same cause', async () => {
    await askOfRow('loki-canary');
    const document = await shownAnswer('loki-canary');
    assert.match(document.lineAt(0).text, /^HelmRelease logging\/loki-canary is waiting because PersistentVolumeClaim/);
    assert.match(document.getText(), /^ {4}depends on HelmRelease logging\/loki: install failed/m);
  });

  it('has links that show the row and open live objects', async () => {
    await askOfRow('loki-canary');
    const document = await shownAnswer('loki-canary');
    const links = await linksOf(document);
    assert.ok(links.has('Show in tree') && links.has('StatefulSet logging/loki'), [...links.keys()].join(', '));
    await follow(links.get('HelmRelease logging/loki'));
    await follow(links.get('StatefulSet logging/loki'));
    await until(
      'the live StatefulSet is shown',
      () => vscode.window.activeTextEditor?.document.getText().includes('kind: StatefulSet') === true,
      { seconds },
    );
  });

  it('opens from the lens right behind the state', async () => {
    const file = await showFile('infrastructure/logging/loki.yaml');
    const lenses = async (): Promise<vscode.CodeLens[]> =>
      vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', file.uri, 100);
    await until('the lens is there', async () => (await lenses())[1]?.command?.title === 'Why?', { seconds });
    const lens = (await lenses()).find(({ command }) => command?.title === 'Why?');
    assert.ok(lens?.command);
    await vscode.commands.executeCommand(lens.command.command, ...((lens.command.arguments ?? []) as unknown[]));
    assert.match((await shownAnswer('loki')).lineAt(0).text, claim);
  });

  it('lets the user pick, what is not ready first', async () => {
    hostDialogs().pick((items) => items.find(({ label }) => label === 'logging/loki'));
    await vscode.commands.executeCommand('driftline.whyObject');
    assert.match((await shownAnswer('loki')).lineAt(0).text, claim);
    const [pick] = hostDialogs().picks;
    const labels = pick?.items.map(({ label }) => label) ?? [];
    assert.equal(labels[0], 'Not ready');
    assert.ok(labels.indexOf('logging/loki') < labels.indexOf('Ready'));
    assert.ok(labels.indexOf('Ready') < labels.indexOf('logging/tempo'));
  });

  it('says of a ready object that it is', async () => {
    await vscode.commands.executeCommand('driftline.whyObject', cluster.row(kustomizationId('workloads'))?.id);
    assert.match(
      (await shownAnswer('workloads')).lineAt(0).text,
      /^Kustomization flux-system\/workloads has been ready for \d/,
    );
  });

  it('is looked at again: the same document says what is true now', async () => {
    await askOfRow('loki');
    const document = await shownAnswer('loki');
    const [pending] = cluster.server
      .objects({ group: '', kind: 'Pod' })
      .filter(({ metadata }) => metadata.name.startsWith('loki-') && metadata.namespace === 'logging');
    assert.ok(pending, 'the recording has the pod of loki');
    const { labels = {}, ownerReferences = [] } = pending.metadata;
    const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "registry.example.com/no:1"' };
    const status = {
      phase: 'Pending',
      containerStatuses: [{ name: 'loki', ready: false, restartCount: 0, state: { waiting } }],
    };
    const spec = { containers: [{ name: 'loki', image: 'registry.example.com/no:1' }] };
    cluster.server.put(
      anyObject('v1', 'Pod', pending.metadata.name, {
        namespace: 'logging',
        labels,
        metadata: { ownerReferences },
        fields: { spec, status },
      }),
    );
    await vscode.commands.executeCommand('driftline.refreshAnswer', document.uri);
    await until(
      'the answer is a new one',
      () => /because its pod cannot pull registry\.example\.com\/no:1/.test(document.lineAt(0).text),
      { seconds },
    );
    cluster.server.put(pending);
  });
});
