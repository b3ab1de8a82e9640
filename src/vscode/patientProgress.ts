/**
 * Work that a user waits for: a notification with a way out when it takes longer than a person waits without a word, and
 * nothing at all when it does not.
 */
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { plainText } from '../view/markdown.ts';
import { signalOf } from './cancellation.ts';

/** What is over sooner needs no notification. */
const progressAfterMs = 500;

/** `report` replaces the text behind the title. Ends as the work ends; a cancelled notification aborts the signal. */
export async function withPatience<T>(
  title: string,
  clock: Clock,
  work: (signal: AbortSignal, report: (message: string) => void) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const said: { message: string; tell: ((message: string) => void) | undefined } = { message: '', tell: undefined };
  const result = work(controller.signal, (message) => {
    said.message = message;
    said.tell?.(message);
  });
  const ended = result.then(
    () => undefined,
    () => undefined,
  );
  const timer = clock.after(progressAfterMs, () => {
    const location = vscode.ProgressLocation.Notification;
    void vscode.window.withProgress(
      { location, title: plainText(title), cancellable: true },
      async (progress, token) => {
        const link = signalOf(token);
        link.signal.addEventListener('abort', () => controller.abort());
        said.tell = (message) => progress.report({ message: plainText(message) });
        if (said.message !== '') {
          said.tell(said.message);
        }
        await ended;
        link.dispose();
      },
    );
  });
  try {
    return await result;
  } finally {
    timer.dispose();
  }
}
