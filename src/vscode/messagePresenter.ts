/**
 * Shows messages with their buttons and runs the button that is pressed. Used for the answers to a user's command only:
 * background work has no message.
 */
import * as vscode from 'vscode';
import { plainText } from '../view/markdown.ts';
import { type FailureMessage, type MessageButton } from '../view/messages.ts';
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
  return button.command === 'openSettings'
    ? vscode.commands.executeCommand('workbench.action.openSettings', button.argument)
    : vscode.commands.executeCommand(commandIds[button.command]);
}
