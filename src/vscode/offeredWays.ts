/** A message with ways on, each a button that does something; for answers to a user's command alone. */
import * as vscode from 'vscode';
import { plainText } from '../view/markdown.ts';

/** A button that leads on. */
export interface OfferedWay {
  readonly title: string;
  readonly run: () => Thenable<unknown>;
}

/** Returns at once and gives nothing, for a message may stand for hours before somebody answers it. */
export function offerWays(kind: 'warning' | 'information', text: string, ways: readonly OfferedWay[]): undefined {
  const { showInformationMessage, showWarningMessage } = vscode.window;
  const show = kind === 'warning' ? showWarningMessage : showInformationMessage;
  void show(plainText(text, 1_000), ...ways.map(({ title }) => title)).then((pressed) =>
    follow(ways.find(({ title }) => title === pressed)),
  );
}

/** A way may lead to an extension that is switched off, whose command is not there then. */
export async function follow(way: OfferedWay | undefined): Promise<void> {
  try {
    await way?.run();
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(plainText(`${way?.title ?? ''} failed: ${words}`, 300));
  }
}
