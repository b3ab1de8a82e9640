/** What the working tree would do, as a user meets it: what cannot be had again first and in red, then one editor with all diffs. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { demoOfFile } from './openDemo.ts';
import { seen } from './seen.ts';

const demo = demoOfFile();

const rows = (text: string) =>
  demo().window.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();

test('a whole change: the worst first, the counts over all diffs, and a word on what goes for good', async () => {
  const { window, server } = demo();
  execFileSync('git', ['-C', window.folder, 'update-ref', 'refs/remotes/origin/main', 'HEAD']);
  const built = await window.openFile('workloads/llm/kustomization.yaml');
  await window.typeBehind(built, 'volume-claim.yaml', '');
  await window.page.keyboard.press('ControlOrMeta+/'); // a comment of the line: the claim is built no more
  const file = await window.openFile('workloads/llm/deployment.yaml');
  await window.typeBehind(file, 'replicas: 1', '2');
  const before = server.requests.length;

  await window.palette('Driftline: What would this change do?');
  await seen(window.page.locator('.quick-input-titlebar'), /This change on homelab: 1 change, 1 delete/);
  await seen(
    rows('PersistentVolumeClaim'),
    /WOULD BE DELETED: its volume may go with it.* Kustomization flux-system\/workloads/,
  );
  await seen(rows('Deployment llm/llm'), /would be changed/);
  await seen(rows('To have Flux apply this'), /save 2 files, then commit/);
  await window.choose('Show all 2');

  const side = (which: 'original' | 'modified') =>
    window.page.locator(`.multiDiffEntry .editor.${which} .view-lines`, { hasText: 'replicas' }).first();
  await seen(side('original'), /replicas: 1/);
  await seen(side('modified'), /replicas: 12/);
  await seen(window.toast('Beware'), /Beware: PersistentVolumeClaim llm\/\S+ WOULD BE DELETED/);
  await seen(window.page.locator('.multiDiffEntry').first(), /PersistentVolumeClaim llm.*Kustomization flux-system/);
  const written = server.requests
    .slice(before)
    .filter(({ method, path }) => !['GET', 'POST'].includes(method) && !path.includes('dryRun=All'));
  assert.deepEqual(written, []);
});
