/** Who the transport is to the server: every kind of credentials, TLS, and proxies on the way. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { Disposables } from '../../../src/base/disposables.ts';
import { isFailure } from '../../../src/base/failure.ts';
import type { Transport } from '../../../src/cluster/transport.ts';
import { execPlugin } from './execPlugin.ts';
import { testAuthority } from './testCertificates.ts';
import { listen, request, transportTo } from './transportSetup.ts';

const lifetime = new Disposables();
after(() => lifetime.dispose());
const folder = mkdtempSync(join(tmpdir(), 'driftline-auth-'));
lifetime.add({ dispose: () => rmSync(folder, { recursive: true, force: true }) });

const authority = testAuthority();
const serverCertificate = authority.issue('api', { ip: '127.0.0.1', dns: 'kubernetes.default' });
const base64 = (text: string): string => Buffer.from(text).toString('base64');

async function textOf(transport: Transport): Promise<string> {
  return (await transport.send(request('/x'))).text();
}

/** Answers with the headers that it got. */
async function echo() {
  const server = await listen(lifetime, (incoming, response) => response.end(JSON.stringify(incoming.headers)));
  return {
    url: server.url,
    headers: async (transport: Transport) => JSON.parse(await textOf(transport)) as IncomingHttpHeaders,
  };
}

function checkHeaders(name: string, user: Readonly<Record<string, unknown>>, expected: Record<string, string>): void {
  test(name, async () => {
    const { url, headers } = await echo();
    const got = await headers(transportTo(lifetime, { server: url }, user));
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((header) => [header, got[header]])), expected);
  });
}

checkHeaders('a token', { token: 'abc' }, { authorization: 'Bearer abc' });
checkHeaders('user and password', { username: 'ada', password: 'pw' }, { authorization: `Basic ${base64('ada:pw')}` });
checkHeaders(
  'impersonation of user, groups, uid and extra',
  { token: 't', as: 'bob', 'as-groups': ['a', 'b'], 'as-uid': '7', 'as-user-extra': { 'Reason/x': ['one'] } },
  {
    'impersonate-user': 'bob',
    'impersonate-group': 'a, b',
    'impersonate-uid': '7',
    'impersonate-extra-reason%2fx': 'one',
  },
);

test('no credentials: no header', async () => {
  const { url, headers } = await echo();
  assert.equal((await headers(transportTo(lifetime, { server: url }))).authorization, undefined);
});

test('a token file is read again for each request, and wins over the token', async () => {
  const file = join(folder, 'token');
  const { url, headers } = await echo();
  const transport = transportTo(lifetime, { server: url }, { token: 'fixed', tokenFile: file });
  writeFileSync(file, 'first\n');
  assert.equal((await headers(transport)).authorization, 'Bearer first');
  writeFileSync(file, 'second\n');
  assert.equal((await headers(transport)).authorization, 'Bearer second');
  rmSync(file);
  await assert.rejects(textOf(transport), (error) => isFailure(error, 'unauthorized') && /ENOENT/.test(error.message));
});

test('a token that no header can hold is a failure, not a crash', async () => {
  const { url } = await echo();
  const transport = transportTo(lifetime, { server: url }, { token: 'a\nb' });
  await assert.rejects(
    textOf(transport),
    (error) => isFailure(error, 'unauthorized') && !error.message.includes('a\nb'),
  );
});

/** Refuses all tokens but those that count now. */
async function tokenServer() {
  const valid = new Set<string>();
  const seen: string[] = [];
  const server = await listen(lifetime, (incoming, response) => {
    const token = (incoming.headers.authorization ?? '').replace('Bearer ', '');
    seen.push(token);
    response.writeHead(valid.has(token) ? 200 : 401).end();
  });
  return { url: server.url, valid, seen };
}

