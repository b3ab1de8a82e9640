/**
 * One GET over HTTP, with everything that a server may do wrong: too much, too slow, in circles, elsewhere. Knows neither charts
 * nor registries. Proxies and further authorities are the caller's to give. Only http and https.
 */
import { type Agent, type IncomingMessage, type OutgoingHttpHeaders, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Clock } from '../base/clock.ts';
import { cancelled, Failure, isFailure } from '../base/failure.ts';
import type { Sealed } from '../base/sealed.ts';

export interface DownloaderOptions {
  readonly clock: Clock;
  /** The agent for a URL, where a proxy is to be used; `undefined` for a direct connection. */
  readonly agentFor?: (url: URL) => Agent | undefined;
  /** Certificates (PEM) trusted instead of Node's own: pass those along, `tls.rootCertificates`. */
  readonly ca?: readonly string[];
  /** Milliseconds in which a server must begin to answer, and may be silent while it does. Default: 30 s. */
  readonly silenceMs?: number;
}

export interface DownloadRequest {
  readonly accept?: string;
  /** Value of `authorization`. Goes to the origin of `url` alone, never along with a redirect to another. */
  readonly authorization?: Sealed<string>;
  /** May be compressed on its way. */
  readonly isText?: boolean;
  /** Of the body, uncompressed. */
  readonly maxBytes: number;
  /** What is fetched, for messages: `the index of …`. */
  readonly what: string;
  readonly signal?: AbortSignal;
}

export interface Downloaded {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly bytes: Buffer;
}

const maxRedirects = 5;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Bodies of errors are read for their words alone. */
const maxErrorBytes = 64 * 1024;

export class Downloader {
  readonly #options: Required<Omit<DownloaderOptions, 'ca'>> & Pick<DownloaderOptions, 'ca'>;

  constructor(options: DownloaderOptions) {
    this.#options = { agentFor: () => undefined, silenceMs: 30_000, ...options };
  }

  /** Answers of any status are given back. Throws `Failure`: `unreachable`, `timeout`, `cancelled`, `invalid`. */
  async get(url: URL, request: DownloadRequest): Promise<Downloaded> {
    let at = url;
    for (let hops = 0; hops <= maxRedirects; hops += 1) {
      checkScheme(at, request);
      const answer = await this.#once(at, request, at.origin === url.origin);
      const location = answer.headers.location;
      if (!redirects.has(answer.status) || location === undefined) {
        return answer;
      }
      const next = URL.parse(location, at.href);
      if (!next || (at.protocol === 'https:' && next.protocol === 'http:')) {
        throw new Failure('invalid', `${request.what}: ${at.host} sends on to an address that is not https`);
      }
      at = next;
    }
    throw new Failure('invalid', `${request.what}: ${url.host} sends on more than ${maxRedirects} times`);
  }

  async #once(url: URL, request: DownloadRequest, isFirstOrigin: boolean): Promise<Downloaded> {
    const { signal, what } = request;
    if (signal?.aborted === true) {
      throw cancelled(what);
    }
    const silence = new Silence(this.#options.clock, this.#options.silenceMs, url.host);
    try {
      const incoming = await this.#send(url, request, isFirstOrigin, silence);
      const status = incoming.statusCode ?? 0;
      const limit = status === 200 ? request.maxBytes : Math.min(maxErrorBytes, request.maxBytes);
      return {
        status,
        headers: incoming.headers,
        bytes: await readBody(incoming, { ...request, maxBytes: limit }, silence),
      };
    } catch (error) {
      throw failureOf(silence.failure ?? error, url.host, what, signal);
    } finally {
      silence.end();
    }
  }

