/**
 * The narrow gate to an API server: one HTTP request with the kubeconfig's authentication, nothing else.
 * `kubernetes.ts` implements it with the Kubernetes client; tests may give another. Knows no Kubernetes verb.
 */
import type { Duplex } from 'node:stream';
import type { Event } from '../base/emitter.ts';

export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Path with query, beginning with `/`, already percent-encoded. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly accept?: string;
  /** Aborts the request, and the reading of its answer. */
  readonly signal: AbortSignal;
  /** Milliseconds until the answer's head must be there; a body may take longer. */
  readonly headTimeoutMs: number;
  /**
   * Milliseconds without a byte after which reading the body fails with `timeout`: a half-open connection must end.
   * `0` for none.
   */
  readonly idleTimeoutMs: number;
  /** The body as it was stored, for content with a digest: neither asked for nor read as compressed. */
  readonly encoding?: 'identity';
  /**
   * Headers that ask the server for another protocol on this connection (RFC 9110, 7.8). With 101 it is the answer's `socket`;
   * any other status is an ordinary answer.
   */
  readonly upgrade?: Readonly<Record<string, string>>;
}

export interface TransportResponse {
  readonly status: number;
  /** Lower-cased names. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The connection after an upgrade, `undefined` otherwise. Ends with the signal of its request and with the transport; until
   * then it is the caller's to destroy.
   */
  readonly socket?: Duplex;
  /** The body as text; throws a Failure `unreachable` when it breaks off. */
  text(): Promise<string>;
  /** The body line by line, for watches; ends when the server closes. The last line may be cut off: callers must cope. */
  lines(): AsyncIterable<string>;
  /** The body's bytes as they come, of any length: callers set a limit. Throws as `text`. */
  chunks(): AsyncIterable<Uint8Array>;
}

/** The state of the credential plugin of a context that has one. */
export interface Credentials {
  /** The plugin's command while it runs: a person may have to log in somewhere. */
  readonly running: string | undefined;
  /** A plugin began or ended. */
  readonly onDidChange: Event<void>;
  /** Lets a plugin run again that failed. Only for the user's own retry: a plugin may open a log-in window. */
  retry(): void;
}

/** Throws a Failure: `unreachable`, `unauthorized` (credential plugin), `timeout`, `cancelled`. An answer of any status resolves. */
export interface Transport {
  readonly context: string;
  /** As the kubeconfig calls the context's user; a user without credentials may have no name. */
  readonly userName?: string | undefined;
  /** `undefined` when the context needs no credential plugin. */
  readonly credentials?: Credentials | undefined;
  send(request: TransportRequest): Promise<TransportResponse>;
  dispose(): void;
}
