/**
 * The border of commands: every handler is registered here, and every error of one ends here. Cancelled is silent, an
 * expected failure shows its sentence and buttons, anything else is logged with its stack and offers the log.
 */
import * as vscode from 'vscode';
import { type Disposable } from '../base/disposables.ts';
import { isFailure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import { failureMessage, unexpectedMessage } from '../view/messages.ts';
import { type CommandName, commandIds } from './commandIds.ts';
import { presentMessage } from './messagePresenter.ts';

export interface CommandHandler {
  /** What it tries, in the infinitive: `Open live YAML`. Begins the sentence of a failure. */
  readonly attempt: string;
  readonly run: (...args: readonly unknown[]) => unknown;
}

/** `context` names the cluster that a failure is about. The caller disposes the registration. */
export function registerCommand(
  name: CommandName,
  handler: CommandHandler,
  parts: { readonly log: Log; readonly context: () => string | undefined },
): Disposable {
  return vscode.commands.registerCommand(commandIds[name], async (...args: unknown[]) => {
    try {
      return await handler.run(...args);
    } catch (error) {
      if (isFailure(error)) {
        parts.log.warn(`${handler.attempt}: ${error.reason}: ${error.message}`);
        const message = failureMessage(handler.attempt, parts.context(), error);
        if (message) {
          presentMessage('error', message);
        }
      } else {
        parts.log.error(`${handler.attempt} failed unexpectedly`, error);
        presentMessage('error', unexpectedMessage(handler.attempt));
      }
      return undefined;
    }
  });
}
