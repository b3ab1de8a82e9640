/** A message with ways on, each a button that does something; for answers to a user's command alone. */
import * as vscode from 'vscode';

/** A button that leads on. */
export interface OfferedWay {
  readonly title: string;
  readonly run: () => Thenable<unknown>;
}

/** Returns at once and gives nothing, for a message may stand for hours before somebody answers it. */
export function offerWays(kind: 'warning' | 'information', text: string, ways: readonly OfferedWay[]): undefined {
  const { showInformationMessage, showWarningMessage } = vscode.window;
  const show = kind === 'warning' ? showWarningMessage : showInformationMessage;
  void show(text, ...ways.map(({ title }) => title)).then((pressed) =>
    ways.find(({ title }) => title === pressed)?.run(),
  );
}
