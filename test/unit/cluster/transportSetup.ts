/** A small HTTP or HTTPS server of one handler, and a transport to it through a kubeconfig, for tests of the transport. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Disposables } from '../../../src/base/disposables.ts';
import { noLog } from '../../../src/base/log.ts';
import { Kubeconfig } from '../../../src/cluster/kubeconfig.ts';
import { createTransport, type TransportOptions } from '../../../src/cluster/kubernetes.ts';
import type { Transport, TransportRequest } from '../../../src/cluster/transport.ts';

export interface TestServer {
  readonly port: number;
  readonly url: string;
  readonly server: Server;
  /** Connections that were made so far. */
  readonly connections: number;
}

export async function listen(
  lifetime: Disposables,
  handler: RequestListener,
  tls?: ServerOptions,
): Promise<TestServer> {
  const server = tls ? createTlsServer(tls, handler) : createServer(handler);
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  lifetime.add({
    dispose: () => {
      server.close();
      for (const socket of sockets) {
        socket.destroy();
      }
    },
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    server,
    get connections() {
      return connections;
    },
  };
}

/** A transport to one context `c` made of this cluster and user. Loopback and the environment's proxies do not matter. */
export function transportTo(
  lifetime: Disposables,
  cluster: Readonly<Record<string, unknown>>,
  user: Readonly<Record<string, unknown>> = {},
  options: Partial<TransportOptions> = {},
): Transport {
  const kubeconfig = new Kubeconfig([
    {
      file: '/test/config',
      content: {
        clusters: [{ name: 'c', cluster }],
        users: [{ name: 'u', user }],
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      },
    },
  ]);
  const usual = { proxy: undefined, strictSSL: true, extraCAs: [], log: noLog(), env: { PATH: process.env['PATH'] } };
  return lifetime.add(createTransport(kubeconfig, 'c', { ...usual, ...options }));
}

export function request(path: string, more: Partial<TransportRequest> = {}): TransportRequest {
  return {
    method: 'GET',
    path,
    signal: new AbortController().signal,
    headTimeoutMs: 5_000,
    idleTimeoutMs: 5_000,
    ...more,
  };
}
