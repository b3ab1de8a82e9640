/**
 * A controller's failure in few words, for a row that has room for one line: what failed, and the root of it. The message in
 * full is the tooltip's.
 */
import type { FluxState } from '../flux/fluxState.ts';
import { plainText } from './markdown.ts';

/** Reasons whose own words would mislead. */
const reasonWords: Readonly<Record<string, string>> = {
  ReconciliationFailed: 'apply failed',
  RetriesExceeded: 'gave up after its retries',
  RollbackSucceeded: 'rolled back after a failure',
  UninstallSucceeded: 'uninstalled after a failure',
  MissingRollbackTarget: 'nothing to roll back to',
  ArtifactFailed: 'source failed',
};

/** `health check failed`, `OCI artifact pull failed`: the words of a reason, `failed` for an empty one. */
export function wordsOfReason(reason: string): string {
  const known = Object.hasOwn(reasonWords, reason) ? reasonWords[reason] : undefined;
  const words = plainText(reason, 60)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(' ')
    .map((word) => (/^[A-Z]{2,}$/.test(word) ? word : word.toLowerCase()))
    .join(' ');
  return known ?? (words === '' ? 'failed' : words);
}

/** Characters; what is longer is cut down to its cause. */
const room = 60;

/** What the controllers put before the cause, and what the reason has said already. */
const leadIns: readonly RegExp[] = [
  /^Helm \w+ (?:failed|succeeded) for release \S+(?: with chart \S+)?: /,
  /^(?:health check failed|kustomize build failed)(?: after [\d.a-zµ]+)?: /,
];

/** The root of a failure on one line, `''` when the message says no more than its reason. */
export function gistOf(message: string): string {
  const firstLine = message.split('\n', 1)[0] ?? '';
  const body = leadIns.reduce((text, leadIn) => text.replace(leadIn, ''), plainText(firstLine, 2000));
  const waited = /(?:^|: )time(?:d )?out waiting for: \[(?<list>.*)\]/.exec(body)?.groups?.['list'];
  if (waited !== undefined) {
    const count = waited.split(/, (?=\w+\/)/).length;
    return `timed out waiting for ${count} ${count === 1 ? 'object' : 'objects'}`;
  }
  const text = body.replaceAll('context deadline exceeded', 'timed out');
  if (text.length <= room) {
    return text;
  }
  // Go's errors are wrapped from the outside in: the cause stands last.
  const cause = text.slice(text.lastIndexOf(': ') + 2);
  return plainText(cause.length >= 8 && cause.length < text.length ? cause : text, room);
}

/** `install failed: timed out waiting for 1 object` */
export function failureText(state: Pick<FluxState, 'reason' | 'message'>): string {
  const words = wordsOfReason(state.reason);
  const gist = gistOf(state.message);
  const saysNoMore = gist === '' || gist.toLowerCase() === words.toLowerCase();
  return saysNoMore ? words : `${words}: ${gist}`;
}
