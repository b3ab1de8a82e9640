/** The transport: bodies, lines, time limits and connection errors, against servers that do just that. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Disposables } from '../../../src/base/disposables.ts';
import { type FailureReason, isFailure } from '../../../src/base/failure.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { listen, request, transportTo } from './transportSetup.ts';

const lifetime = new Disposables();
after(() => lifetime.dispose());

/** A transport to a server whose answers the test writes by hand. */
async function setUp(answer: (response: ServerResponse, path: string) => void, clock?: ManualClock) {
  const server = await listen(lifetime, (incoming, response) => answer(response, incoming.url ?? ''));
  const transport = transportTo(lifetime, { server: server.url }, {}, clock ? { clock } : {});
  return { server, transport };
}

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) {
    all.push(line);
  }
  return all;
}

function fails(promise: Promise<unknown>, reason: FailureReason, message?: RegExp): Promise<void> {
  return assert.rejects(promise, (error) => {
    assert.ok(isFailure(error, reason), `a Failure ${reason}, not ${String(error)}`);
    assert.match(error.message, message ?? /./);
    return true;
  });
}

test('status, headers and text of an answer, whatever the status', async () => {
  const { transport } = await setUp((response) => {
    response.writeHead(418, { 'Retry-After': '7', 'content-type': 'text/plain' }).end('grüße');
  });
  const response = await transport.send(request('/x'));
  assert.equal(response.status, 418);
  assert.equal(response.headers['retry-after'], '7');
  assert.equal(await response.text(), 'grüße');
});

test('method, path with query, body and content type arrive as given', async () => {
  let seen = '';
  const server = await listen(lifetime, (incoming, response) => {
    incoming.setEncoding('utf8');
    incoming.on('data', (text: string) => {
      seen = [
        incoming.method,
        incoming.url,
        incoming.headers['content-type'],
        incoming.headers['content-length'],
        text,
      ].join(' ');
    });
    incoming.on('end', () => response.end());
  });
  const transport = transportTo(lifetime, { server: server.url });
  const sent = request('/apis/x?fieldManager=flux', {
    method: 'PATCH',
    body: '{"ü":1}',
    contentType: 'application/merge-patch+json',
  });
  await (await transport.send(sent)).text();
  assert.equal(seen, 'PATCH /apis/x?fieldManager=flux application/merge-patch+json 8 {"ü":1}');
});

test('the path of the server is kept: an API server may stand behind a gateway', async () => {
  const server = await listen(lifetime, (incoming, response) => response.end(incoming.url));
  const transport = transportTo(lifetime, { server: `${server.url}/k8s/clusters/c-1/` });
  assert.equal(await (await transport.send(request('/version'))).text(), '/k8s/clusters/c-1/version');
});

test('a compressed answer is read', async () => {
  const { transport } = await setUp((response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"a":1}\n{"b":2}\n'));
  });
  assert.equal(await (await transport.send(request('/x'))).text(), '{"a":1}\n{"b":2}\n');
  assert.deepEqual(await collect((await transport.send(request('/x'))).lines()), ['{"a":1}', '{"b":2}']);
});

test('lines come whole, however they were cut: in the middle, within a character, several at once', async () => {
  const bytes = Buffer.from('{"a":"grüße"}\n{"b":1}\n\n{"c":"☸"}\n');
  const cuts = [3, bytes.indexOf(Buffer.from('ü')) + 1, bytes.indexOf(Buffer.from('☸')) + 2, bytes.length];
  const { transport } = await setUp((response) => {
    let from = 0;
    const next = (): void => {
      const to = cuts.shift();
      if (to === undefined) {
        response.end();
        return;
      }
      response.write(bytes.subarray(from, to), () => setImmediate(next));
      from = to;
    };
    next();
  });
  assert.deepEqual(await collect((await transport.send(request('/x'))).lines()), [
    '{"a":"grüße"}',
    '{"b":1}',
    '{"c":"☸"}',
  ]);
});

