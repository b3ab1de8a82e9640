/** Diff as a user meets it: the choice, the list, both sides in one editor, the mark in the tree, and the button that corrects. */
import { after, test } from 'node:test';
import { Disposables } from '../../src/base/disposables.ts';
import type { ObjectId } from '../../src/flux/objectKey.ts';
import { scale } from '../support/apiServer/scaledObject.ts';
import { serveArtifact } from '../support/apiServer/servedArtifact.ts';
import { demoOfFile } from './openDemo.ts';
import { seen } from './seen.ts';

const demo = demoOfFile();
const owned = new Disposables();

const llm: ObjectId = { group: 'apps', kind: 'Deployment', namespace: 'llm', name: 'llm' };

/** One side of an object in the editor for several diffs. */
const side = (which: 'original' | 'modified') =>
  demo().window.page.locator(`.multiDiffEntry .editor.${which} .view-lines`).first();

after(() => owned.dispose());

test('drift: chosen once, seen on both sides, marked in the tree, corrected from the editor’s title', async () => {
  const { window } = demo();
  owned.add(await serveArtifact(demo().server, window.folder));
  await window.expand('flux-system');
  scale(demo().server, llm, 5);
  const button = await window.rowButton('workloads', 'Diff');
  await window.clickUntil(button, window.quickPickRow('Drift'));
  await window.choose('Drift');
  await seen(side('original'), /replicas: 5/);
  await seen(side('modified'), /replicas: 1/);
  await seen(window.rowText('workloads', 'Cluster'), /1 object differs/);
  await window.expand('workloads');
  await window.expand('Deployment llm/llm');
  await seen(window.rowText('spec.replicas', 'Cluster'), /5, would be 1/);
  scale(demo().server, llm, 1); // the recorded controllers apply nothing
  const correct = window.page.locator('.editor-actions').getByRole('button', { name: 'Reconcile now' });
  await window.clickUntil(correct, window.treeRow('spec.replicas', 'Cluster'), 'detached');
  await seen(window.rowText('workloads', 'Cluster'), /^(?!.*differs)/);
});

test('the working tree: what is typed and not saved, without a button that would not help', async () => {
  const { window } = demo();
  // What the pointer rests on would say so, over the first line of the file.
  await window.page.mouse.move(0, 0);
  await window.palette('View: Close All Editors');
  await window.palette('Driftline: Choose what diff compares with');
  await window.choose('Working tree');
  const file = await window.openFile('workloads/llm/deployment.yaml');
  await window.typeBehind(file, 'replicas: 1', '2');
  await window.openFile('clusters/homelab/workloads.yaml');
  await window.act('Diff', side('modified'));
  await seen(side('modified'), /replicas: 12/);
  await seen(window.page.locator('.statusbar'), /To have Flux apply this: save 1 file, then commit/);
  const actions = window.page.locator('.editor-actions');
  await actions.getByRole('button', { name: 'Reconcile now' }).waitFor({ state: 'detached' });
});