test('the token of a credential plugin; a revoked one is replaced once, within the same request', async () => {
  const plugin = lifetime.add(execPlugin());
  const { url, valid, seen } = await tokenServer();
  const transport = transportTo(lifetime, { server: url }, { exec: plugin.exec });
  plugin.token('one');
  valid.add('one');
  assert.equal((await transport.send(request('/x'))).status, 200);
  plugin.token('two');
  valid.delete('one');
  valid.add('two');
  assert.equal((await transport.send(request('/x'))).status, 200);
  assert.deepEqual(seen, ['one', 'one', 'two']);
  assert.equal(plugin.runs, 2);
});

test('a plugin whose tokens are never accepted runs once, however often is asked', async () => {
  const plugin = lifetime.add(execPlugin());
  const { url } = await tokenServer();
  const transport = transportTo(lifetime, { server: url }, { exec: plugin.exec });
  plugin.token('wrong');
  for (let at = 0; at < 4; at += 1) {
    assert.equal((await transport.send(request('/x'))).status, 401);
  }
  assert.equal(plugin.runs, 1);
});

test('a plugin that fails: unauthorized in its words, nothing is sent, no second run before the retry', async () => {
  const plugin = lifetime.add(execPlugin());
  const { url, seen, valid } = await tokenServer();
  const transport = transportTo(lifetime, { server: url }, { exec: plugin.exec });
  plugin.answer({ code: 1, stderr: 'please log in' });
  for (let at = 0; at < 3; at += 1) {
    await assert.rejects(
      transport.send(request('/x')),
      (error) => isFailure(error, 'unauthorized') && /please log in/.test(error.message),
    );
  }
  assert.deepEqual([plugin.runs, seen], [1, []]);
  plugin.token('good');
  valid.add('good');
  transport.credentials?.retry();
  assert.equal((await transport.send(request('/x'))).status, 200);
});

test('the time that a plugin takes does not count against the server', async () => {
  const plugin = lifetime.add(execPlugin());
  const { url, valid } = await tokenServer();
  plugin.token('t');
  valid.add('t');
  const transport = transportTo(lifetime, { server: url }, { exec: plugin.exec });
  // Starting a process takes longer than this.
  assert.equal((await transport.send(request('/x', { headTimeoutMs: 25 }))).status, 200);
});

// TLS

const tls = { cert: serverCertificate.cert, key: serverCertificate.key };

async function tlsServer(options: object = {}) {
  return listen(
    lifetime,
    (incoming, response) => {
      const { socket } = incoming;
      const peer = socket instanceof TLSSocket && socket.authorized ? socket.getPeerCertificate() : undefined;
      response.end(peer ? String(peer.subject.CN) : 'nobody');
    },
    { ...tls, ...options },
  );
}

function checkTls(
  name: string,
  cluster: (url: string, port: number) => Readonly<Record<string, unknown>>,
  expected: string | RegExp,
  more: {
    readonly server?: object;
    readonly user?: Readonly<Record<string, unknown>>;
    readonly extraCAs?: string[];
  } = {},
): void {
  test(name, async () => {
    const { url, port } = await tlsServer(more.server);
    const { extraCAs = [] } = more;
    const transport = transportTo(lifetime, cluster(url, port), more.user, { extraCAs });
    if (typeof expected === 'string') {
      assert.equal(await textOf(transport), expected);
    } else {
      await assert.rejects(textOf(transport), (error) => {
        assert.ok(isFailure(error, 'unreachable'), String(error));
        assert.match(error.message, expected);
        return true;
      });
    }
  });
}

const ca = base64(authority.cert);
const caFile = join(folder, 'ca.crt');
writeFileSync(caFile, authority.cert);

