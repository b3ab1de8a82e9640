/** Users who may not do everything: a complete tree of what they may see, and no request that is known to be refused. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { kubeconfigText } from '../support/kubeconfigFile.ts';
import {
  connect,
  helm,
  HostCluster,
  kubeconfigHash,
  kubeconfigPath,
  kustomizationId,
  releaseId,
  startHomelab,
} from './window/hostCluster.ts';
import { activate, closeEditors, hostDialogs } from './window/hostWindow.ts';

describe('a user who may read everything but Secrets, and write nothing', () => {
  let cluster: HostCluster;
  before(async () => {
    cluster = await connect({ user: 'viewer' });
  });
  after(async () => {
    await closeEditors();
    await cluster.close();
  });

  it('has the whole tree, and in the end no offer to change anything', async () => {
    await cluster.until('the rights are known', () =>
      cluster.rows.every(({ contextValue }) => !/\bcan/.test(contextValue)),
    );
    assert.ok(cluster.row(releaseId('grafana')));
    assert.deepEqual(hostDialogs().messages, []);
  });

  it('has made no write and asked for no Secret', async () => {
    await cluster.expand(releaseId('loki'), () =>
      cluster.server.requests.some(({ path }) => path.includes('/statefulsets/loki')),
    );
    assert.deepEqual(cluster.writes, []);
    assert.deepEqual(
      cluster.server.requests.map(({ path }) => path).filter((path) => path.includes('/secrets')),
      [],
    );
  });
});

/** A cluster that will not be complete, so that `connect` would wait in vain. */
async function open(server: HostCluster['server'], token: string): Promise<HostCluster> {
  const probe = await activate();
  hostDialogs().reset();
  writeFileSync(kubeconfigPath(), kubeconfigText([{ context: 'homelab', url: server.url, token }]));
  const cluster = new HostCluster({ probe, server, context: 'homelab', hash: kubeconfigHash() });
  await vscode.commands.executeCommand('driftline.cluster.focus');
  await probe.sessions.selectContext('homelab');
  return cluster;
}

describe('a user who may not list one kind', () => {
  let cluster: HostCluster;
  before(async () => {
    const denials = [{ user: 'admin', verb: 'list', group: helm, resource: 'helmreleases' }];
    const server = await startHomelab({ denials });
    cluster = await open(server, server.token());
  });
  after(() => cluster.close());

  it('has the others, and one row that names the missing verb', async () => {
    await cluster.until('the row', () => cluster.notes.length === 1 && cluster.row(kustomizationId('workloads')));
    assert.deepEqual(cluster.notes, ['No permission to list HelmReleases; other kinds are complete']);
    assert.equal(cluster.row(releaseId('loki')), undefined);
    assert.deepEqual(hostDialogs().messages, []);
  });
});

describe('a user whose credentials are not accepted', () => {
  let cluster: HostCluster;
  before(async () => {
    const server = await startHomelab();
    cluster = await open(server, 'expired');
  });
  after(() => cluster.close());

  it('sees the reason, and is asked for again by nothing but a retry', async () => {
    const { sessions, views } = cluster.probe;
    await cluster.until('refused', () => sessions.connection.state === 'failed');
    const { connection } = sessions;
    assert.ok(connection.state === 'failed' && connection.failure.reason === 'unauthorized');
    assert.equal(connection.retryAt, undefined);
    assert.equal(cluster.server.requests.length, 1);
    assert.deepEqual(views.models.cluster.roots, [], 'the welcome stands in for the tree');
    assert.deepEqual(hostDialogs().messages, []);

    await vscode.commands.executeCommand('driftline.retryConnection');
    await cluster.until(
      'asked once more',
      () => cluster.server.requests.length === 2 && sessions.connection.state === 'failed',
    );
    assert.deepEqual(hostDialogs().messages, []);
  });
});
