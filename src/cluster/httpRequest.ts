/**
 * One HTTP request with Node's own client, and its answer as text or as lines: time limits, back-pressure, cut-off bodies.
 * Knows no kubeconfig and no Kubernetes; whoever calls gives address, agent, TLS material and headers.
 */
import { type Agent, type IncomingMessage, type OutgoingHttpHeaders, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import type { Clock } from '../base/clock.ts';
import { cancelled, Failure } from '../base/failure.ts';
import { connectionFailure } from './connectionFailure.ts';
import type { TransportRequest, TransportResponse } from './transport.ts';

export interface HttpTarget {
  /** Its path is a prefix of every request's path (an API server behind a gateway). */
  readonly server: URL;
  readonly agent: Agent;
  readonly headers: OutgoingHttpHeaders;
  /** `user:password` of basic authentication. */
  readonly auth: string | undefined;
  readonly tls: {
    readonly ca?: (string | Buffer)[];
    readonly cert?: string | Buffer;
    readonly key?: string | Buffer;
    readonly passphrase?: string;
    readonly servername?: string;
    readonly rejectUnauthorized?: boolean;
  };
}

// A page of 500 large releases is some 10 MB. What is far above is no answer to our questions but an attack or a mistake.
const maxBodyBytes = 256 * 1024 * 1024;
const maxLineBytes = 32 * 1024 * 1024;

/** Sends and resolves when the answer's head is there, whatever its status. Throws Failures only. */
export async function sendHttp(
  target: HttpTarget,
  request: TransportRequest,
  clock: Clock,
): Promise<TransportResponse> {
  const to = target.server.host;
  try {
    return await attempt(target, request, clock);
  } catch (error) {
    if (error instanceof StaleConnection && !request.signal.aborted) {
      // The server closed an idle kept-alive connection just as it was used again. Every request of this project may be
      // repeated: reads, reviews, merge patches of the same content.
      return attempt(target, request, clock).catch((again: unknown) => {
        throw connectionFailure(again instanceof StaleConnection ? again.cause : again, to, request.signal);
      });
    }
    throw connectionFailure(error instanceof StaleConnection ? error.cause : error, to, request.signal);
  }
}

class StaleConnection extends Error {}

function attempt(target: HttpTarget, request: TransportRequest, clock: Clock): Promise<TransportResponse> {
  const { server, agent } = target;
  return new Promise((resolve, reject) => {
    if (request.signal.aborted) {
      reject(cancelled(`the request to ${server.host}`));
      return;
    }
    const options = {
      method: request.method,
      host: server.hostname.replace(/^\[|\]$/g, ''),
      port: server.port === '' ? (server.protocol === 'https:' ? 443 : 80) : Number(server.port),
      path: server.pathname.replace(/\/$/, '') + request.path,
      headers: headersOf(target, request),
      agent,
      signal: request.signal,
      ...(target.auth === undefined ? {} : { auth: target.auth }),
    };
    const outgoing = server.protocol === 'https:' ? httpsRequest({ ...options, ...target.tls }) : httpRequest(options);
    const limit = clock.after(request.headTimeoutMs, () => {
      const seconds = Math.round(request.headTimeoutMs / 100) / 10;
      outgoing.destroy(new Failure('timeout', `${server.host} did not answer within ${seconds} s`));
    });
    outgoing.once('response', (incoming) => {
      limit.dispose();
      // From here on errors belong to the body.
      outgoing.on('error', () => undefined);
      resolve(new HttpResponse(incoming, request, server.host, clock));
    });
    // Without a listener Node would end the connection without a word, whoever asked for it.
    outgoing.once('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
      limit.dispose();
      endWith(socket, request.signal);
      if (!request.upgrade) {
        socket.destroy();
        reject(new Failure('invalid', `${server.host} answered in another protocol`));
        return;
      }
      if (head.length > 0) {
        socket.unshift(head); // what the server sent right behind its answer
      }
      resolve(new HttpResponse(incoming, request, server.host, clock, socket));
    });
    outgoing.once('error', (error: NodeJS.ErrnoException) => {
      limit.dispose();
      const stale = outgoing.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(stale ? new StaleConnection('stale', { cause: error }) : error);
    });
    outgoing.end(request.body);
  });
}

