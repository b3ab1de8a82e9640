/** What rows say without being asked, in the window: what is pending in the clone, what was corrected, and drift checked again by itself. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { Disposable } from '../../../src/base/disposables.ts';
import type { ObjectId } from '../../../src/flux/objectKey.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { postedEvent, reconciledEvent } from '../../support/controllerEvents.ts';
import { connect, type HostCluster, kustomizationId } from '../window/hostCluster.ts';
import { closeEditors, hostDialogs, setUserSetting, workspaceFile } from '../window/hostWindow.ts';
import { serveSourceArtifact } from '../window/sourceArtifact.ts';

const workloads = kustomizationId('workloads');
const llm: ObjectId = { group: 'apps', kind: 'Deployment', namespace: 'llm', name: 'llm' };
const llmFile = 'workloads/llm/deployment.yaml';

describe('marks of rows', () => {
  let cluster: HostCluster;
  let artifact: Disposable;

  before(async () => {
    cluster = await connect();
    artifact = await serveSourceArtifact(cluster, {});
    await cluster.complete();
  });
  after(async () => {
    artifact.dispose();
    await cluster.close();
  });
  beforeEach(() => hostDialogs().reset());
  afterEach(closeEditors);

  const description = (): string => cluster.row(workloads)?.description ?? '';

  it('what a controller has put back is said by its events, and by no request but that for them', async () => {
    const { status } = cluster.server.get(workloads) as FluxObject;
    const revision = status?.lastAppliedRevision ?? assert.fail('workloads was applied');
    const ago = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString();
    const posted = { owner: 'workloads', revision };
    cluster.server.put(reconciledEvent('before', { ...posted, last: ago(10) }));
    cluster.server.put(postedEvent('then', { ...posted, last: ago(5), message: 'Deployment/llm/llm configured' }));
    await cluster.until('corrected', () => /corrected \d+s ago: Deployment llm/.test(description()));
    assert.equal(cluster.row(workloads)?.icon.id, 'history');
    assert.ok(
      cluster.server.requests.filter(({ path }) => path.includes('/events')).every(({ method }) => method === 'GET'),
    );
  });

  describe('in the clone', () => {
    const root = workspaceFile('').fsPath;
    const git = (...args: readonly string[]): string =>
      execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim();
    let first = '';
    let applied: FluxObject;
    const original = readFileSync(workspaceFile(llmFile).fsPath, 'utf8');

    before(() => {
      first = git('rev-parse', 'HEAD');
      applied = cluster.server.get(workloads) as FluxObject;
      git('update-ref', 'refs/remotes/origin/main', first);
    });
    after(() => {
      writeFileSync(workspaceFile(llmFile).fsPath, original);
      git('reset', '--quiet', '--hard', first);
      git('update-ref', '-d', 'refs/remotes/origin/main');
      rmSync(workspaceFile('.git/FETCH_HEAD').fsPath, { force: true });
      cluster.server.put(applied);
    });

    it('a commit that it does not have is unknown, and the row offers to fetch it', async () => {
      writeFileSync(workspaceFile('.git/FETCH_HEAD').fsPath, ''); // as a fetch leaves it
      await cluster.until('unknown', () => /pending unknown, fetch [0-9a-f]{7}/.test(description()));
      assert.match(cluster.row(workloads)?.contextValue ?? '', /\bfetchable\b/);
    });

    it('a file that is committed and not applied is pending, and no longer when it is taken back', async () => {
      const revision = `main@sha1:${first}`;
      cluster.server.put({ ...applied, status: { ...applied.status, lastAppliedRevision: revision } });
      await cluster.until('level', () => !description().includes('pending'));
      writeFileSync(workspaceFile(llmFile).fsPath, `${original}# changed\n`);
      git('commit', '--quiet', '--all', '--message', 'changed');
      await cluster.until('pending', () => description().includes('1 file pending'));
      git('reset', '--quiet', '--hard', first);
      await cluster.until('level again', () => !description().includes('pending'));
    });
  });

  describe('compared again by itself', () => {
    const metadataWatch = () =>
      cluster.server.requests.filter(
        ({ watch, path, accept }) => watch && path.includes('/deployments') && accept.includes('PartialObjectMetadata'),
      );
    const dryRuns = () => cluster.server.requests.filter(({ method }) => method === 'PATCH').length;
    const scale = (replicas: number): void => {
      const before = cluster.server.get(llm) ?? assert.fail('the recording has the Deployment llm');
      const generation = (before.metadata.generation ?? 1) + 1;
      cluster.server.put({
        ...before,
        metadata: { ...before.metadata, generation },
        spec: { ...before.spec, replicas },
      });
    };

    before(async () => {
      hostDialogs().pick((items) => items.find(({ label }) => label === 'Drift'));
      await vscode.commands.executeCommand('driftline.chooseComparison');
      hostDialogs().reset();
      await vscode.commands.executeCommand('driftline.diffObject', cluster.row(workloads)?.id);
      assert.doesNotMatch(description(), /differ/);
      const key = cluster.key(workloads);
      await cluster.expand(workloads, () => cluster.probe.views.open?.openInventories.has(key) === true);
    });
    after(async () => {
      await setUserSetting('drift.background', undefined);
      await setUserSetting('drift.requestsPerMinute', undefined);
      await setUserSetting('readOnly', undefined);
    });

    it('by default nothing is watched for it', async () => {
      const object = cluster.server.get(workloads) as FluxObject;
      cluster.server.put({ ...object, spec: { ...object.spec, suspend: true } });
      await cluster.until('a survey after the comparison', () => description().includes('suspended'));
      cluster.server.put(object);
      await cluster.until('and another one', () => !description().includes('suspended'));
      assert.deepEqual(metadataWatch(), []);
    });

    it('with the setting, a change in the cluster is seen and compared, with no command', async () => {
      await setUserSetting('drift.requestsPerMinute', 600); // two comparisons and the watches are more than the usual
      await setUserSetting('drift.background', 'visible');
      await cluster.until('a watch of metadata', () => metadataWatch().length > 0);
      const before = dryRuns();
      scale(5);
      await cluster.until('the row says so', () => description().includes('1 object differs'));
      assert.ok(dryRuns() > before);
      scale(1);
      await cluster.until('and no longer', () => !description().includes('differs'));
      assert.deepEqual(hostDialogs().messages, []);
    });

    it('a window that becomes read-only ends its watches', async () => {
      const open = cluster.server.openWatches;
      await setUserSetting('readOnly', true);
      await cluster.until('fewer watches', () => cluster.server.openWatches < open);
    });
  });
});