checkTls("the kubeconfig's authority, as data", (server) => ({ server, 'certificate-authority-data': ca }), 'nobody');
checkTls("the kubeconfig's authority, as a file", (server) => ({ server, 'certificate-authority': caFile }), 'nobody');
checkTls('an authority that is not trusted', (server) => ({ server }), /signed by an authority that is not trusted/);
checkTls('an extra authority', (server) => ({ server }), 'nobody', { extraCAs: [authority.cert] });
checkTls(
  'an extra authority besides the kubeconfig has another',
  (server) => ({ server, 'certificate-authority-data': base64(testAuthority('Other').cert) }),
  'nobody',
  { extraCAs: [authority.cert] },
);
checkTls('no check where the kubeconfig says so', (server) => ({ server, 'insecure-skip-tls-verify': true }), 'nobody');
checkTls(
  'a certificate for another name',
  (_server, port) => ({ server: `https://localhost:${port}`, 'certificate-authority-data': ca }),
  /is for another name/,
);
checkTls(
  'tls-server-name says which name it is for',
  (_server, port) => ({
    server: `https://localhost:${port}`,
    'certificate-authority-data': ca,
    'tls-server-name': 'kubernetes.default',
  }),
  'nobody',
);
const expired = authority.issue('api', { ip: '127.0.0.1' }, new Date('2021-01-01T00:00:00Z'));
checkTls('an expired certificate', (server) => ({ server, 'certificate-authority-data': ca }), /has expired/, {
  server: { cert: expired.cert, key: expired.key },
});
checkTls(
  'https to a server that speaks http',
  (_server, port) => ({ server: `http://127.0.0.1:${port}` }),
  /was closed|no connection/,
);

const client = authority.issue('ada');
checkTls('a client certificate, as data', (server) => ({ server, 'certificate-authority-data': ca }), 'ada', {
  server: { ca: authority.cert, requestCert: true },
  user: { 'client-certificate-data': base64(client.cert), 'client-key-data': base64(client.key) },
});
const clientFiles = { 'client-certificate': join(folder, 'ada.crt'), 'client-key': join(folder, 'ada.key') };
writeFileSync(clientFiles['client-certificate'], client.cert);
writeFileSync(clientFiles['client-key'], client.key);
checkTls('a client certificate, as files', (server) => ({ server, 'certificate-authority-data': ca }), 'ada', {
  server: { ca: authority.cert, requestCert: true },
  user: clientFiles,
});

test('a plugin may give a client certificate', async () => {
  const plugin = lifetime.add(execPlugin());
  const status = { clientCertificateData: client.cert, clientKeyData: client.key };
  plugin.answer({
    stdout: JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status }),
  });
  const { url } = await tlsServer({ ca: authority.cert, requestCert: true });
  const cluster = { server: url, 'certificate-authority-data': ca };
  assert.equal(await textOf(transportTo(lifetime, cluster, { exec: plugin.exec })), 'ada');
});

test('a certificate file that is missing is named', async () => {
  const { url } = await tlsServer();
  const transport = transportTo(lifetime, { server: url, 'certificate-authority': join(folder, 'gone.crt') });
  await assert.rejects(
    textOf(transport),
    (error) => isFailure(error, 'unauthorized') && /gone\.crt/.test(error.message),
  );
});

test('a server that speaks no TLS', async () => {
  const { port } = await listen(lifetime, (_incoming, response) => response.end());
  const transport = transportTo(lifetime, { server: `https://127.0.0.1:${port}` });
  await assert.rejects(
    textOf(transport),
    (error) => isFailure(error, 'unreachable') && /does not speak TLS/.test(error.message),
  );
});

// Proxies

/** Opens CONNECT tunnels, or answers with a status of refusal. */
async function proxyServer(options: { readonly refuse?: number; readonly tls?: boolean } = {}) {
  const asked: { target: string; credentials: string | undefined }[] = [];
  const proxy = await listen(
    lifetime,
    (_incoming, response) => response.writeHead(405).end(),
    options.tls ? tls : undefined,
  );
  proxy.server.on('connect', (incoming: { url: string; headers: IncomingHttpHeaders }, socket: Socket) => {
    asked.push({ target: incoming.url, credentials: incoming.headers['proxy-authorization'] });
    if (options.refuse !== undefined) {
      socket.end(`HTTP/1.1 ${options.refuse} Proxy says no\r\n\r\n`);
      return;
    }
    const [host = '', port = ''] = incoming.url.split(':');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
    lifetime.add({ dispose: () => onward.destroy() });
  });
  return { ...proxy, asked };
}

