/** One GET over a stream: what goes out, what comes back, and that the stream never outlives it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Duplex, duplexPair } from 'node:stream';
import { test } from 'node:test';
import { type FailureReason, isFailure } from '../../../src/base/failure.ts';
import { streamDownload } from '../../../src/cluster/streamDownload.ts';

const what = { host: 'source-controller.flux-system', path: '/a.tar.gz' };

/** Answers the first request with these bytes; without an end the connection stays open. */
function answering(answer: string, ends = true): { readonly stream: Duplex; readonly asked: Promise<string> } {
  const [stream, server] = duplexPair();
  const asked = once(server, 'data').then(([chunk]) => {
    server.write(answer);
    if (ends) {
      server.end();
    }
    return String(chunk);
  });
  server.on('error', () => undefined);
  return { stream, asked };
}

async function ended(stream: Duplex): Promise<void> {
  if (!stream.closed) {
    await once(stream, 'close');
  }
}

const never = new AbortController().signal;

const answers: readonly (readonly [name: string, answer: string, length: number | undefined, text: string])[] = [
  ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', 5, 'hello'],
  ['no length', 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello', undefined, 'hello'],
  [
    'chunks',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n',
    undefined,
    'hello',
  ],
  ['nothing in it', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 0, ''],
];
for (const [name, answer, length, text] of answers) {
  test(`an answer with ${name}`, async () => {
    const { stream, asked } = answering(answer);
    const download = await streamDownload(stream, what, never);
    assert.equal(download.length, length);
    const chunks: Uint8Array[] = [];
    for await (const chunk of download.chunks) {
      chunks.push(chunk);
    }
    assert.equal(Buffer.concat(chunks).toString(), text);
    assert.match(
      await asked,
      /^GET \/a\.tar\.gz HTTP\/1\.1\r\nhost: source-controller\.flux-system\r\nconnection: close\r\n/,
    );
    await ended(stream);
  });
}

const failures: readonly (readonly [name: string, answer: string, reason: FailureReason, message: RegExp])[] = [
  [
    '404',
    'HTTP/1.1 404 Not Found\r\n\r\n404 page not found\n',
    'notFound',
    /^GET \/a\.tar\.gz was answered with 404: 404 page/,
  ],
  [
    '500',
    `HTTP/1.1 500 No\r\n\r\n<h1>${'x'.repeat(10_000)}`,
    'unreachable',
    /^GET \/a\.tar\.gz was answered with 500$/,
  ],
  ['302', 'HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n', 'invalid', /was redirected \(302\)/],
  ['no HTTP', 'SSH-2.0\r\n', 'unreachable', /^no connection to source-controller\.flux-system: Parse Error/],
  ['nothing', '', 'unreachable', /^the connection to source-controller\.flux-system was closed$/],
];
for (const [name, answer, reason, message] of failures) {
  test(`a failure: ${name}`, async () => {
    const { stream } = answering(answer);
    await assert.rejects(
      streamDownload(stream, what, never),
      (error) => isFailure(error, reason) && message.test(error.message),
    );
    await ended(stream);
  });
}

test('a body that breaks off is a failure, not an end', async () => {
  const { stream } = answering('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello');
  const { chunks } = await streamDownload(stream, what, never);
  await assert.rejects(
    async () => {
      for await (const chunk of chunks) {
        assert.equal(Buffer.from(chunk).toString(), 'hello');
      }
    },
    (error) => isFailure(error, 'unreachable') && /was closed$/.test(error.message),
  );
  await ended(stream);
});

test('a server that would keep the connection does not', async () => {
  const head = (status: string): string =>
    `HTTP/1.1 ${status}\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello`;
  const good = answering(head('200 OK'), false);
  const { chunks } = await streamDownload(good.stream, what, never);
  for await (const chunk of chunks) {
    assert.equal(chunk.length, 5);
  }
  await ended(good.stream);
  const bad = answering(head('404 Not Found'), false);
  await assert.rejects(streamDownload(bad.stream, what, never), (error) => isFailure(error, 'notFound'));
  await ended(bad.stream);
});

test('who leaves early takes the connection along', async () => {
  const { stream } = answering('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello', false);
  const { chunks } = await streamDownload(stream, what, never);
  for await (const chunk of chunks) {
    assert.equal(chunk.length, 5);
    break;
  }
  await ended(stream);
});

test('an error answer without an end is not waited for longer than it is of use', async () => {
  const { stream } = answering(`HTTP/1.1 500 No\r\n\r\n${'x'.repeat(5000)}`, false);
  await assert.rejects(streamDownload(stream, what, never), (error) => isFailure(error, 'unreachable'));
  await ended(stream);
});

test('the signal ends it before the answer and in the body', async () => {
  for (const answer of ['', 'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello']) {
    const cancel = new AbortController();
    const { stream, asked } = answering(answer, false);
    const reading = (async () => {
      const { chunks } = await streamDownload(stream, what, cancel.signal);
      for await (const chunk of chunks) {
        assert.equal(chunk.length, 5);
        cancel.abort();
      }
    })();
    const failing = assert.rejects(reading, (error) => isFailure(error, 'cancelled'));
    await asked;
    if (answer === '') {
      cancel.abort();
    }
    await failing;
    await ended(stream);
  }
});
