/**
 * Connections through an HTTP proxy: an agent that opens a CONNECT tunnel and speaks to the API server inside it.
 * Knows no Kubernetes and no kubeconfig. Credentials of the proxy's URL go to the proxy and into no message.
 */
import { Agent as HttpAgent, request as httpRequest, type AgentOptions, type ClientRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { connect as tlsConnect, type ConnectionOptions } from 'node:tls';
import type { Duplex } from 'node:stream';
import { showProxy } from './proxyChoice.ts';

export interface TunnelOptions {
  readonly proxy: URL;
  /** Whether the certificate of an https proxy must be trusted (`http.proxyStrictSSL`); the API server's always counts. */
  readonly strictSSL: boolean;
  /** Certificates (PEM) trusted for an https proxy besides the system's, `undefined` for none. */
  readonly ca: readonly string[] | undefined;
  /** Milliseconds for the proxy to open the tunnel. */
  readonly timeoutMs: number;
}

/** The proxy said no, or nothing that can be understood. `status` 407 means that it wants other credentials. */
export class ProxyError extends Error {
  readonly code = 'DRIFTLINE_PROXY';
}

type Opened = (error: Error | null, socket: Duplex) => void;
interface Destination {
  readonly host?: string | null | undefined;
  readonly port?: number | string | null | undefined;
}

/** An agent for requests to `https:` (TLS inside the tunnel) or `http:` servers. */
export function tunnelAgent(secure: boolean, tunnel: TunnelOptions, options: AgentOptions): HttpAgent {
  return secure ? new SecureTunnelAgent(tunnel, options) : new PlainTunnelAgent(tunnel, options);
}

class PlainTunnelAgent extends HttpAgent {
  readonly #tunnel: TunnelOptions;

  constructor(tunnel: TunnelOptions, options: AgentOptions) {
    super(options);
    this.#tunnel = tunnel;
  }

  override createConnection(options: Destination, opened?: Opened): null {
    openTunnel(this.#tunnel, options, (error, socket) => opened?.(error, socket));
    return null;
  }
}

class SecureTunnelAgent extends HttpsAgent {
  readonly #tunnel: TunnelOptions;

  constructor(tunnel: TunnelOptions, options: AgentOptions) {
    super(options);
    this.#tunnel = tunnel;
  }

  override createConnection(options: ConnectionOptions, opened?: Opened): null {
    openTunnel(this.#tunnel, options, (error, socket) => {
      opened?.(error, error ? socket : tlsConnect({ ...options, socket }));
    });
    return null;
  }
}

function openTunnel(tunnel: TunnelOptions, to: Destination, done: Opened): void {
  const host = to.host ?? '';
  const target = `${host.includes(':') ? `[${host}]` : host}:${to.port ?? 443}`;
  const failed = (error: Error): void => done(error, undefined as unknown as Duplex);
  const request = connectRequest(tunnel, target);
  request.once('connect', (response, socket) => {
    request.setTimeout(0);
    if (response.statusCode === 200) {
      done(null, socket);
    } else {
      socket.destroy();
      const status = `${response.statusCode ?? 0} ${response.statusMessage ?? ''}`.trim();
      failed(new ProxyError(`the proxy ${showProxy(tunnel.proxy)} refused to connect to ${target}: ${status}`));
    }
  });
  request.setTimeout(tunnel.timeoutMs, () => {
    request.destroy(new ProxyError(`the proxy ${showProxy(tunnel.proxy)} did not answer`));
  });
  // An answer that is no CONNECT answer arrives as a plain response.
  request.once('response', (response) => {
    request.destroy(new ProxyError(`${showProxy(tunnel.proxy)} answered ${response.statusCode ?? 0}: it is no proxy`));
  });
  request.once('error', (error: NodeJS.ErrnoException) => {
    const why = error instanceof ProxyError ? error.message : `the proxy ${showProxy(tunnel.proxy)}: ${error.message}`;
    failed(new ProxyError(why, { cause: error }));
  });
  request.end();
}

function connectRequest(tunnel: TunnelOptions, target: string): ClientRequest {
  const { proxy } = tunnel;
  const headers: Record<string, string> = { host: target };
  if (proxy.username !== '' || proxy.password !== '') {
    const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
    headers['proxy-authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  const common = {
    method: 'CONNECT',
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    path: target,
    headers,
    setHost: false,
    agent: false,
  } as const;
  if (proxy.protocol === 'http:') {
    return httpRequest({ ...common, port: proxy.port === '' ? 80 : proxy.port });
  }
  return httpsRequest({
    ...common,
    port: proxy.port === '' ? 443 : proxy.port,
    rejectUnauthorized: tunnel.strictSSL,
    ...(tunnel.ca ? { ca: [...tunnel.ca] } : {}),
  });
}
