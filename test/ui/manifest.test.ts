/** Plain manifests as a user meets them: who applies them, one object compared alone, and the raw document where nothing can be rendered. */
import { test } from 'node:test';
import { demoOfFile } from './openDemo.ts';
import { seen } from './seen.ts';

const demo = demoOfFile();
const file = 'workloads/llm/deployment.yaml';
const applied = 'Applied by ks/workloads · Diff';

/** One side of an object in the editor for several diffs. */
const side = (which: 'original' | 'modified') =>
  demo().window.page.locator(`.multiDiffEntry .editor.${which} .view-lines`).first();

test('who applies a Deployment stands over it, and Diff opens that object alone', async () => {
  const { window } = demo();
  await window.treeRow('flux-system', 'Cluster').waitFor();
  await window.palette('Driftline: Choose what diff compares with');
  await window.choose('Working tree');
  const editor = await window.openFile(file);
  await window.typeBehind(editor, 'replicas: 1', '2');
  await window.act(applied, side('modified'));
  await seen(side('original'), /replicas: 1/);
  await seen(side('modified'), /replicas: 12/);
  await seen(window.page.locator('.tab.active'), /Deployment llm\/llm: cluster ↔ working tree/);
});

test('where the Kustomization cannot be rendered, the message offers the raw document', async () => {
  const { window } = demo();
  const kustomization = await window.openFile('workloads/kustomization.yaml');
  await window.typeBehind(kustomization, '  - llm', '\n- https://example.com/org/base?ref=v1');
  await window.openFile(file);
  const offer = window.page.getByRole('button', { name: 'Compare raw document' }).first();
  await window.act(applied, offer);
  await window.clickUntil(offer, window.quickPickRow('Deployment llm/llm'));
  await window.choose('Deployment llm/llm');
  await seen(side('modified'), /replicas: 12/);
  await seen(window.page.locator('.tab.active'), /Deployment llm\/llm: cluster ↔ raw document, approximate/);
});
