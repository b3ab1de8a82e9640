/**
 * What a cluster's sources and sinks need, each a plain HTTP server on loopback: git, charts, events, and the two ways by
 * which connections are turned to them. None of them asks for credentials, and none reaches beyond this machine.
 */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import {
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  createServer,
  request,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import {
  type AddressInfo,
  type Server as NetServer,
  type Socket,
  connect,
  createServer as createNetServer,
} from 'node:net';
import { join, normalize } from 'node:path';
import { type Duplex } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** Listens on a free loopback port, or on a socket file, and resolves to the port (0 for a file). */
export function listen(server: NetServer, socketFile?: string): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const ready = () => {
      const address = server.address() as AddressInfo | string;
      resolvePort(typeof address === 'string' ? 0 : address.port);
    };
    server.once('error', reject);
    if (socketFile === undefined) {
      server.listen(0, '127.0.0.1', ready);
    } else {
      server.listen(socketFile, ready);
    }
  });
}

/** Below the ranges that systems take the ports of outgoing connections from, which come and go all the time. */
const portRange = { first: 20_000, count: 12_000 };

/**
 * Ports that are free now, for programs that have to be told theirs. Another process may take one before its program does;
 * who uses them must cope with that.
 */
export async function freePorts(count: number): Promise<number[]> {
  const held: NetServer[] = [];
  const ports: number[] = [];
  // All are held before any is let go, so no port is given twice.
  while (ports.length < count) {
    const server = createNetServer();
    const port = portRange.first + randomInt(portRange.count);
    if (await canListen(server, port)) {
      held.push(server);
      ports.push(port);
    }
  }
  await Promise.all(held.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

function canListen(server: NetServer, port: number): Promise<boolean> {
  return new Promise((resolvePort, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') {
        resolvePort(false);
      } else {
        reject(error);
      }
    });
    server.listen(port, '127.0.0.1', () => resolvePort(true));
  });
}

/** An absolute path that is normalized has no way up left in it, however the dots were written. */
function fileBelow(root: string, url: string): string {
  return join(root, normalize(decodeURIComponent(new URL(url, 'http://any').pathname)));
}

