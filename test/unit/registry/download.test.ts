/** One download: certificates, proxies, redirects between schemes, compression. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { Agent } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Disposables } from '../../../src/base/disposables.ts';
import { Sealed } from '../../../src/base/sealed.ts';
import { tunnelAgent } from '../../../src/cluster/proxyTunnel.ts';
import { Downloader } from '../../../src/registry/download.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { testAuthority } from '../cluster/testCertificates.ts';
import { type Answer, chartServer, redirect } from './chartServer.ts';

let lifetime = new Disposables();
beforeEach(() => {
  lifetime = new Disposables();
});
afterEach(() => lifetime.dispose());

const clock = new ManualClock();
const request = { what: 'the text', maxBytes: 1000 };
const authority = testAuthority();
const issued = authority.issue('chart server', { ip: '127.0.0.1' });
const tls = { cert: issued.cert, key: issued.key };

test('a certificate counts when its authority is among those given, and not otherwise', async () => {
  const { url } = await chartServer(lifetime, { '/': 'hello' }, tls);
  const trusting = new Downloader({ clock, ca: [authority.cert] });
  assert.equal((await trusting.get(new URL(url), request)).bytes.toString(), 'hello');
  await assert.rejects(new Downloader({ clock }).get(new URL(url), request), {
    reason: 'unreachable',
    message: /no connection to 127\.0\.0\.1:\d+: .+ \((?:UNABLE_TO|SELF_SIGNED|DEPTH)/,
  });
});

test('https does not lead to http', async () => {
  const open = await chartServer(lifetime, { '/': 'hello' });
  const { url } = await chartServer(lifetime, { '/': redirect(open.url) }, tls);
  await assert.rejects(new Downloader({ clock, ca: [authority.cert] }).get(new URL(url), request), {
    reason: 'invalid',
    message: /not https/,
  });
  assert.deepEqual(open.seen, []);
});

test('a redirect without a place is an answer like another', async () => {
  const { url } = await chartServer(lifetime, { '/': (_request, response) => response.writeHead(304).end() });
  assert.equal((await new Downloader({ clock }).get(new URL(url), request)).status, 304);
});

test('authorization comes back when a redirect does, and stays away from others', async () => {
  const other = await chartServer(lifetime, { '/there': 'hello' });
  const server = await chartServer(lifetime, { '/a': redirect('/b'), '/b': redirect(`${other.url}/there`, 308) });
  const authorization = new Sealed('Bearer abc');
  await new Downloader({ clock }).get(new URL(`${server.url}/a`), { ...request, authorization });
  assert.deepEqual(
    server.seen.map(({ authorization: sent }) => sent),
    ['Bearer abc', 'Bearer abc'],
  );
  assert.equal(other.seen[0]?.authorization, undefined);
});

test('the agent that the caller gives for an address is used', async () => {
  const { url } = await chartServer(lifetime, { '/': 'hello' }, tls);
  const agent = new Agent({ ca: authority.cert, keepAlive: true });
  lifetime.add({ dispose: () => agent.destroy() });
  const asked: string[] = [];
  const downloader = new Downloader({
    clock,
    agentFor: (to) => {
      asked.push(to.origin);
      return agent;
    },
  });
  assert.equal((await downloader.get(new URL(url), request)).bytes.toString(), 'hello');
  assert.deepEqual(asked, [url]);
});

test('through a proxy: the tunnel is used, and what it says of itself is told', async () => {
  const { url } = await chartServer(lifetime, { '/': 'hello' }, tls);
  const { port } = new URL(url);
  const proxy = createServer();
  const refused: string[] = [];
  proxy.on('connect', (asked, client) => {
    if (asked.url === 'refused.example.com:443') {
      refused.push(asked.url);
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const onward = connect(Number(port), '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    onward.on('error', () => client.destroy()).pipe(client);
    client.on('error', () => onward.destroy()).pipe(onward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  lifetime.add({ dispose: () => proxy.close() });
  const address = new URL(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  const tunnel = { proxy: address, strictSSL: true, ca: undefined, timeoutMs: 10_000 };
  const downloader = new Downloader({ clock, ca: [authority.cert], agentFor: () => tunnelAgent(true, tunnel, {}) });
  assert.equal((await downloader.get(new URL(url), request)).bytes.toString(), 'hello');
  await assert.rejects(downloader.get(new URL('https://refused.example.com/'), request), {
    reason: 'unreachable',
    message: /refused to connect to refused\.example\.com:443: 407/,
  });
  assert.equal(refused.length, 1);
});

test('text may be compressed, and what it becomes is measured; archives are left as they come', async () => {
  const zipped = gzipSync('a'.repeat(900));
  const answer =
    (bytes: Uint8Array): Answer =>
    (_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bytes);
  const { url } = await chartServer(lifetime, {
    '/small': answer(zipped),
    '/bomb': answer(gzipSync('a'.repeat(100_000))),
  });
  const downloader = new Downloader({ clock });
  const get = (path: string, isText: boolean) => downloader.get(new URL(path, url), { ...request, isText });
  assert.equal((await get('/small', true)).bytes.length, 900);
  assert.deepEqual((await get('/small', false)).bytes, zipped);
  await assert.rejects(get('/bomb', true), { reason: 'invalid', message: /larger than/ });
});

test('text that only pretends to be compressed, or is cut, is a broken connection', async () => {
  const zipped = gzipSync('a'.repeat(900));
  const { url } = await chartServer(lifetime, {
    '/text': (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('plain'),
    '/cut': (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(zipped.subarray(0, 20)),
  });
  for (const path of ['/text', '/cut']) {
    await assert.rejects(new Downloader({ clock }).get(new URL(path, url), { ...request, isText: true }), {
      reason: 'unreachable',
    });
  }
});

test('a long error page is cut', async () => {
  const page = 'x'.repeat(200_000);
  const { url } = await chartServer(lifetime, { '/': (_request, response) => response.writeHead(500).end(page) });
  const answer = await new Downloader({ clock }).get(new URL(url), { ...request, maxBytes: 1_000_000 });
  assert.equal(answer.status, 500);
  assert.ok(answer.bytes.length <= 64 * 1024);
});

test('a slow answer goes on while something comes, and is given up when nothing does', async () => {
  const own = new ManualClock();
  const { url } = await chartServer(lifetime, {
    '/': (_request, response) => {
      response.writeHead(200);
      response.write('a', () => {
        own.advance(600);
        response.write('b', () => own.advance(1000));
      });
    },
  });
  await assert.rejects(new Downloader({ clock: own, silenceMs: 1000 }).get(new URL(url), request), {
    reason: 'timeout',
  });
  assert.equal(own.pending, 0);
});
