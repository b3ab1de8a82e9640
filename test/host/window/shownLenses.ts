/** The lines over documents as a window shows them: what they say, waited for, and clicked. What a test asserts belongs to the test. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Disposable } from '../../../src/base/disposables.ts';
import type { HostCluster } from './hostCluster.ts';
import { eventually, patienceMs } from './hostWindow.ts';

export function titles(lenses: readonly vscode.CodeLens[]): string[] {
  return lenses.map((lens) => lens.command?.title ?? '');
}

export async function lensesOf(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
  return vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 100);
}

/** Asks again at each change of what is known of the cluster, until the titles hold. */
export async function lensesWhen(
  cluster: HostCluster,
  document: vscode.TextDocument,
  holds: (shown: readonly string[]) => boolean,
): Promise<vscode.CodeLens[]> {
  const { views } = cluster.probe;
  const end = Date.now() + patienceMs;
  for (;;) {
    const changes = { seen: 0 };
    const subscription = views.onDidSurvey(() => (changes.seen += 1));
    try {
      const lenses = await lensesOf(document);
      if (holds(titles(lenses))) {
        return lenses;
      }
      const shown = `${document.uri.path}: ${titles(lenses).join(' | ')}`;
      assert.ok(Date.now() < end, shown);
      const listen = (listener: () => void): Disposable => views.onDidSurvey(listener);
      await eventually(
        'lenses as expected',
        () => changes.seen > 0,
        [listen],
        () => shown,
      );
    } finally {
      subscription.dispose();
    }
  }
}

/** Clicks the lens with that title. Resolves when its command has ended. */
export async function click(lenses: readonly vscode.CodeLens[], title: string): Promise<void> {
  const command = lenses.find((lens) => lens.command?.title === title)?.command;
  assert.ok(command, `${title} among ${titles(lenses).join(' | ')}`);
  await vscode.commands.executeCommand(command.command, ...((command.arguments ?? []) as unknown[]));
}

export const has =
  (text: string) =>
  (shown: readonly string[]): boolean =>
    shown.some((title) => title.includes(text));