  #send(url: URL, request: DownloadRequest, isFirstOrigin: boolean, silence: Silence): Promise<IncomingMessage> {
    const { ca, agentFor } = this.#options;
    const headers: OutgoingHttpHeaders = {
      accept: request.accept ?? '*/*',
      // An archive must come as it is: some servers take it for compressed text, and it would lose its digest.
      'accept-encoding': request.isText === true ? 'gzip' : 'identity',
      'user-agent': 'driftline',
      ...(request.authorization && isFirstOrigin ? { authorization: request.authorization.reveal() } : {}),
    };
    const agent = agentFor(url);
    const options = {
      headers,
      ...(agent ? { agent } : {}),
      ...(request.signal ? { signal: request.signal } : {}),
    };
    return new Promise((resolve, reject) => {
      const outgoing =
        url.protocol === 'https:'
          ? httpsRequest(url, { ...options, ...(ca ? { ca: [...ca] } : {}) })
          : httpRequest(url, options);
      silence.watch(outgoing);
      outgoing.once('response', (incoming) => {
        outgoing.on('error', () => undefined); // from here on errors are the body's
        silence.watch(incoming);
        resolve(incoming);
      });
      outgoing.once('error', reject);
      outgoing.end();
    });
  }
}

/** Ends what it watches when nothing has come for too long. */
class Silence {
  failure: Failure | undefined;
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #host: string;
  #timer: { dispose(): void } | undefined;
  #target: { destroy(error: Error): unknown } | undefined;

  constructor(clock: Clock, ms: number, host: string) {
    this.#clock = clock;
    this.#ms = ms;
    this.#host = host;
  }

  watch(target: { destroy(error: Error): unknown }): void {
    this.#target = target;
    this.heard();
  }

  heard(): void {
    this.#timer?.dispose();
    this.#timer = this.#clock.after(this.#ms, () => {
      this.failure = new Failure('timeout', `${this.#host} has been silent for ${this.#ms / 1000} s`);
      this.#target?.destroy(this.failure);
    });
  }

  end(): void {
    this.#timer?.dispose();
  }
}

/** The body of an answer that is not 200 is cut where it becomes too long; any other is an error there. */
async function readBody(incoming: IncomingMessage, request: DownloadRequest, silence: Silence): Promise<Buffer> {
  const { what, maxBytes, isText } = request;
  const isWanted = incoming.statusCode === 200;
  const tooLong = new Failure('invalid', `${what} is larger than ${Math.ceil(maxBytes / 1024 / 1024)} MB`);
  if (isWanted && Number(incoming.headers['content-length'] ?? 0) > maxBytes) {
    incoming.destroy();
    throw tooLong;
  }
  const isZipped = isText === true && incoming.headers['content-encoding'] === 'gzip';
  const body: Readable = isZipped ? incoming.pipe(createGunzip()) : incoming;
  if (isZipped) {
    incoming.once('error', (error) => body.destroy(error));
    incoming.once('aborted', () => body.destroy(new Error('the connection was closed')));
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    silence.heard();
    size += chunk.length;
    if (size > maxBytes) {
      incoming.destroy();
      if (isWanted) {
        throw tooLong;
      }
      break;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function checkScheme(url: URL, { what }: DownloadRequest): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Failure('invalid', `${what}: ${url.protocol}// is not an address that can be fetched`);
  }
}

function failureOf(error: unknown, host: string, what: string, signal: AbortSignal | undefined): Failure {
  if (signal?.aborted === true) {
    return cancelled(what);
  }
  if (isFailure(error)) {
    return error;
  }
  // Of several addresses that were tried the first error is as good as any.
  const first: unknown = error instanceof AggregateError ? (error.errors[0] ?? error) : error;
  const text = first instanceof Error ? first.message : String(first);
  const code = first instanceof Error && 'code' in first ? String(first.code) : '';
  // A proxy's own words say everything; of a certificate the code is what can be searched for.
  const words = code === '' || code === 'DRIFTLINE_PROXY' || text.includes(code) ? text : `${text} (${code})`;
  return new Failure('unreachable', `${what}: no connection to ${host}: ${words}`, { cause: error });
}