/** The files below a folder: a Helm repository. */
export function fileHandler(root: string): RequestListener {
  return (incoming, response) => {
    const file = fileBelow(root, incoming.url ?? '/');
    if (!existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    createReadStream(file)
      .on('error', () => response.destroy())
      .pipe(response);
  };
}

/**
 * The bare repositories below a folder, to be cloned, fetched and pushed by git's smart HTTP protocol (git's own
 * documentation, `gitprotocol-http`). A repository `a/b.git` answers to `/a/b` too, as at the large hosts.
 */
export function gitHandler(root: string): RequestListener {
  return (incoming, response) => {
    const url = new URL(incoming.url ?? '/', 'http://any');
    const match = /^(?<name>\/.+?)(?:\.git)?\/(?<rest>info\/refs|git-upload-pack|git-receive-pack)$/.exec(url.pathname);
    const advertise = match?.groups?.['rest'] === 'info/refs';
    const service = advertise ? url.searchParams.get('service') : match?.groups?.['rest'];
    const repository =
      match?.groups?.['name'] === undefined ? undefined : fileBelow(root, `${match.groups['name']}.git`);
    if (repository === undefined || !existsSync(repository) || !/^git-(upload|receive)-pack$/.test(service ?? '')) {
      response.writeHead(404).end();
      return;
    }
    serveGit({ incoming, response, repository, service: String(service), advertise });
  };
}

function serveGit(call: {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly repository: string;
  readonly service: string;
  readonly advertise: boolean;
}): void {
  const { incoming, response, repository, service, advertise } = call;
  const protocol = String(incoming.headers['git-protocol'] ?? '');
  response.writeHead(200, {
    'content-type': `application/x-${service}-${advertise ? 'advertisement' : 'result'}`,
    'cache-control': 'no-store',
  });
  if (advertise && protocol !== 'version=2') {
    const line = `# service=${service}\n`;
    response.write(`${(line.length + 4).toString(16).padStart(4, '0')}${line}0000`); // a pkt-line and a flush
  }
  const how = advertise ? ['--stateless-rpc', '--http-backend-info-refs'] : ['--stateless-rpc'];
  const git = spawn('git', [service.replace('git-', ''), ...how, repository], {
    env: { PATH: process.env['PATH'], HOME: repository, ...(protocol === '' ? {} : { GIT_PROTOCOL: protocol }) },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  git.on('error', () => response.destroy());
  git.stdin.on('error', () => undefined); // git reads only as far as it needs
  response.on('close', () => git.kill());
  const body = incoming.headers['content-encoding'] === 'gzip' ? incoming.pipe(createGunzip()) : incoming;
  body.on('error', () => git.kill());
  body.pipe(git.stdin);
  git.stdout.pipe(response);
}

/** Keeps the events that the controllers post (`--events-addr`); GET lists them. */
export function eventHandler(): RequestListener {
  const events: unknown[] = [];
  return (incoming, response) => {
    if (incoming.method !== 'POST') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(events));
      return;
    }
    let body = '';
    incoming.setEncoding('utf8');
    incoming.on('data', (part: string) => (body += part));
    incoming.on('end', () => {
      try {
        events.push(JSON.parse(body));
        response.writeHead(202).end();
      } catch {
        response.writeHead(400).end();
      }
    });
  };
}

/** Passes requests on to a loopback port. */
export function forwardHandler(port: number): RequestListener {
  return (incoming, response) => {
    const { method, url: path, headers } = incoming;
    const passed = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    incoming.pipe(passed);
  };
}

/**
 * A TLS server that answers for public host names. Together with `connectProxy` and an authority of its own it lets the
 * controllers read a repository whose URLs are the ones that a user would commit.
 */
export function mirrorServer(tls: { cert: Buffer; key: Buffer }, hosts: ReadonlyMap<string, RequestListener>): Server {
  const server = createTlsServer(tls, (incoming, response) => {
    const handler = hosts.get(String(incoming.headers.host).replace(/:\d+$/, ''));
    if (handler === undefined) {
      response.writeHead(421).end();
      return;
    }
    handler(incoming, response);
  });
  server.on('tlsClientError', () => undefined); // a client that hangs up early is no event
  return server;
}

/**
 * A CONNECT proxy: `route` names the loopback port that stands for a host and port, or `undefined` to refuse. It is the API
 * server's way to pods (`--egress-selector-config-file`), whose addresses are made up, and the controllers' to the mirror.
 */
export function connectProxy(route: (host: string, port: number) => number | undefined): Server {
  const server = createServer((_incoming, response) => response.writeHead(502).end());
  server.on('connect', (incoming: IncomingMessage, client: Duplex, head: Buffer) => {
    client.on('error', () => client.destroy());
    const target = incoming.url ?? '';
    const colon = target.lastIndexOf(':');
    const port = route(target.slice(0, colon), Number(target.slice(colon + 1)));
    if (port === undefined) {
      client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      return;
    }
    splice(client, head, connect(port, '127.0.0.1'));
  });
  return server;
}

function splice(client: Duplex, head: Buffer, upstream: Socket): void {
  upstream.once('connect', () => {
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    upstream.write(head);
    upstream.pipe(client).pipe(upstream);
  });
  const end = () => {
    upstream.destroy();
    client.destroy();
  };
  upstream.on('error', end).on('close', end);
  client.on('error', end).on('close', end);
}

/** A plain server around a handler. */
export function httpServer(handler: RequestListener): Server {
  return createServer(handler);
}

/** Where the files of a URL's host and path are kept below a folder. */
export function folderOfUrl(root: string, url: string): string {
  const { hostname, pathname } = new URL(url);
  return join(root, hostname, pathname);
}
