/** A forwarded port as a stream: the words of a node's refusal reach whoever reads, and an error that nobody hears ends nothing else. */
import assert from 'node:assert/strict';
import { duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { podStream } from '../../../src/cluster/podStream.ts';

/** A binary frame as a server sends it, unmasked; short ones only. */
function frame(...bytes: readonly (number | string)[]): Buffer {
  const content = Buffer.concat(
    bytes.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part))),
  );
  return Buffer.concat([Buffer.from([0x82, content.length]), content]);
}

const refusal = frame(1, 0, 0, 'connection refused');

test('what comes from the port is read without the number that each channel begins with', async () => {
  const [server, socket] = duplexPair();
  server.write(Buffer.concat([frame(0, 0x82, 0x23), frame(1, 0x82, 0x23), frame(0, 'he'), frame(0, 'llo')]));
  server.end(Buffer.from([0x88, 0]));
  assert.equal(await text(podStream(socket, 'apps/web:80')), 'hello');
});

test('a refusal is told to whoever reads, with the words of the node', async () => {
  const [server, socket] = duplexPair();
  const reading = text(podStream(socket, 'apps/web:80'));
  server.write(refusal);
  await assert.rejects(reading, { reason: 'unreachable', message: 'apps/web:80: connection refused' });
});

test('a refusal that nobody listens for is no error of the whole program', async () => {
  const [server, socket] = duplexPair();
  const stream = podStream(socket, 'apps/web:80');
  const closed = new Promise<void>((resolve) => stream.once('close', resolve));
  server.write(refusal);
  await closed; // without a listener this would have been an uncaught error, which fails the test
  assert.equal(stream.errored?.message, 'apps/web:80: connection refused');
});
