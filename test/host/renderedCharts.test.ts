/** Charts that are in no file: out of the cluster's artifact, or pulled from where their source points when a user asks. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Disposable } from '../../src/base/disposables.ts';
import { until } from '../cluster/until.ts';
import { type FileServer, packChart, serveFiles } from './window/chartArchive.ts';
import { connect, type HostCluster, source } from './window/hostCluster.ts';
import { closeEditors, hostDialogs, patienceMs, showFile, workspaceFile } from './window/hostWindow.ts';
import { rendered, revert, typeOver } from './window/renderedText.ts';

describe('charts that are in no file', () => {
  let cluster: HostCluster;
  before(async () => {
    cluster = await connect();
  });
  after(() => cluster.close());
  beforeEach(() => hostDialogs().reset());
  afterEach(closeEditors);

  it('and that the cluster does not hand out are said to be so, with another way to them', async () => {
    await showFile('infrastructure/logging/grafana.yaml');
    await vscode.commands.executeCommand('driftline.showApplied');
    const [message] = hostDialogs().messages;
    assert.match(message?.text ?? '', /^HelmRelease logging\/grafana cannot be rendered: The chart grafana /);
    assert.deepEqual(message?.buttons, ['Pull chart']);
    const shown = await rendered('HelmRelease logging/grafana: what Flux applies');
    assert.match(shown.getText().replaceAll('\n# ', ' '), /homelab has it and does not hand it out: /);
  });

  describe('but in the cluster', () => {
    const chart = packChart('loki');
    const path = 'helmchart/flux-system/logging-loki/loki-7.0.0.tgz';
    let files: FileServer;
    let route: Disposable;

    before(async () => {
      files = await serveFiles(() => ({ [`/${path}`]: chart.bytes }));
      route = cluster.server.route('flux-system/services/source-controller:80', files.port);
      const id = { group: source, kind: 'HelmChart', namespace: 'flux-system', name: 'logging-loki' };
      const known = cluster.server.get(id) ?? assert.fail('the recording has the chart of Loki');
      const { status } = known as { status?: { artifact?: object } };
      const artifact = { ...status?.artifact, digest: chart.digest, size: chart.bytes.length, path, revision: '7.0.0' };
      cluster.server.put({ ...known, status: { ...status, artifact } });
    });
    after(async () => {
      route.dispose();
      await files.close();
    });

    it('come out of its artifact, once for all that is typed', async () => {
      const document = await showFile('infrastructure/logging/loki.yaml');
      await vscode.commands.executeCommand('driftline.showApplied');
      assert.deepEqual(hostDialogs().messages, []);
      const title = 'HelmRelease logging/loki: what Flux applies';
      const shown = await rendered(title, (text) => text.includes('storage: 20Gi'));
      assert.match(shown.getText(), /^# Chart {10}loki 7\.0\.0, .*homelab/m);
      await typeOver(document, 'size: 20Gi', 'size: 35Gi');
      await rendered(title, (text) => text.includes('storage: 35Gi'));
      assert.deepEqual(files.asked, [`/${path}`]);
      await revert(document);
    });
  });

  describe('and in no cluster', () => {
    const chart = packChart('tempo');
    const file = 'infrastructure/spare.yaml';
    const title = 'HelmRelease spare/spare: what Flux applies';
    let files: FileServer;

    const put = (port: number): void => {
      const { fsPath } = workspaceFile(file);
      mkdirSync(dirname(fsPath), { recursive: true });
      writeFileSync(
        fsPath,
        `apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata:
  name: spare
  namespace: spare
spec:
  interval: 1h
  url: http://127.0.0.1:${port}/charts
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: spare
  namespace: spare
spec:
  interval: 1h
  chart:
    spec:
      chart: tempo
      version: 1.10.1
      sourceRef:
        kind: HelmRepository
        name: spare
`,
      );
    };

    before(async () => {
      const index = (port: number) => `apiVersion: v1
entries:
  tempo:
    - name: tempo
      version: 1.10.1
      digest: ${chart.digest.replace('sha256:', '')}
      urls:
        - http://127.0.0.1:${port}/charts/tempo-1.10.1.tgz
`;
      files = await serveFiles((port) => ({
        '/charts/index.yaml': index(port),
        '/other/index.yaml': index(port),
        '/charts/tempo-1.10.1.tgz': chart.bytes,
      }));
      put(files.port);
    });
    after(async () => {
      rmSync(workspaceFile(file).fsPath);
      await files.close();
    });

    const ofSpare = (): { uri: string; name: object } => ({
      uri: workspaceFile(file).toString(),
      name: { kind: 'HelmRelease', namespace: 'spare', name: 'spare' },
    });

    it('are said to be nowhere, with the way to them, and nothing is fetched', async () => {
      await showFile(file);
      await vscode.commands.executeCommand('driftline.showApplied', ofSpare());
      const shown = await rendered(title);
      const head = shown.getText().replaceAll('\n# ', ' ');
      assert.match(head, /^# Error: The chart tempo of HelmRelease spare\/spare is not in the repository/m);
      assert.match(head, / The command Driftline: Pull chart fetches it from where its source points\. /);
      const [message] = hostDialogs().messages;
      assert.match(message?.text ?? '', /^HelmRelease spare\/spare cannot be rendered: The chart tempo /);
      assert.deepEqual(message?.buttons, ['Pull chart']);
      assert.deepEqual(files.asked, []);
    });

    it('are pulled when the user says so, and then follow what is typed without another request', async () => {
      const document = await showFile(file);
      hostDialogs().press('Pull chart');
      await vscode.commands.executeCommand('driftline.showApplied', ofSpare());
      await rendered(title, (text) => /^# Chart {10}tempo 1\.10\.1, /m.test(text));
      assert.deepEqual(files.asked, ['/charts/index.yaml', '/charts/tempo-1.10.1.tgz']);
      await typeOver(
        document,
        '  interval: 1h\n  chart:',
        '  interval: 2h\n  values:\n    tempo:\n      retention: 99h\n  chart:',
      );
      await rendered(title, (text) => text.includes('block_retention: 99h'));
      await typeOver(document, 'version: 1.10.1', 'version: 1.10.2');
      const shown = await rendered(title, (text) => text.includes('Error'));
      assert.match(shown.getText().replaceAll('\n# ', ' '), /the chart tempo 1\.10\.2 has not been pulled/);
      assert.match(shown.getText(), /block_retention: 99h/);
      await typeOver(document, 'version: 1.10.2', 'version: 1.10.1');
      await rendered(title, (text) => !text.includes('Error'));
      assert.equal(files.asked.length, 2);
      await revert(document);
    });

    it('are pulled for a Diff too, and what then goes wrong is said', async () => {
      hostDialogs().pick((items) => items.find(({ label }) => label === 'Working tree'));
      await vscode.commands.executeCommand('driftline.chooseComparison');
      const document = await showFile(file);
      await typeOver(document, '/charts\n', '/other\n'); // of which nothing has been pulled
      const fault = cluster.server.faults.add({ match: { path: /\/namespaces\/spare\/helmreleases/ }, fault: 403 });
      try {
        hostDialogs().press('Pull chart');
        await vscode.commands.executeCommand('driftline.diffObject', ofSpare());
        const said = await until('the error', () => hostDialogs().messages[1]?.text, { seconds: patienceMs / 1000 });
        assert.match(said, /^Diff on homelab failed: no permission/);
        assert.ok(files.asked.includes('/other/index.yaml'));
      } finally {
        fault.dispose();
        await revert(document);
      }
    });

    it('that the repository does not have are said to be missing there', async () => {
      const document = await showFile(file);
      await typeOver(document, 'version: 1.10.1', 'version: 3.0.0');
      await vscode.commands.executeCommand('driftline.pullChart', ofSpare());
      assert.match(hostDialogs().messages[0]?.text ?? '', /no version of tempo that is 3\.0\.0/);
      await revert(document);
    });
  });
});
