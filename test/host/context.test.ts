/** Which cluster the window is on: chosen, remembered, switched in the middle of a list; the kubeconfig is only read. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Probe } from '../../src/extension.ts';
import { parseObjectKey } from '../../src/flux/objectKey.ts';
import type { ApiServer } from '../support/apiServer/apiServer.ts';
import { helmRelease } from '../support/builders.ts';
import { kubeconfigText } from '../support/kubeconfigFile.ts';
import { HostCluster, kubeconfigHash, kubeconfigPath, releaseId, startHomelab } from './window/hostCluster.ts';
import {
  activate,
  eventually,
  hostDialogs,
  loadedBundles,
  runFolder,
  runFolderWatched,
  setSetting,
} from './window/hostWindow.ts';

describe('the context', () => {
  let probe: Probe;
  let blue: ApiServer;
  let green: ApiServer;
  let hash = '';

  const on = (server: ApiServer, context: string): HostCluster => new HostCluster({ probe, server, context, hash });
  const connected = async (server: ApiServer, context: string): Promise<HostCluster> => {
    const cluster = on(server, context);
    await cluster.complete();
    return cluster;
  };

  before(async () => {
    probe = await activate();
    [blue, green] = await Promise.all([startHomelab(), startHomelab()]);
    green.put(helmRelease('only-green', { namespace: 'logging' }));
  });
  after(async () => {
    await on(blue, 'blue').close();
    await green.close();
  });
  beforeEach(() => hostDialogs().reset());
  afterEach(() => assert.deepEqual(hostDialogs().messages, [], 'nobody was told anything'));

  it('is nobody’s before there is a kubeconfig, and the client is loaded when a view looks for one', async () => {
    assert.ok(!loadedBundles().includes('kubernetes.cjs'));
    await vscode.commands.executeCommand('driftline.cluster.focus');
    await eventually(
      'no kubeconfig',
      () => probe.sessions.connection.state === 'disconnected' && probe.sessions.connection.reason === 'noKubeconfig',
      [(listener) => probe.sessions.onDidChangeSession(listener)],
    );
    assert.ok(loadedBundles().includes('kubernetes.cjs'));
    assert.deepEqual(probe.views.models.cluster.roots, []);
  });

  it('is never guessed among several: the current one of the kubeconfig may be another tool’s', async () => {
    await runFolderWatched();
    const text = kubeconfigText([
      { context: 'blue', url: blue.url, token: blue.token() },
      { context: 'green', url: green.url, token: green.token() },
    ]);
    writeFileSync(kubeconfigPath(), text);
    hash = kubeconfigHash();
    // Noticed by itself: the file has been watched for since the view looked for it.
    await eventually(
      'the file is noticed',
      () => probe.sessions.connection.state === 'disconnected' && probe.sessions.connection.reason === 'noContext',
      [(listener) => probe.sessions.onDidChangeSession(listener)],
    );
    assert.deepEqual([...blue.requests, ...green.requests], []);
  });

  it('is chosen from a list that says where each leads', async () => {
    hostDialogs().pick((items) => items.find(({ label }) => label === 'blue'));
    await vscode.commands.executeCommand('driftline.chooseContext');
    const [pick] = hostDialogs().picks;
    assert.deepEqual(
      pick?.items.map(({ label, detail }) => [label, detail]),
      [
        ['blue', `${blue.url} · user blue`],
        ['green', `${green.url} · user green`],
      ],
    );
    await connected(blue, 'blue');
    assert.deepEqual(green.requests, []);
  });

  it('changes in the middle of a list, and nothing of the old cluster comes after', async () => {
    const late = Promise.withResolvers<undefined>();
    blue.faults.add({ match: { path: /\/helmreleases\?limit/ }, fault: { until: late.promise } });
    const before = blue.requests.length;
    probe.sessions.refresh();
    await blue.received((request) => blue.requests.indexOf(request) >= before && !request.watch);
    hostDialogs().pick((items) => items.find(({ label }) => label === 'green'));

    const foreign: string[] = [];
    const subscription = probe.views.onDidSurvey(() => {
      const { cluster, sources } = probe.views.models;
      for (const { key } of probe.sessions.session?.context === 'green'
        ? [...cluster.rows.values(), ...sources.rows.values()]
        : []) {
        if (key !== undefined && parseObjectKey(key)?.context !== 'green') {
          foreign.push(key);
        }
      }
    });
    await vscode.commands.executeCommand('driftline.chooseContext');
    late.resolve(undefined);
    const cluster = await connected(green, 'green');
    assert.ok(cluster.row(releaseId('only-green')));
    blue.put(helmRelease('only-blue', { namespace: 'logging' }));
    // A change that goes all the way says that everything before it has arrived.
    green.put(helmRelease('latest', { namespace: 'logging' }));
    await cluster.until('the newest of green', () => cluster.row(releaseId('latest')));
    subscription.dispose();
    blue.faults.clear();
    assert.deepEqual(foreign, []);
    assert.equal(cluster.row(releaseId('only-blue')), undefined);
    await eventually('no watch is left on blue', () => blue.openWatches === 0, [
      (listener) => probe.views.onDidSurvey(listener),
      (listener) => blue.onDidReceive(listener),
    ]);
  });

  it('may be set for the workspace, with a kubeconfig of its own', async () => {
    const file = join(runFolder(), 'other-kubeconfig');
    writeFileSync(file, kubeconfigText([{ context: 'third', url: blue.url, token: blue.token() }]));
    try {
      await setSetting('kubeconfig', [file]);
      await setSetting('context', 'third');
      await connected(blue, 'third');
      await setSetting('context', undefined);
      await setSetting('kubeconfig', undefined);
      // The choice of before is remembered.
      await connected(green, 'green');
    } finally {
      await setSetting('context', undefined);
      await setSetting('kubeconfig', undefined);
      rmSync(file);
    }
  });

  it('lists the given namespaces only, without a request for the whole cluster', async () => {
    const before = green.requests.length;
    await setSetting('namespaces', ['logging']);
    try {
      const cluster = on(green, 'green');
      await cluster.until(
        'only what is in that namespace',
        () => cluster.row(releaseId('loki')) && cluster.row(releaseId('gateway', 'envoy')) === undefined,
      );
      const paths = green.requests.slice(before).map(({ path }) => path);
      assert.deepEqual(
        paths.filter((path) => path.includes('limit=') && !path.includes('/namespaces/logging/')),
        [],
      );
    } finally {
      await setSetting('namespaces', undefined);
    }
    await connected(green, 'green');
  });

  it('leaves the kubeconfig as it was', () => {
    assert.equal(kubeconfigHash(), hash);
  });
});
