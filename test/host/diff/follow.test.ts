/** A commit that is followed, in the window: from the clone to the last Kustomization, by what Git and the cluster tell. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { ObjectId } from '../../../src/flux/objectKey.ts';
import type { Condition, FluxObject } from '../../../src/flux/objects.ts';
import type { Row } from '../../../src/view/row.ts';
import { connect, type HostCluster, kustomize, source } from '../window/hostCluster.ts';
import { hostDialogs, whenWatched, workspaceFile } from '../window/hostWindow.ts';

const gitRepository: ObjectId = {
  group: source,
  kind: 'GitRepository',
  namespace: 'flux-system',
  name: 'flux-system',
};
const llmFile = 'workloads/llm/deployment.yaml';

describe('a commit that is followed', () => {
  let cluster: HostCluster;
  const root = workspaceFile('').fsPath;
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim();
  const original = readFileSync(workspaceFile(llmFile).fsPath, 'utf8');
  let first = '';
  let second = '';

  const kustomizations = (): FluxObject[] =>
    cluster.server.objects({ group: kustomize, kind: 'Kustomization' }).map((object) => object);
  const offer = (commit: string): void => {
    const object = cluster.server.get(gitRepository) as FluxObject;
    const artifact = { ...object.status?.artifact, revision: `main@sha1:${commit}` };
    cluster.server.put({ ...object, status: { ...object.status, artifact } });
  };
  const apply = (object: FluxObject, commit: string, conditions = object.status?.conditions ?? []): void => {
    const revision = `main@sha1:${commit}`;
    const status = { ...object.status, conditions, lastAppliedRevision: revision, lastAttemptedRevision: revision };
    cluster.server.put({ ...object, status });
  };
  const followed = (): Row | undefined => cluster.rows.find(({ id }) => id === 'cluster|followed');
  const says = (what: string, words: RegExp): Promise<true> =>
    cluster.until(what, () => words.test(followed()?.label ?? '') || undefined);
  const follow = async (): Promise<void> => {
    hostDialogs().pick((items) => items[0]);
    await vscode.commands.executeCommand('driftline.followCommit');
  };

  before(async () => {
    cluster = await connect();
    first = git('rev-parse', 'HEAD');
    // One after the other: a folder within a folder that is new itself is never followed.
    for (const folder of ['.git/refs/remotes', '.git/refs/remotes/origin']) {
      mkdirSync(workspaceFile(folder).fsPath, { recursive: true });
      await whenWatched(workspaceFile(folder));
    }
    git('update-ref', 'refs/remotes/origin/main', first);
    offer(first);
    kustomizations().forEach((object) => apply(object, first));
    writeFileSync(workspaceFile(llmFile).fsPath, `${original}# followed\n`);
    git('commit', '--quiet', '--all', '--message', 'Raise the limit');
    second = git('rev-parse', 'HEAD');
  });
  after(async () => {
    await vscode.commands.executeCommand('driftline.stopFollowing');
    writeFileSync(workspaceFile(llmFile).fsPath, original);
    git('reset', '--quiet', '--hard', first);
    git('update-ref', '-d', 'refs/remotes/origin/main');
    await cluster.close();
  });
  beforeEach(() => hostDialogs().reset());

  it('is chosen out of the newest, HEAD first', async () => {
    await follow();
    const [pick] = hostDialogs().picks;
    assert.match(pick?.title ?? '', /^Follow which commit of /);
    assert.equal(pick?.items[0]?.label, 'Raise the limit');
    assert.match(pick.items[0].description ?? '', new RegExp(`^HEAD · ${second.slice(0, 7)} · `));
    await says('not pushed', /^[0-9a-f]{7} is not pushed$/);
    assert.deepEqual(hostDialogs().messages, []);
  });

  it('a push is seen without a word to anybody, and the source that it waits for can be reconciled', async () => {
    git('update-ref', 'refs/remotes/origin/main', second);
    await says('waits', /is pushed, waiting for GitRepository flux-system \(fetches every /);
    assert.match(followed()?.contextValue ?? '', /\bcanReconcileFollowed\b/);
    const before = cluster.writes.length;
    await vscode.commands.executeCommand('driftline.reconcileFollowed');
    assert.ok(cluster.writes.slice(before).some(({ path }) => path.includes('/gitrepositories/flux-system')));
  });

  it('who has applied it is counted, with who waits and who fails', async () => {
    offer(second);
    const all = kustomizations();
    const [failing, ...others] = all;
    assert.ok(failing && others.length > 1);
    const condition: Condition = {
      type: 'Ready',
      status: 'False',
      reason: 'BuildFailed',
      message: 'no such file',
      lastTransitionTime: new Date().toISOString(),
    };
    cluster.server.put({
      ...failing,
      status: { ...failing.status, conditions: [condition], lastAttemptedRevision: `main@sha1:${second}` },
    });
    await says('nobody yet', new RegExp(`applied by 0 of ${all.length} \\(.*1 failing\\)$`));
    others.forEach((object) => apply(object, second));
    await says('all but one', new RegExp(`applied by ${others.length} of ${all.length} \\(1 failing\\)$`));
    assert.match(followed()?.contextValue ?? '', /\bcanShowFailing\b/);
    await vscode.commands.executeCommand('driftline.showFollowed');
    const items = hostDialogs().picks.at(-1)?.items ?? [];
    assert.ok(items.some(({ description }) => description === 'failing: no such file'));
    assert.ok(items.some(({ label }) => label === '$(close) Stop following'));
    const ready = { ...condition, status: 'True' as const, reason: 'ReconciliationSucceeded', message: '' };
    apply(failing, second, [ready]);
    await says('landed', new RegExp(`has landed: applied by all ${all.length}$`));
  });

  it('the row goes when nobody follows any more', async () => {
    await vscode.commands.executeCommand('driftline.stopFollowing');
    await cluster.until('no row', () => followed() === undefined);
    await vscode.commands.executeCommand('driftline.showFollowed');
    assert.match(hostDialogs().messages[0]?.text ?? '', /no commit is followed/);
  });

  it('what the cluster has fetched and the clone has not is not guessed', async () => {
    offer('1'.repeat(40));
    await follow();
    await says('untold', /cannot be told: the clone does not have 1111111 of flux-system$/);
    assert.match(followed()?.contextValue ?? '', /\bcanFetchFollowed\b/);
  });
});
