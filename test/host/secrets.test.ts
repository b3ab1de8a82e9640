/** A value that only a Secret holds is looked for everywhere that a person, a log or a file could show it. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { secret } from '../support/builders.ts';
import { connect, type HostCluster, kustomizationId, releaseId } from './window/hostCluster.ts';
import { closeEditors, hostDialogs, logEverything, logText, showFile } from './window/hostWindow.ts';

const canary = 'canary-7f3d1c9e';
const canaries = [canary, Buffer.from(canary).toString('base64')];
const secretId = { group: '', kind: 'Secret', namespace: 'logging', name: 'grafana' };

describe('Secrets', () => {
  let cluster: HostCluster;
  before(async () => {
    await logEverything();
    cluster = await connect();
    const known = cluster.server.get(secretId);
    const { metadata = {} } = known ?? {};
    cluster.server.put({
      ...secret('grafana', canary, { namespace: 'logging' }),
      metadata: { ...metadata, name: 'grafana', namespace: 'logging' },
    });
  });
  after(async () => {
    await closeEditors();
    await cluster.close();
  });
  beforeEach(() => hostDialogs().reset());

  it('are where the test thinks: the server would tell the value to whoever asks', async () => {
    const { server } = cluster;
    const answer = await fetch(`${server.url}/api/v1/namespaces/logging/secrets/grafana`, {
      headers: { authorization: `Bearer ${server.token()}` },
    });
    const text = await answer.text();
    assert.ok(canaries.some((value) => text.includes(value)));
  });

  it('have a row with their health, from metadata alone', async () => {
    const before = cluster.server.requests.length;
    await cluster.expand(releaseId('grafana'), () =>
      cluster.server.requests.slice(before).some(({ path }) => path.includes('/secrets/grafana')),
    );
    await cluster.until('the Secret is read', () => {
      const row = cluster.row(secretId);
      return row !== undefined && row.icon.id !== 'loading~spin' && row;
    });
    const asked = cluster.server.requests.slice(before).filter(({ path }) => path.includes('/secrets'));
    assert.ok(asked.length > 0);
    assert.deepEqual(
      asked.filter(({ accept }) => !accept.includes('as=PartialObjectMetadata')),
      [],
    );
  });

  it('are not shown as live objects', async () => {
    await vscode.commands.executeCommand('driftline.openLiveObject', cluster.row(secretId)?.id);
    assert.match(
      hostDialogs().messages[0]?.text ?? '',
      /Secret logging\/grafana is not shown: Driftline reads no Secret/,
    );
    hostDialogs().reset();
    await vscode.commands.executeCommand('driftline.copyManifest', cluster.row(secretId)?.id);
    assert.match(hostDialogs().messages[0]?.text ?? '', /Driftline reads no Secret/);
  });

  it('are nowhere: rows, tooltips, lenses, hovers, findings, documents, messages, log', async () => {
    await vscode.commands.executeCommand('driftline.openLiveObject', cluster.row(releaseId('grafana'))?.id);
    await vscode.commands.executeCommand(
      'driftline.openLiveObject',
      cluster.row(kustomizationId('infrastructure'))?.id,
    );
    const document = await showFile('infrastructure/logging/grafana.yaml');
    const { cluster: tree, sources } = cluster.probe.views.models;
    const rows = [...tree.rows.values(), ...sources.rows.values()];
    const lenses = await vscode.commands.executeCommand('vscode.executeCodeLensProvider', document.uri, 100);
    const hovers = await vscode.commands.executeCommand(
      'vscode.executeHoverProvider',
      document.uri,
      new vscode.Position(3, 10),
    );
    const shown = {
      rows: JSON.stringify(rows),
      tooltips: rows.map((row) => row.tooltip()).join('\n'),
      lenses: JSON.stringify(lenses),
      hovers: JSON.stringify(hovers),
      findings: JSON.stringify(vscode.languages.getDiagnostics()),
      documents: vscode.workspace.textDocuments.map((open) => open.getText()).join('\n'),
      messages: JSON.stringify(hostDialogs().messages),
      log: logText(),
    };
    assert.match(shown.log, /GET .*\/secrets/, 'the log has requests, so it would have shown a body');
    for (const [place, text] of Object.entries(shown)) {
      // A hover over this document and a message may or may not come; the others would make an empty test.
      assert.ok(['messages', 'hovers'].includes(place) || text.length > 2, `there are ${place}`);
      assert.ok(!canaries.some((value) => text.includes(value)), place);
    }
  });
});
