/** *Why?* as a person asks it: by the button on a failing row and the lens of its file; the answer is read, and its links are followed. */
import { test } from 'node:test';
import { demoOfFile } from './openDemo.ts';
import { seen } from './seen.ts';

const demo = demoOfFile();
const answer = /^HelmRelease.logging\/loki.is.not.ready.because.PersistentVolumeClaim/;

test('the button on a failing row opens the answer, the cause in its first line', async () => {
  const { window } = demo();
  await window.expand('flux-system');
  await window.expand('infrastructure');
  const editor = window.answerEditor('HelmRelease logging/loki');
  await window.clickUntil(await window.rowButton('logging/loki', 'Why?'), editor);
  await seen(editor.locator('.view-line').first(), answer);
  await seen(editor.locator('.view-lines'), /What.the.controller.says/);
});

test('the lens of a file that waits opens its answer', async () => {
  const { window } = demo();
  await window.openFile('infrastructure/logging/loki-canary.yaml');
  const editor = window.answerEditor('HelmRelease logging/loki-canary');
  await window.act('Why?', editor);
  await seen(editor.locator('.view-lines'), /depends.on.HelmRelease.logging\/loki/);
});

test('objects and pages in the answer are links', async () => {
  const { window } = demo();
  const editor = window.answerEditor('HelmRelease logging/loki-canary');
  for (const text of ['Show in tree', 'StatefulSet', 'troubleshooting']) {
    await editor.locator('.detected-link', { hasText: text }).first().waitFor();
  }
});
