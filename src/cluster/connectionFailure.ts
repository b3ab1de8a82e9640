/**
 * Errors of sockets, TLS and name look-ups as Failures in words that a person can act on.
 * Made once, where the error is caught, so that nobody else reads Node's error codes.
 */
import { cancelled, Failure, isFailure } from '../base/failure.ts';

/** `to` is host and port of the API server. A Failure passes unchanged; an aborted signal wins over its consequences. */
export function connectionFailure(error: unknown, to: string, signal?: AbortSignal): Failure {
  if (signal?.aborted && !isFailure(error, 'timeout')) {
    return cancelled(`the request to ${to}`);
  }
  if (isFailure(error)) {
    return error;
  }
  // Several addresses were tried (happy eyeballs): the first error is as good as any.
  const first: unknown = error instanceof AggregateError ? (error.errors[0] ?? error) : error;
  const code = first instanceof Error && 'code' in first ? String(first.code) : '';
  const text = first instanceof Error ? first.message : String(first);
  if (code === 'ERR_INVALID_CHAR') {
    return new Failure('unauthorized', 'the credentials hold characters that no HTTP header may', { cause: error });
  }
  return new Failure('unreachable', words(code, text, to), { cause: error });
}

function words(code: string, text: string, to: string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return `connection refused by ${to}`;
    case 'ENOTFOUND':
    case 'EAI_NODATA':
      return `the name of ${to} cannot be resolved`;
    case 'EAI_AGAIN':
      return `the name of ${to} cannot be resolved now: the name server does not answer`;
    case 'ETIMEDOUT':
      return `no connection to ${to}: timed out`;
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
    case 'ENETDOWN':
      return `no route to ${to}`;
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ECONNABORTED':
    case 'UND_ERR_SOCKET':
      return `the connection to ${to} was closed`;
    case 'DRIFTLINE_PROXY':
      return text;
    default:
      return certificateWords(code, to) ?? `no connection to ${to}: ${text}`;
  }
}

function certificateWords(code: string, to: string): string | undefined {
  switch (code) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `the certificate of ${to} is signed by an authority that is not trusted (${code})`;
    case 'CERT_HAS_EXPIRED':
      return `the certificate of ${to} has expired`;
    case 'CERT_NOT_YET_VALID':
      return `the certificate of ${to} is not valid yet: is the clock right?`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `the certificate of ${to} is for another name (tls-server-name can say which)`;
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
    case 'EPROTO':
      return `${to} does not speak TLS: is the server's address http, or a proxy in the way?`;
    default:
      return /^ERR_(?:SSL|TLS|OSSL)/.test(code) ? `TLS with ${to} failed (${code})` : undefined;
  }
}