test('what is left without a line end is handed over as it is', async () => {
  const { transport } = await setUp((response) => response.end('{"a":1}\n{"b'));
  assert.deepEqual(await collect((await transport.send(request('/x'))).lines()), ['{"a":1}', '{"b']);
});

test('a slow reader slows the server down, and loses nothing', async () => {
  const line = `${'x'.repeat(1023)}\n`;
  const written = { lines: 0, waited: false };
  const { transport } = await setUp((response) => {
    const fill = (): void => {
      while (written.lines < 20_000) {
        written.lines += 1;
        if (!response.write(line)) {
          written.waited = true;
          response.once('drain', fill);
          return;
        }
      }
      response.end();
    };
    fill();
  });
  const response = await transport.send(request('/x'));
  let count = 0;
  for await (const received of response.lines()) {
    assert.equal(received.length, 1023);
    count += 1;
    if (count === 1) {
      assert.ok(written.lines < 20_000, 'the server has not sent all before the first line was taken');
    }
  }
  assert.equal(count, 20_000);
  assert.ok(written.waited);
});

test('half a body is unreachable, as text and as lines', async () => {
  const { transport } = await setUp((response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{"a":1}\n{"b"', () => response.destroy());
  });
  await fails((await transport.send(request('/x'))).text(), 'unreachable', /was closed/);
  const lines = (await transport.send(request('/x'))).lines()[Symbol.asyncIterator]();
  assert.equal((await lines.next()).value, '{"a":1}');
  await fails(lines.next(), 'unreachable', /was closed/);
});

test('half a compressed body is unreachable', async () => {
  const whole = gzipSync(Buffer.alloc(100_000, 'abc'));
  const { transport } = await setUp((response) => {
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': String(whole.length) });
    response.write(whole.subarray(0, 50), () => response.destroy());
  });
  await fails((await transport.send(request('/x'))).text(), 'unreachable');
});

test('no head within its time is a timeout', async () => {
  const clock = new ManualClock();
  const arrived = Promise.withResolvers<undefined>();
  const { transport, server } = await setUp(() => arrived.resolve(undefined), clock);
  const sent = transport.send(request('/x', { headTimeoutMs: 8_000 }));
  await arrived.promise;
  clock.advance(7_999);
  clock.advance(1);
  await fails(sent, 'timeout', new RegExp(`127.0.0.1:${server.port} did not answer within 8 s`));
});

test('silence in the middle of a body is a timeout; each chunk begins the time anew', async () => {
  const clock = new ManualClock();
  let answer: ServerResponse | undefined;
  const { transport } = await setUp((response) => {
    answer = response;
    response.write('one\n');
  }, clock);
  const lines = (await transport.send(request('/x', { idleTimeoutMs: 60_000 }))).lines()[Symbol.asyncIterator]();
  assert.equal((await lines.next()).value, 'one');
  const second = lines.next();
  clock.advance(59_000);
  answer?.write('two\n');
  assert.equal((await second).value, 'two');
  const third = lines.next();
  clock.advance(59_000);
  clock.advance(1_000);
  await fails(third, 'timeout', /silent for 60 s/);
});

test('a reader that takes its time is no silence', async () => {
  const clock = new ManualClock();
  const { transport } = await setUp((response) => response.end('one\ntwo\n'), clock);
  const lines = (await transport.send(request('/x', { idleTimeoutMs: 1_000 }))).lines()[Symbol.asyncIterator]();
  assert.equal((await lines.next()).value, 'one');
  clock.advance(600_000);
  assert.equal((await lines.next()).value, 'two');
});

test('abort ends a request before its head, in its body, and before it is sent', async () => {
  const arrived = Promise.withResolvers<undefined>();
  const { transport } = await setUp((response, path) => {
    if (path === '/body') {
      response.write('one\n');
    } else {
      arrived.resolve(undefined);
    }
  });
  const first = new AbortController();
  const sent = transport.send(request('/head', { signal: first.signal }));
  await arrived.promise;
  first.abort();
  await fails(sent, 'cancelled');

  const second = new AbortController();
  const lines = (await transport.send(request('/body', { signal: second.signal }))).lines()[Symbol.asyncIterator]();
  await lines.next();
  const next = lines.next();
  second.abort();
  await fails(next, 'cancelled');

  await fails(transport.send(request('/never', { signal: AbortSignal.abort() })), 'cancelled');
});

test('leaving the lines early closes the connection', async () => {
  const closed = Promise.withResolvers<undefined>();
  const { transport } = await setUp((response) => {
    response.on('close', () => closed.resolve(undefined));
    response.write('one\ntwo\n');
  });
  for await (const line of (await transport.send(request('/x'))).lines()) {
    assert.equal(line, 'one');
    break;
  }
  await closed.promise;
});

test('disposing ends what is under way, and nothing can be sent after', async () => {
  const arrived = Promise.withResolvers<undefined>();
  const { transport } = await setUp(() => arrived.resolve(undefined));
  const sent = transport.send(request('/x'));
  await arrived.promise;
  transport.dispose();
  await fails(sent, 'cancelled');
  await fails(transport.send(request('/x')), 'cancelled');
});

test('connections are kept and used again', async () => {
  const { transport, server } = await setUp((response) => response.end('x'));
  for (let at = 0; at < 4; at += 1) {
    await (await transport.send(request('/x'))).text();
  }
  assert.equal(server.connections, 1);
});

test('a kept connection that the server closed just then is replaced without a word', async () => {
  let served = 0;
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    let requests = 0;
    socket.on('data', () => {
      requests += 1;
      if (requests === 2) {
        socket.resetAndDestroy(); // as if it had closed before the second request came
        return;
      }
      served += 1;
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\nok');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  lifetime.add({ dispose: () => void server.close() });
  const transport = transportTo(lifetime, { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  await (await transport.send(request('/x'))).text();
  assert.equal(await (await transport.send(request('/x'))).text(), 'ok');
  assert.equal(served, 2);
});

test('a server that is not there refuses the connection, by its name', async () => {
  const gone = createTcpServer();
  gone.listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address() as AddressInfo;
  gone.close();
  await once(gone, 'close');
  const transport = transportTo(lifetime, { server: `https://127.0.0.1:${port}` });
  await fails(transport.send(request('/x')), 'unreachable', new RegExp(`^connection refused by 127.0.0.1:${port}$`));
});

test('a name that cannot be resolved says so', async () => {
  const transport = transportTo(lifetime, { server: 'https://no-such-host.invalid:6443' });
  await fails(
    transport.send(request('/x')),
    'unreachable',
    /^the name of no-such-host.invalid:6443 cannot be resolved/,
  );
});

test('a connection that ends without an answer is unreachable', async () => {
  const { transport } = await setUp((response) => response.destroy());
  await fails(transport.send(request('/x')), 'unreachable', /was closed/);
});

const unusable: readonly (readonly [
  string,
  Readonly<Record<string, unknown>>,
  Readonly<Record<string, unknown>>,
  RegExp,
])[] = [
  ['no server', {}, {}, /has no server/],
  ['a server that is no address', { server: 'ftp://x' }, {}, /not an http or https address/],
  ['a proxy that is none', { server: 'https://x', 'proxy-url': 'ftp://p' }, {}, /proxy-url is not the URL of a proxy/],
  [
    'a provider of old',
    { server: 'https://x' },
    { 'auth-provider': { name: 'gcp' } },
    /auth-provider "gcp" .* was removed/,
  ],
];

for (const [name, cluster, user, message] of unusable) {
  test(`a context with ${name} cannot be used, and says why before anything is sent`, () => {
    assert.throws(
      () => transportTo(lifetime, cluster, user),
      (error) => isFailure(error, 'invalid') && message.test(error.message),
    );
  });
}
