/**
 * An answer that is no success, as a Failure: reads the `Status` body that Kubernetes writes, else what a proxy wrote.
 */
import { Failure, type FailureReason } from '../base/failure.ts';
import { asNumber, asText, fieldAt } from '../flux/untyped.ts';

const maxMessage = 500;
/** Of a long message the end is kept as well: the server quotes the value that it refuses, and says why behind it. */
const keptEnd = 150;

/** `what` is the request in words for a log, such as `GET /version`. */
export function statusFailure(
  what: string,
  answer: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string },
  now: number,
): Failure {
  const status = parse(answer.body);
  const retryAfterMs =
    retryAfter(answer.headers['retry-after'], now) ?? seconds(fieldAt(status, 'details', 'retryAfterSeconds'));
  const detail = { status: answer.status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return new Failure(reasonOf(answer.status), messageOf(what, status, answer), detail);
}

/** The Failure of a `Status` object inside a watch (an ERROR event), whose code is in its body. */
export function eventFailure(what: string, status: unknown): Failure {
  const code = asNumber(fieldAt(status, 'code')) ?? 500;
  const message = asText(fieldAt(status, 'message')) ?? `${what}: the watch ended with an error`;
  const retryAfterMs = seconds(fieldAt(status, 'details', 'retryAfterSeconds'));
  return new Failure(reasonOf(code), shorten(message), {
    status: code,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function reasonOf(status: number): FailureReason {
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
      return 'notFound';
    case 409:
      return 'conflict';
    case 410:
      return 'gone';
    case 429:
      return 'busy';
    default:
      return status >= 500 ? 'unreachable' : 'invalid';
  }
}

function messageOf(
  what: string,
  status: unknown,
  answer: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string },
): string {
  const message = fieldAt(status, 'kind') === 'Status' ? asText(fieldAt(status, 'message')) : undefined;
  if (message !== undefined && message !== '') {
    return shorten(message);
  }
  if (answer.status >= 300 && answer.status < 400) {
    return `${what} was redirected (${answer.status}): the server's address is not that of an API server`;
  }
  // A page of a gateway says nothing that a person could use, one line of text may.
  const text = answer.body.trim();
  const line = /^[^<{\n]+$/.test(text) ? `: ${text}` : '';
  return shorten(`${what} was answered with ${answer.status}${line}`);
}

/** Cut between words where there are any: of a secret that is quoted, half a word would be told from nothing later on. */
function shorten(text: string): string {
  if (text.length <= maxMessage) {
    return text;
  }
  const start = text.slice(0, maxMessage - keptEnd).replace(/(?<=[\s"])[^\s"]*$/, '');
  const end = text.slice(-keptEnd).replace(/^[^\s"]*(?=[\s"])/, '');
  return `${start}…${end}`;
}

/** Retry-After is a number of seconds or a date (RFC 9110, 10.2.3). */
function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined || header === '') {
    return undefined;
  }
  if (/^\d+$/.test(header)) {
    return Number(header) * 1000;
  }
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function seconds(value: unknown): number | undefined {
  const number = asNumber(value);
  return number === undefined || number < 0 ? undefined : number * 1000;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
