/** Cancellation tokens of VS Code as the signals that everything below the editor takes. */
import type * as vscode from 'vscode';
import { Disposables } from '../base/disposables.ts';

/** A signal that is aborted with the token. The caller disposes the link when the work is over. */
export function signalOf(token: vscode.CancellationToken): { signal: AbortSignal; dispose: () => void } {
  const controller = new AbortController();
  const links = new Disposables();
  if (token.isCancellationRequested) {
    controller.abort();
  } else {
    links.add(token.onCancellationRequested(() => controller.abort()));
  }
  return { signal: controller.signal, dispose: () => links.dispose() };
}
