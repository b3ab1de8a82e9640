/** Connections that turn into another protocol: with the same credentials, authorities and proxies as every request. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { ServerOptions } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { after, test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { Disposables } from '../../../src/base/disposables.ts';
import { isFailure } from '../../../src/base/failure.ts';
import type { Transport, TransportResponse } from '../../../src/cluster/transport.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { execPlugin } from './execPlugin.ts';
import { testAuthority } from './testCertificates.ts';
import { listen, request, transportTo } from './transportSetup.ts';

const lifetime = new Disposables();
after(() => lifetime.dispose());

const authority = testAuthority();
const certificate = authority.issue('api', { ip: '127.0.0.1' });
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n';

/** Answers an upgrade by hand, and plain requests with `plain`. */
async function upgradeServer(answer: (socket: Socket, message: IncomingMessage) => void, tls?: ServerOptions) {
  const server = await listen(lifetime, (_incoming, response) => response.end('plain'), tls);
  server.server.on('upgrade', (message: IncomingMessage, socket: Socket) => {
    socket.on('error', () => undefined);
    answer(socket, message);
  });
  return server;
}

/** Says the words at once and gives back what it is sent. */
function echo(words: string): (socket: Socket) => void {
  return (socket) => {
    socket.write(switching + words);
    socket.pipe(socket);
  };
}

function ask(transport: Transport, signal?: AbortSignal): Promise<TransportResponse> {
  const upgrade = { connection: 'Upgrade', upgrade: 'echo' };
  return transport.send(request('/x', { upgrade, ...(signal ? { signal } : {}) }));
}

async function socketOf(response: TransportResponse): Promise<Duplex> {
  assert.equal(response.status, 101);
  assert.equal(response.headers['upgrade'], 'echo');
  assert.ok(response.socket, 'the connection itself');
  return Promise.resolve(response.socket);
}

/** The next so many characters. */
async function read(socket: Duplex, length: number): Promise<string> {
  let text = '';
  while (text.length < length) {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) {
      await once(socket, 'readable');
    } else {
      text += chunk.toString();
    }
  }
  return text;
}

async function speaks(transport: Transport, greeting = 'hello'): Promise<void> {
  const socket = await socketOf(await ask(transport));
  assert.equal(await read(socket, greeting.length), greeting);
  socket.write('and back');
  assert.equal(await read(socket, 8), 'and back');
  socket.destroy();
}

test('both ends speak, what came right behind the answer included', async () => {
  const server = await upgradeServer(echo('hello'));
  await speaks(transportTo(lifetime, { server: server.url }));
});

test('over TLS, with a client certificate', async () => {
  const tls = { cert: certificate.cert, key: certificate.key, ca: authority.cert, requestCert: true };
  const server = await upgradeServer((socket) => {
    const name = socket instanceof TLSSocket && socket.authorized ? socket.getPeerCertificate().subject.CN : 'nobody';
    echo(String(name))(socket);
  }, tls);
  const ada = authority.issue('ada');
  const user = { 'client-certificate-data': base64(ada.cert), 'client-key-data': base64(ada.key) };
  const cluster = { server: server.url, 'certificate-authority-data': base64(authority.cert) };
  await speaks(transportTo(lifetime, cluster, user), 'ada');
});

test('an authority that is not trusted ends it before anything is said', async () => {
  const server = await upgradeServer(echo('hello'), { cert: certificate.cert, key: certificate.key });
  const transport = transportTo(lifetime, { server: server.url });
  await assert.rejects(ask(transport), (error) => isFailure(error, 'unreachable') && /not trusted/.test(error.message));
});

