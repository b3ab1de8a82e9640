/**
 * The one wrapper around everything that a message starts: an error is logged and answered, never thrown into the
 * protocol library or the process; a token becomes a signal. Handlers below are written as if nothing could fail.
 */
import { type CancellationToken, LSPErrorCodes, ResponseError } from 'vscode-languageserver/node';
import { type Disposable } from '../base/disposables.ts';
import { isFailure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';

/** Runs what a notification asks for. `what` names it in the log, which never gets the message itself. */
export function handleNotification(log: Log, what: string, run: () => void | Promise<void>): void {
  const fail = (error: unknown): void => log.error(`${what} failed`, error);
  try {
    const running = run();
    if (running instanceof Promise) {
      running.catch(fail);
    }
  } catch (error) {
    fail(error);
  }
}

/** Runs what a request asks for. The answer of a cancelled request is an error by LSP, even if there is one. */
export async function handleRequest<T>(
  log: Log,
  what: string,
  token: CancellationToken,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T | ResponseError> {
  const controller = new AbortController();
  const subscription: Disposable = token.onCancellationRequested(() => controller.abort());
  const cancelled = new ResponseError(LSPErrorCodes.RequestCancelled, `${what} was cancelled`);
  try {
    const answer = await run(controller.signal);
    return token.isCancellationRequested ? cancelled : answer;
  } catch (error) {
    if (token.isCancellationRequested || isFailure(error, 'cancelled')) {
      return cancelled;
    }
    log.error(`${what} failed`, error);
    return new ResponseError(LSPErrorCodes.RequestFailed, `${what} failed; the log has the reason`);
  } finally {
    subscription.dispose();
  }
}
