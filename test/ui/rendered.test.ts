/** What Flux applies, beside the file that states it: from lens, palette and tree, following keys, with the place of an error. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Locator } from 'playwright-core';
import { demoOfFile } from './openDemo.ts';
import { seen } from './seen.ts';

const demo = demoOfFile();

const releaseFile = 'workloads/status-page/release.yaml';
const applied = 'HelmRelease status/status-page: what Flux applies';

/** On the left, where a person edits: what was shown last has the focus on the right. */
async function openLeft(path: string): Promise<Locator> {
  await demo().window.page.keyboard.press('Control+1');
  return demo().window.openFile(path);
}

/** Resolves once the text is in the document, which may be scrolled elsewhere. */
async function find(shown: Locator, text: string): Promise<void> {
  const { keyboard } = demo().window.page;
  await shown.locator('.view-lines').click();
  await keyboard.press('Control+F');
  await shown.locator('.find-widget textarea').first().fill(text);
  try {
    // `? of 1` where the text came after the search had begun: nothing is selected then, and it is there.
    await seen(shown.locator('.find-widget .matchesCount'), /^[1?] of 1$/);
  } finally {
    await keyboard.press('Escape');
  }
}

/** What popped up but for the progress of the first render, which takes its time on a busy machine. */
async function messages(): Promise<readonly string[]> {
  return (await demo().window.shownToasts()).filter((text) => !text.startsWith('Rendering '));
}

test('the lens opens what Flux applies beside the file, and it follows the keys', async () => {
  const { window } = demo();
  const editor = await openLeft(releaseFile);
  const shown = window.renderedEditor(applied);
  await window.act('What Flux applies', shown);
  await seen(shown.locator('.view-lines'), /# Chart status-page 0\.3\.0.* # Applies 4 objects/);
  await window.typeBehind(editor, 'replicas: 2', '3');
  await find(shown, 'replicas: 23');
  assert.deepEqual(await messages(), []);
});

test('it cannot be edited, and no YAML server checks it', async () => {
  const { window } = demo();
  const shown = window.renderedEditor(applied);
  await shown.locator('.view-line').first().click();
  await window.statusBar('YAML (Driftline)').waitFor();
  await window.page.keyboard.type('x');
  await window.page.locator('.monaco-editor-overlaymessage').waitFor();
});

test('an error stands at the head with file and line, and goes with its cause, without a message', async () => {
  const { window } = demo();
  const editor = await openLeft(releaseFile);
  await window.typeBehind(editor, 'interval: 1h', ' : :');
  const shown = window.renderedEditor(applied);
  await window.page.keyboard.press('Control+2');
  await window.page.keyboard.press('Control+Home');
  await seen(shown.locator('.view-lines'), /# workloads\/status-page\/release\.yaml:6/);
  await seen(shown.locator('.view-lines'), /# Error: workloads\/status-page\/release\.yaml:6:/);
  // Whoever has scrolled away from the head sees it on the tab.
  const tab = window.page.locator('.tab.active', { hasText: 'what Flux applies' });
  await seen(tab.locator('.monaco-icon-label'), /!/, '::after');
  assert.deepEqual(await messages(), []);
});

test('asked for, the same error is a message that leads to the line', async () => {
  const { window } = demo();
  await openLeft(releaseFile);
  await window.palette('Driftline: Show what Flux applies');
  const toast = window.toast('cannot be rendered: workloads/status-page/release.yaml:6');
  await toast.getByRole('button', { name: 'Open release.yaml:6' }).click();
  await window.statusBar('Ln 6, Col 1').waitFor();
  await window.palette('File: Revert File');
  await seen(
    window.renderedEditor('HelmRelease status-page: what Flux applies').locator('.view-lines'),
    /^# HelmRelease status-page: what Flux applies # # Rendered from/,
  );
});

test('values and variables say where they come from', async () => {
  const { window } = demo();
  await openLeft(releaseFile);
  await window.palette('Driftline: Show effective values');
  const values = window.renderedEditor('HelmRelease status/status-page: effective values');
  await seen(values.locator('.view-lines'), /checks: # ConfigMap status-page-values key values\.yaml/);
  await seen(values.locator('.view-lines'), /image: # chart values\.yaml/);
  await openLeft('clusters/cabin/status.yaml');
  await window.palette('Driftline: Show variables');
  const variables = window.renderedEditor('Kustomization flux-system/status: variables');
  await seen(variables.locator('.view-lines'), /DOMAIN: cabin\.example\.com # ConfigMap cluster-settings key DOMAIN/);
});

test('a row of the tree leads to what the files make of its object', async () => {
  const { window } = demo();
  await window.expand('flux-system');
  const shown = window.renderedEditor('Kustomization flux-system/workloads: what Flux applies');
  await window.rowMenu('workloads', 'Show what Flux applies', shown);
  await seen(shown.locator('.view-lines'), /# Kustomization flux-system\/workloads: what Flux applies/);
});