test('https through the proxy of the kubeconfig: TLS is with the API server, and the tunnel is used again', async () => {
  const { url, port } = await tlsServer({ ca: authority.cert, requestCert: true });
  const proxy = await proxyServer();
  const transport = transportTo(
    lifetime,
    { server: url, 'certificate-authority-data': ca, 'proxy-url': proxy.url.replace('//', '//ada:p%40ss@') },
    clientFiles,
  );
  assert.equal(await textOf(transport), 'ada');
  assert.equal(await textOf(transport), 'ada');
  assert.deepEqual(proxy.asked, [{ target: `127.0.0.1:${port}`, credentials: `Basic ${base64('ada:p@ss')}` }]);
});

test('the authority is checked through a proxy too', async () => {
  const { url } = await tlsServer();
  const proxy = await proxyServer();
  const transport = transportTo(lifetime, { server: url, 'proxy-url': proxy.url });
  await assert.rejects(
    textOf(transport),
    (error) => isFailure(error, 'unreachable') && /not trusted/.test(error.message),
  );
});

test('http through a proxy', async () => {
  const server = await listen(lifetime, (_incoming, response) => response.end('plain'));
  const proxy = await proxyServer();
  assert.equal(await textOf(transportTo(lifetime, { server: server.url, 'proxy-url': proxy.url })), 'plain');
  assert.equal(proxy.asked.length, 1);
});

test('a proxy of https, whose own certificate counts unless it need not', async () => {
  const { url } = await tlsServer();
  const proxy = await proxyServer({ tls: true });
  const cluster = { server: url, 'certificate-authority-data': ca, 'proxy-url': proxy.url };
  assert.equal(await textOf(transportTo(lifetime, cluster, {}, { extraCAs: [authority.cert] })), 'nobody');
  assert.equal(await textOf(transportTo(lifetime, cluster, {}, { strictSSL: false })), 'nobody');
  await assert.rejects(
    textOf(transportTo(lifetime, cluster)),
    (error) => isFailure(error, 'unreachable') && /the proxy https:/.test(error.message),
  );
});

test('strictSSL off is about the proxy: the API server must still be trusted', async () => {
  const { url } = await tlsServer();
  const proxy = await proxyServer();
  const transport = transportTo(lifetime, { server: url, 'proxy-url': proxy.url }, {}, { strictSSL: false });
  await assert.rejects(
    textOf(transport),
    (error) => isFailure(error, 'unreachable') && /not trusted/.test(error.message),
  );
});

test('a proxy that refuses is named with its words and without its password', async () => {
  const proxy = await proxyServer({ refuse: 407 });
  const withPassword = proxy.url.replace('//', '//ada:s3cr3t@');
  const transport = transportTo(lifetime, { server: 'https://api.example:6443', 'proxy-url': withPassword });
  await assert.rejects(textOf(transport), (error) => {
    assert.ok(isFailure(error, 'unreachable'));
    assert.equal(error.message, `the proxy ${proxy.url} refused to connect to api.example:6443: 407 Proxy says no`);
    return true;
  });
});

test('a proxy that is not there', async () => {
  const proxy = await proxyServer();
  const { port } = proxy.server.address() as AddressInfo;
  proxy.server.close();
  const transport = transportTo(lifetime, { server: 'https://api.example', 'proxy-url': `http://127.0.0.1:${port}` });
  await assert.rejects(
    textOf(transport),
    (error) => isFailure(error, 'unreachable') && /the proxy .*ECONNREFUSED/.test(error.message),
  );
});

test("VS Code's proxy is taken where the kubeconfig has none", async () => {
  const proxy = await proxyServer({ refuse: 403 });
  const transport = transportTo(lifetime, { server: 'https://api.example' }, {}, { proxy: proxy.url });
  await assert.rejects(textOf(transport), /refused to connect to api.example:443/);
});
