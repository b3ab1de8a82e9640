/** The loopback servers by themselves: what they refuse. What they serve, the cluster tests show. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  connectProxy,
  eventHandler,
  fileHandler,
  folderOfUrl,
  freePorts,
  gitHandler,
  httpServer,
  listen,
} from './servers.ts';

const folder = mkdtempSync(join(tmpdir(), 'driftline-servers-'));
mkdirSync(join(folder, 'served', 'sub'), { recursive: true });
writeFileSync(join(folder, 'secret.txt'), 'secret');
writeFileSync(join(folder, 'served', 'sub', 'file.txt'), 'content');
after(() => rmSync(folder, { recursive: true, force: true }));

/** Serves a handler for one file of tests and resolves to its port. */
async function serve(server: ReturnType<typeof httpServer>): Promise<number> {
  const port = await listen(server);
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return port;
}

/** The path goes out as it is: `fetch` would resolve the dots. */
function rawGet(port: number, path: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path }, (response) => {
      let text = '';
      response.on('data', (part: Buffer) => (text += part.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject).end();
  });
}

const files: readonly (readonly [path: string, status: number])[] = [
  ['/sub/file.txt', 200],
  ['/sub/file.txt?query=1', 200],
  ['/sub', 404],
  ['/', 404],
  ['/missing', 404],
  ['/../secret.txt', 404],
  ['/%2e%2e/secret.txt', 404],
  ['/sub/..%2f..%2fsecret.txt', 404],
];
for (const [path, status] of files) {
  test(`the file server answers ${status} for ${path}`, async () => {
    const answer = await rawGet(await serve(httpServer(fileHandler(join(folder, 'served')))), path);
    assert.equal(answer.status, status);
    assert.equal(answer.text.includes('secret'), false);
  });
}

const gitPaths = [
  '/none.git/info/refs?service=git-upload-pack',
  '/../served/info/refs?service=git-upload-pack',
  '/served.git/info/refs?service=git-anything',
  '/served.git/info/refs',
  '/served.git/config',
];
for (const path of gitPaths) {
  test(`the git server answers 404 for ${path}`, async () => {
    const answer = await rawGet(await serve(httpServer(gitHandler(join(folder, 'served')))), path);
    assert.equal(answer.status, 404);
  });
}

test('the event server keeps what is JSON and refuses the rest', async () => {
  const url = `http://127.0.0.1:${await serve(httpServer(eventHandler()))}`;
  assert.equal((await fetch(url, { method: 'POST', body: '{"reason":"DriftDetected"}' })).status, 202);
  assert.equal((await fetch(url, { method: 'POST', body: 'no json' })).status, 400);
  assert.deepEqual(await (await fetch(url)).json(), [{ reason: 'DriftDetected' }]);
});

test('the proxy connects where its route leads and nowhere else', async () => {
  const target = await serve(httpServer(fileHandler(join(folder, 'served'))));
  const proxy = connectProxy((host, port) => (host === 'known.example.com' && port === 443 ? target : undefined));
  const port = await serve(proxy);
  const through = (authority: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
        socket.write('GET /sub/file.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      });
      let text = '';
      socket.on('data', (part: Buffer) => (text += part.toString()));
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
  assert.match(await through('known.example.com:443'), /^HTTP\/1\.1 200[\s\S]*\r\ncontent\r\n/);
  assert.match(await through('known.example.com:80'), /^HTTP\/1\.1 502/);
  assert.match(await through('other.example.com:443'), /^HTTP\/1\.1 502/);
  assert.match(await through('127.0.0.1:22'), /^HTTP\/1\.1 502/);
  assert.equal((await rawGet(port, '/')).status, 502, 'it is no proxy for plain requests');
});

test('ports are given once each', async () => {
  const ports = await freePorts(20);
  assert.equal(new Set(ports).size, 20);
});

test('content of a URL is kept below its host', () => {
  assert.equal(folderOfUrl('/data', 'https://github.com/a/b'), '/data/github.com/a/b');
  assert.equal(folderOfUrl('/data', 'http://127.0.0.1:4711/charts'), '/data/127.0.0.1/charts');
});
