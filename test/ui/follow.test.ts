/** A commit as its author follows it, and the way from a row to its file and back, by palette, menu and button. */
import { test } from 'node:test';
import { demoOfFile } from './openDemo.ts';
import { seen } from './seen.ts';

const demo = demoOfFile();
const followed = /^[0-9a-f]{7} is not pushed$/;

test('the commit at HEAD is followed from the palette: a row at the head of the tree, and the status bar', async () => {
  const { window } = demo();
  await window.treeRow('flux-system').waitFor();
  await window.palette('Driftline: Follow my commit');
  await window.choose('Sample repository');
  await window.treeRow(followed).waitFor();
  await seen(window.rowText(followed), /^Sample repository$/);
});

test('its button ends it', async () => {
  const { window } = demo();
  const row = window.treeRow(followed);
  await window.clickUntil(await window.rowButton(followed, 'Stop following'), row, 'detached');
});

test('a row opens its file', async () => {
  const { window } = demo();
  await window.expand('flux-system');
  await window.expand('infrastructure');
  await window.rowMenu('logging/grafana', 'Open file', window.editor('infrastructure/logging/grafana.yaml'));
});

test('a plain manifest shows its row, below the owner that is opened for it', async () => {
  const { window } = demo();
  await window.openFile('workloads/llm/deployment.yaml');
  await window.palette('Driftline: Show in tree');
  await window.treeRow('Deployment llm/llm').waitFor();
});
