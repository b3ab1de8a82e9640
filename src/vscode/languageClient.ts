/**
 * Runs the language server as a process of its own and connects it with VS Code. A bundle of its own, because the client
 * library is large and needed only where there are Flux files. Tells the log what happens to the process, never a dialog.
 */
import * as vscode from 'vscode';
import {
  CloseAction,
  type CloseHandlerResult,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  TransportKind,
} from 'vscode-languageclient/node';
import { Backoff } from '../base/backoff.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import {
  chooseSeverityCommand,
  didChangeSettings,
  type RunningAnswer,
  type RunningQuestion,
  runningVersions,
  type ServerSettings,
} from '../protocol.ts';
import type { FixFactsParts } from './findingFixes.ts';

export interface LanguageClientParts {
  /** Path of `dist/server.cjs`. */
  readonly serverPath: string;
  readonly settings: ServerSettings;
  readonly outputChannel: vscode.LogOutputChannel;
  /** What is known of the connected cluster. */
  readonly facts: FixFactsParts;
}

export interface RunningLanguageClient extends Disposable {
  /** Hands changed settings to the server; they also count for a restarted one. */
  update(settings: ServerSettings): void;
}

/** How often a server that ends is started again before a window reload is needed. */
const maxRestarts = 5;
/** A server that has run that long has earned its tries back. */
const stableMs = 180_000;

/** Resolves when the server answers; rejects when it cannot be started. */
export async function startLanguageClient(parts: LanguageClientParts): Promise<RunningLanguageClient> {
  const { outputChannel } = parts;
  let settings = parts.settings;
  const disposables = new Disposables();
  const watch = (glob: string, only?: 'deletions'): vscode.FileSystemWatcher =>
    disposables.add(vscode.workspace.createFileSystemWatcher(glob, only !== undefined, only !== undefined, false));
  const options: LanguageClientOptions = {
    documentSelector: [
      { scheme: 'file', language: 'yaml' },
      { scheme: 'untitled', language: 'yaml' },
    ],
    diagnosticCollectionName: 'driftline',
    outputChannel,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: () => settings,
    initializationFailedHandler: () => false, // ends the process; the rejected start is the caller's to report
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: restarts(outputChannel, () => disposables.disposed),
    },
    // A deleted folder is told as one path, and without an ending none can tell it from a file.
    synchronize: { fileEvents: [watch('**/*.{yaml,yml}'), watch('**/Kustomization'), watch('**', 'deletions')] },
  };
  disposables.add(
    vscode.commands.registerCommand(chooseSeverityCommand, async (choice: unknown) => {
      const { chooseSeverity } = await import('./findingFixes.ts');
      return chooseSeverity(choice, parts.facts);
    }),
  );
  const module = { module: parts.serverPath, transport: TransportKind.ipc };
  const client = new QuietLanguageClient('driftline', 'Driftline', { run: module, debug: module }, options);
  const answer = async (question: RunningQuestion, token: vscode.CancellationToken): Promise<RunningAnswer> => {
    const { answerRunning } = await import('./findingFixes.ts');
    return answerRunning(question, parts.facts, token);
  };
  disposables.add(client.onRequest(runningVersions, answer));
  try {
    await client.start();
  } catch (error) {
    disposables.dispose();
    throw error;
  }
  return {
    update(changed) {
      settings = changed;
      client.sendNotification(didChangeSettings, changed).catch((error: unknown) => {
        outputChannel.debug(`Settings were not sent, the next start takes them along: ${String(error)}`);
      });
    },
    dispose() {
      disposables.dispose();
      client.dispose().catch((error: unknown) => outputChannel.debug(`Stopping the server: ${String(error)}`));
    },
  };
}

/** The library shows some errors as a dialog whatever its options say; background work opens none. */
class QuietLanguageClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** Answers the end of the server's process with a restart after a while, up to a number of times. */
function restarts(log: vscode.LogOutputChannel, isOver: () => boolean): () => Promise<CloseHandlerResult> {
  const backoff = new Backoff({ firstMs: 1_000, maxMs: 30_000 });
  let started = Date.now();
  return async () => {
    if (Date.now() - started > stableMs) {
      backoff.reset();
    }
    if (backoff.attempt >= maxRestarts) {
      const message = `The language server ended ${maxRestarts + 1} times. Files are no longer checked until the window is reloaded.`;
      return { action: CloseAction.DoNotRestart, message, handled: true };
    }
    const wait = backoff.next();
    log.warn(`The language server ended. It is started again in ${(wait / 1000).toFixed(1)} s.`);
    await new Promise((resolve) => setTimeout(resolve, wait));
    started = Date.now();
    return { action: isOver() ? CloseAction.DoNotRestart : CloseAction.Restart, handled: true };
  };
}
