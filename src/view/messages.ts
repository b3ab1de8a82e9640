/**
 * Failures in words: one sentence that says what, on what and why, and the buttons that lead on. The one place where a
 * reason becomes text, for notifications, rows and the title alike.
 */
import type { Failure, FailureReason } from '../base/failure.ts';
import type { ObjectId } from '../flux/objectKey.ts';
import { type ViewCommand } from './commandId.ts';
import { plainText } from './markdown.ts';

export interface MessageButton {
  readonly title: string;
  /** Of ours, with `argument` where it takes one, or `openSettings`: VS Code's settings page, filtered by `argument`. */
  readonly command: ViewCommand | 'openSettings';
  readonly argument?: string;
  /** The object that the command acts on; `link`, the one to be resumed first on the way to it. */
  readonly on?: { readonly context: string; readonly id: ObjectId; readonly link?: ObjectId };
}

export interface FailureMessage {
  readonly text: string;
  /** One or two; a third would not be read. */
  readonly buttons: readonly MessageButton[];
}

const button = {
  retry: { title: 'Retry', command: 'retryConnection' },
  chooseContext: { title: 'Choose context', command: 'chooseContext' },
  log: { title: 'Open log', command: 'showLog' },
  install: { title: 'How to install', command: 'openInstallGuide' },
  prerequisites: { title: 'Check prerequisites', command: 'checkPrerequisites' },
  namespaces: { title: 'Open settings', command: 'openSettings', argument: 'driftline.namespaces' },
} as const satisfies Record<string, MessageButton>;

interface Words {
  /** In front of the server's words, which follow in brackets. */
  readonly lead: string;
  readonly buttons: readonly MessageButton[];
}

const wordsByReason: Readonly<Record<FailureReason, Words>> = {
  unreachable: { lead: 'API server unreachable', buttons: [button.retry, button.log] },
  unauthorized: { lead: 'credentials not accepted', buttons: [button.retry, button.log] },
  forbidden: { lead: 'no permission', buttons: [button.prerequisites, button.log] },
  notFound: { lead: 'not found', buttons: [button.log] },
  conflict: { lead: 'changed meanwhile', buttons: [button.log] },
  gone: { lead: 'the list expired while it was read', buttons: [button.retry, button.log] },
  busy: { lead: 'the API server is busy', buttons: [button.retry, button.log] },
  invalid: { lead: 'not accepted, or not understood', buttons: [button.log] },
  fluxNotInstalled: { lead: 'no Flux in this cluster', buttons: [button.install, button.chooseContext] },
  suspended: { lead: 'it is suspended: resume it first', buttons: [] },
  timeout: { lead: 'timed out', buttons: [button.log] },
  cancelled: { lead: 'cancelled', buttons: [] },
};

/** Reasons whose lead says all; the message would repeat it. */
const complete: ReadonlySet<FailureReason> = new Set(['fluxNotInstalled', 'suspended', 'cancelled']);

/** `API server unreachable (connection refused by 127.0.0.1:6443)` */
export function failureWords(failure: Pick<Failure, 'reason' | 'message'>, max = 300): string {
  const { lead } = wordsByReason[failure.reason];
  const message = plainText(failure.message, max);
  return complete.has(failure.reason) || message === '' ? lead : `${lead} (${message})`;
}

/**
 * What a command that failed reports. `attempt` in the infinitive with its object (`Reconcile HelmRelease logging/grafana`).
 * `undefined` for what the user cancelled: that is no news.
 */
export function failureMessage(
  attempt: string,
  context: string | undefined,
  failure: Pick<Failure, 'reason' | 'message'>,
): FailureMessage | undefined {
  if (failure.reason === 'cancelled') {
    return undefined;
  }
  const where = context === undefined ? '' : ` on ${plainText(context)}`;
  return {
    text: `${plainText(attempt)}${where} failed: ${failureWords(failure)}`,
    buttons: wordsByReason[failure.reason].buttons,
  };
}

/** What a command reports that failed in a way nobody foresaw; the log has the stack. */
export function unexpectedMessage(attempt: string): FailureMessage {
  return { text: `${plainText(attempt)} failed unexpectedly. The log says more.`, buttons: [button.log] };
}