/** Node lets go of a connection that was upgraded: from there on nobody else ends it. */
function endWith(socket: Duplex, signal: AbortSignal): void {
  const end = (): void => void socket.destroy();
  socket.on('error', () => undefined); // whoever reads it learns of the error
  signal.addEventListener('abort', end, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', end));
}

function headersOf(target: HttpTarget, request: TransportRequest): OutgoingHttpHeaders {
  return {
    accept: request.accept ?? 'application/json',
    'accept-encoding': request.encoding ?? 'gzip',
    'user-agent': 'driftline',
    ...(request.contentType === undefined ? {} : { 'content-type': request.contentType }),
    ...(request.body === undefined ? {} : { 'content-length': Buffer.byteLength(request.body) }),
    ...target.headers,
    ...request.upgrade,
  };
}

class HttpResponse implements TransportResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly socket?: Duplex;
  readonly #incoming: IncomingMessage;
  readonly #request: TransportRequest;
  readonly #to: string;
  readonly #clock: Clock;

  constructor(incoming: IncomingMessage, request: TransportRequest, to: string, clock: Clock, socket?: Duplex) {
    if (socket) {
      this.socket = socket;
    }
    this.status = incoming.statusCode ?? 0;
    this.headers = Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
      ]),
    );
    this.#incoming = incoming;
    this.#request = request;
    this.#to = to;
    this.#clock = clock;
  }

  async text(): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of this.chunks()) {
      size += chunk.length;
      if (size > maxBodyBytes) {
        throw new Failure('invalid', `the answer of ${this.#to} is longer than ${maxBodyBytes / 1024 / 1024} MB`);
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  async *lines(): AsyncIterable<string> {
    const decoder = new StringDecoder('utf8'); // a character may be split between two chunks
    const open: string[] = [];
    let size = 0;
    for await (const chunk of this.chunks()) {
      const parts = decoder.write(chunk).split('\n');
      for (const [at, part] of parts.entries()) {
        open.push(part);
        size += part.length;
        if (size > maxLineBytes) {
          throw new Failure('invalid', `a line of the watch is longer than ${maxLineBytes / 1024 / 1024} MB`);
        }
        if (at < parts.length - 1) {
          const line = open.splice(0).join('');
          size = 0;
          if (line !== '') {
            yield line;
          }
        }
      }
    }
    const rest = open.join('') + decoder.end();
    if (rest !== '') {
      yield rest;
    }
  }

  /** The body's chunks, decompressed, read only as fast as the reader takes them. Leaving early ends the connection. */
  async *chunks(): AsyncIterable<Buffer> {
    const { idleTimeoutMs, signal } = this.#request;
    const zipped = this.headers['content-encoding'] === 'gzip' && this.#request.encoding !== 'identity';
    const body = zipped ? this.#incoming.pipe(createGunzip()) : this.#incoming;
    if (zipped) {
      this.#incoming.once('error', (error) => body.destroy(error));
      this.#incoming.once('aborted', () => body.destroy(resetError()));
    }
    const iterator = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    try {
      for (;;) {
        // The limit runs only while waiting: a slow reader is not a silent server.
        const limit =
          idleTimeoutMs > 0
            ? this.#clock.after(idleTimeoutMs, () =>
                body.destroy(new Failure('timeout', `${this.#to} has been silent for ${idleTimeoutMs / 1000} s`)),
              )
            : undefined;
        const next = await iterator.next().finally(() => limit?.dispose());
        if (next.done === true) {
          return;
        }
        yield next.value;
      }
    } catch (error) {
      throw connectionFailure(error, this.#to, signal);
    } finally {
      if (!this.#incoming.complete) {
        this.#incoming.destroy();
      }
    }
  }
}

function resetError(): Error {
  return Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
}
