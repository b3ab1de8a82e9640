/**
 * Expected failures as values with a reason. Made where an answer is read; turned into words only in `view/messages.ts`.
 * Recognised by the field `reason`, never by `instanceof`: they cross bundles, and each bundle has a class of its own.
 */

/**
 * Why something that was tried did not happen.
 * - `unreachable`: no connection, a broken one, or a 5xx answer
 * - `unauthorized`: 401, or the credential plugin failed
 * - `forbidden`: 403
 * - `notFound`: 404
 * - `conflict`: 409
 * - `gone`: 410, the resourceVersion or continue token has expired
 * - `busy`: 429; `retryAfterMs` says how long to wait where the server did
 * - `invalid`: 400, 422, or an answer that cannot be read
 * - `fluxNotInstalled`: no Flux kind is served
 * - `suspended`: the object is suspended, so the request was not sent
 * - `timeout`, `cancelled`: ended from this side
 */
export type FailureReason =
  | 'unreachable'
  | 'unauthorized'
  | 'forbidden'
  | 'notFound'
  | 'conflict'
  | 'gone'
  | 'busy'
  | 'invalid'
  | 'fluxNotInstalled'
  | 'suspended'
  | 'timeout'
  | 'cancelled';

export interface FailureDetail {
  /** HTTP status, where there was an answer. */
  readonly status?: number;
  /** Milliseconds the server asked to wait (Retry-After). */
  readonly retryAfterMs?: number;
  /** What the user could start to mend it, where that is known: `pull`, the download of a chart. */
  readonly remedy?: 'pull';
  readonly cause?: unknown;
}

/** `message` holds the server's words without secrets; it is fit for a log and, escaped, for a person. */
export class Failure extends Error {
  readonly reason: FailureReason;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly remedy: FailureDetail['remedy'];

  constructor(reason: FailureReason, message: string, detail: FailureDetail = {}) {
    super(message, { cause: detail.cause });
    this.name = 'Failure';
    this.reason = reason;
    this.status = detail.status;
    this.retryAfterMs = detail.retryAfterMs;
    this.remedy = detail.remedy;
  }
}

const reasons: ReadonlySet<unknown> = new Set<FailureReason>([
  'unreachable',
  'unauthorized',
  'forbidden',
  'notFound',
  'conflict',
  'gone',
  'busy',
  'invalid',
  'fluxNotInstalled',
  'suspended',
  'timeout',
  'cancelled',
]);

/** Tells an expected failure, of the given reason if one is given, from any other error. */
export function isFailure(error: unknown, reason?: FailureReason): error is Failure {
  if (!(error instanceof Error) || !('reason' in error) || !reasons.has(error.reason)) {
    return false;
  }
  return reason === undefined || error.reason === reason;
}

/** The same failure in other words; its cause, which has the first ones, is left out. */
export function reworded({ reason, status, retryAfterMs, remedy }: Failure, message: string): Failure {
  return new Failure(reason, message, {
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(remedy === undefined ? {} : { remedy }),
  });
}

/** The failure that an aborted signal stands for. */
export function cancelled(what: string): Failure {
  return new Failure('cancelled', `${what} was cancelled`);
}