test('through a proxy', async () => {
  const server = await upgradeServer(echo('hello'));
  const proxy = await listen(lifetime, (_incoming, response) => response.writeHead(405).end());
  const targets: string[] = [];
  proxy.server.on('connect', (incoming: IncomingMessage, socket: Socket) => {
    targets.push(incoming.url ?? '');
    const onward = connect(server.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    lifetime.add({ dispose: () => onward.destroy() });
  });
  await speaks(transportTo(lifetime, { server: server.url, 'proxy-url': proxy.url }));
  assert.deepEqual(targets, [`127.0.0.1:${server.port}`]);
});

test('a token that has been revoked is replaced once', async () => {
  const plugin = lifetime.add(execPlugin());
  const seen: (string | undefined)[] = [];
  const server = await upgradeServer((socket, { headers }) => {
    seen.push(headers.authorization);
    if (headers.authorization === 'Bearer two') {
      echo('hello')(socket);
    } else {
      socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
    }
  });
  const transport = transportTo(lifetime, { server: server.url }, { exec: plugin.exec });
  plugin.token('one');
  await (await transport.send(request('/x'))).text(); // it worked once
  plugin.token('two');
  await speaks(transport);
  assert.deepEqual(seen, ['Bearer one', 'Bearer two']);
});

test('the path of a gateway stands before it', async () => {
  let path: string | undefined;
  const server = await upgradeServer((socket, message) => {
    path = message.url;
    echo('hello')(socket);
  });
  await speaks(transportTo(lifetime, { server: `${server.url}/k8s/c-1` }));
  assert.equal(path, '/k8s/c-1/x');
});

test('a server that does not agree answers as to any request', async () => {
  const server = await listen(lifetime, (_incoming, response) => response.writeHead(403).end('no'));
  const response = await ask(transportTo(lifetime, { server: server.url }));
  assert.deepEqual([response.status, response.socket, await response.text()], [403, undefined, 'no']);
});

test('a server that is silent ends it in time', async () => {
  const clock = new ManualClock();
  const arrived = Promise.withResolvers<undefined>();
  const server = await upgradeServer(() => arrived.resolve(undefined));
  const asking = ask(transportTo(lifetime, { server: server.url }, {}, { clock }));
  const failing = assert.rejects(asking, (error) => isFailure(error, 'timeout'));
  await arrived.promise;
  clock.advance(5_000);
  await failing;
});

test('a request without an upgrade takes none', async () => {
  const server = await listen(lifetime, (incoming) => incoming.socket.end(switching));
  const transport = transportTo(lifetime, { server: server.url });
  await assert.rejects(transport.send(request('/x')), (error) => isFailure(error, 'invalid'));
});

test('the signal of the request ends the connection, long after the answer', async () => {
  const ended = Promise.withResolvers<undefined>();
  const server = await upgradeServer((socket) => {
    echo('hello')(socket);
    socket.once('close', () => ended.resolve(undefined));
  });
  const cancel = new AbortController();
  const socket = await socketOf(await ask(transportTo(lifetime, { server: server.url }), cancel.signal));
  const closed = once(socket, 'close');
  cancel.abort();
  await Promise.all([closed, ended.promise]);
});

test('the end of the transport ends its connections', async () => {
  const server = await upgradeServer(echo('hello'));
  const transport = transportTo(lifetime, { server: server.url });
  const socket = await socketOf(await ask(transport));
  const closed = once(socket, 'close');
  transport.dispose();
  await closed;
});

// Bytes as they are

test('a body is read as bytes, and is not unpacked where its bytes are what counts', async () => {
  const seen: unknown[] = [];
  const server = await listen(lifetime, (incoming, response) => {
    seen.push(incoming.headers['accept-encoding']);
    response.setHeader('content-encoding', 'gzip').end(Buffer.from([0x1f, 0x8b, 0, 255]));
  });
  const response = await transportTo(lifetime, { server: server.url }).send(request('/x', { encoding: 'identity' }));
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.chunks()) {
    chunks.push(chunk);
  }
  assert.deepEqual([...Buffer.concat(chunks)], [0x1f, 0x8b, 0, 255]);
  assert.deepEqual(seen, ['identity']);
});
