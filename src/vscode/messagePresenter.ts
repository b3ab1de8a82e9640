/**
 * Shows messages with their buttons and runs the button that is pressed. Used for the answers to a user's command only:
 * background work has no message.
 */
import * as vscode from 'vscode';
import { plainText } from '../view/markdown.ts';
import { type FailureMessage, type MessageButton } from '../view/messages.ts';
import type { LinkArgument } from './actionTarget.ts';
import { commandIds } from './commandIds.ts';

export type MessageKind = 'error' | 'warning' | 'info';

const shows = {
  error: vscode.window.showErrorMessage,
  warning: vscode.window.showWarningMessage,
  info: vscode.window.showInformationMessage,
};

/** Returns at once; a message may stand for hours before somebody answers it. */
export function presentMessage(kind: MessageKind, message: FailureMessage): void {
  const show = shows[kind] as (text: string, ...buttons: string[]) => Thenable<string | undefined>;
  void show(plainText(message.text, 1_000), ...message.buttons.map((button) => button.title)).then((pressed) => {
    const button = message.buttons.find((candidate) => candidate.title === pressed);
    if (button) {
      void run(button);
    }
  });
}

function run(button: MessageButton): Thenable<unknown> {
  const { command, argument, on } = button;
  if (command === 'openSettings') {
    return vscode.commands.executeCommand('workbench.action.openSettings', argument);
  }
  const target: LinkArgument | undefined = on && {
    context: on.context,
    target: { to: 'object', id: on.id, doubt: undefined },
    ...(on.link ? { link: on.link } : {}),
  };
  return vscode.commands.executeCommand(commandIds[command], target ?? argument);
}
