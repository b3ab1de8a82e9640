/** WebSockets byte by byte: what RFC 6455 shows in its examples, and what a broken or hostile server sends. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Duplex, duplexPair } from 'node:stream';
import { test } from 'node:test';
import { isFailure } from '../../../src/base/failure.ts';
import { podStream } from '../../../src/cluster/podStream.ts';
import { handshake, receiveMessages, sendClose, sendMessage } from '../../../src/cluster/webSocket.ts';

/** Our end, and the server's. Both ends of the pair are read by hand. */
function connection(): readonly [ours: Duplex, theirs: Duplex] {
  const [ours, theirs] = duplexPair();
  theirs.on('error', () => undefined);
  return [ours, theirs];
}

async function messagesOf(bytes: Buffer, step: number): Promise<{ messages: string[]; written: Buffer }> {
  const [ours, theirs] = connection();
  const written: Buffer[] = [];
  theirs.on('data', (chunk: Buffer) => void written.push(chunk));
  for (let at = 0; at < bytes.length; at += step) {
    theirs.write(bytes.subarray(at, at + step));
  }
  theirs.end();
  const messages: string[] = [];
  for await (const message of receiveMessages(ours)) {
    messages.push(message.length > 40 ? `${message.length} bytes` : message.toString('latin1'));
  }
  return { messages, written: Buffer.concat(written) };
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

const received: readonly (readonly [name: string, bytes: Buffer, messages: readonly string[]])[] = [
  ['text in one frame (5.7)', hex('81 05 48 65 6c 6c 6f'), ['Hello']],
  ['text in two frames (5.7)', hex('01 03 48 65 6c 80 02 6c 6f'), ['Hello']],
  ['256 bytes (5.7)', Buffer.concat([hex('82 7e 0100'), Buffer.alloc(256)]), ['256 bytes']],
  ['64 KB (5.7)', Buffer.concat([hex('82 7f 0000000000010000'), Buffer.alloc(65_536)]), ['65536 bytes']],
  ['two messages', hex('82 01 61 82 01 62'), ['a', 'b']],
  ['an empty message', hex('82 00 82 01 62'), ['', 'b']],
  ['a ping between the frames of a message', hex('02 01 61 89 00 80 01 62'), ['ab']],
  ['a pong that nobody asked for', hex('8a 01 78 82 01 61'), ['a']],
  ['nothing after the close', hex('82 01 61 88 02 03e8 82 01 62'), ['a']],
  ['a close without a code', hex('88 00'), []],
  ['a message that is cut off', hex('82 01 61 82 05 62'), ['a']],
  ['nothing', Buffer.alloc(0), []],
];
for (const [name, bytes, messages] of received) {
  for (const step of [1, 1_000_000]) {
    test(`received ${step === 1 ? 'byte by byte' : 'at once'}: ${name}`, async () => {
      assert.deepEqual((await messagesOf(bytes, step)).messages, messages);
    });
  }
}

const malformed: readonly (readonly [name: string, bytes: Buffer, message: RegExp])[] = [
  ['a masked frame', hex('82 81 00000000 61'), /flags that nobody agreed on/],
  ['a reserved bit', hex('c2 01 61'), /flags that nobody agreed on/],
  ['an unknown frame', hex('83 01 61'), /an unknown frame \(3\)/],
  ['a continuation of nothing', hex('80 01 61'), /a message is torn/],
  ['a message inside of another', hex('02 01 61 82 01 62'), /a message is torn/],
  ['a length of 4 GB', hex('82 7f 0000000100000000'), /a message is too long/],
  ['a length beyond all numbers', hex('82 7f ffffffffffffffff'), /a message is too long/],
  ['HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), /what is no WebSocket/],
];
for (const [name, bytes, message] of malformed) {
  test(`refused: ${name}`, () =>
    assert.rejects(messagesOf(bytes, 1), (error) => isFailure(error, 'invalid') && message.test(error.message)));
}

test('a message that never ends is refused before it fills the memory', async () => {
  const part = Buffer.concat([hex('00 7f 0000000000800000'), Buffer.alloc(0x800000)]);
  const first = Buffer.concat([hex('02 01 61')]);
  await assert.rejects(
    messagesOf(Buffer.concat([first, part, part]), 1_000_000),
    (error) => isFailure(error, 'invalid') && /too long/.test(error.message),
  );
});

/** The payload of a client's one frame, by the masking of 5.3. */
function unmask(frame: Buffer): { opcode: number; masked: boolean; payload: Buffer } {
  const short = (frame[1] ?? 0) & 0x7f;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  const mask = frame.subarray(start, start + 4);
  const payload = Buffer.from(frame.subarray(start + 4).map((byte, at) => byte ^ (mask[at % 4] ?? 0)));
  const length = short < 126 ? short : short === 126 ? frame.readUInt16BE(2) : Number(frame.readBigUInt64BE(2));
  assert.equal(payload.length, length);
  return { opcode: frame[0] ?? 0, masked: ((frame[1] ?? 0) & 0x80) !== 0, payload };
}

test('a ping is answered with its own content', async () => {
  const { written } = await messagesOf(hex('89 05 48 65 6c 6c 6f'), 100);
  assert.deepEqual(unmask(written), { opcode: 0x8a, masked: true, payload: Buffer.from('Hello') });
});

for (const length of [0, 1, 125, 126, 65_535, 65_536]) {
  test(`sent: a message of ${length} bytes is one masked frame`, async () => {
    const [ours, theirs] = connection();
    const content = Buffer.from(Array.from({ length }, (_, at) => at % 251));
    const [half, rest] = [content.subarray(0, length >> 1), content.subarray(length >> 1)];
    sendMessage(ours, [half, rest]);
    ours.end();
    const chunks = await theirs.toArray();
    assert.deepEqual(unmask(Buffer.concat(chunks as Buffer[])), { opcode: 0x82, masked: true, payload: content });
  });
}

test('a farewell says that all is well, once', async () => {
  const [ours, theirs] = connection();
  sendClose(ours);
  sendClose(ours);
  const chunks = await theirs.toArray();
  assert.deepEqual(unmask(Buffer.concat(chunks as Buffer[])), { opcode: 0x88, masked: true, payload: hex('03e8') });
});

// The handshake, with the key and the answer of RFC 6455, 1.3

const opening = handshake('chat', Buffer.from('the sample nonce'));
const agreed = {
  upgrade: 'websocket',
  'sec-websocket-accept': 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
  'sec-websocket-protocol': 'chat',
};

test('the handshake asks as the RFC does', () => {
  assert.deepEqual(opening.headers, {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-protocol': 'chat',
  });
  assert.notEqual(handshake('chat').headers['sec-websocket-key'], handshake('chat').headers['sec-websocket-key']);
});

const handshakes: readonly (readonly [
  name: string,
  headers: Readonly<Record<string, string>>,
  message: RegExp | undefined,
])[] = [
  ['agreed', agreed, undefined],
  ['agreed in capitals', { ...agreed, upgrade: 'WebSocket' }, undefined],
  ['of another key', { ...agreed, 'sec-websocket-accept': 'AAAA' }, /did not open a WebSocket/],
  ['for something else', { ...agreed, upgrade: 'SPDY/3.1' }, /did not open a WebSocket/],
  ['without a protocol', { ...agreed, 'sec-websocket-protocol': '' }, /does not speak chat/],
  ['with another protocol', { ...agreed, 'sec-websocket-protocol': 'v4.chat' }, /does not speak chat/],
];
for (const [name, headers, message] of handshakes) {
  test(`an answer ${name}`, () => {
    if (message) {
      assert.throws(
        () => opening.check({ headers }),
        (error) => isFailure(error, 'invalid') && message.test(error.message),
      );
    } else {
      opening.check({ headers });
    }
  });
}

// A port of a pod over it

const begin = hex(`82 03 00 8223 82 03 01 8223`);

async function streamed(bytes: Buffer): Promise<string> {
  const [ours, theirs] = connection();
  theirs.resume();
  theirs.write(bytes);
  theirs.end();
  const chunks = await podStream(ours, 'apps/web-0:80').toArray();
  return Buffer.concat(chunks as Buffer[]).toString('latin1');
}

const streams: readonly (readonly [name: string, bytes: Buffer, text: string])[] = [
  ['data, without the numbers of the port', Buffer.concat([begin, hex('82 02 00 61 82 02 00 62')]), 'ab'],
  ['data in the message of the port’s number', hex('82 04 00 8223 61'), 'a'],
  ['no data', begin, ''],
  ['nothing of channels that nobody asked for', Buffer.concat([begin, hex('82 05 02 8223 61 61 82 02 00 62')]), 'b'],
  ['empty messages do not end it', Buffer.concat([begin, hex('82 01 00 82 01 01 82 00 82 02 00 62')]), 'b'],
  ['the close ends it', Buffer.concat([begin, hex('82 02 00 61 88 00 82 02 00 62')]), 'a'],
];
for (const [name, bytes, text] of streams) {
  test(`a pod’s stream: ${name}`, async () => assert.equal(await streamed(bytes), text));
}

test('words on the error channel are the failure, on one line and not too long', async () => {
  const words = Buffer.concat([Buffer.from([1]), Buffer.from(`no\u001b[31m way\n${'x'.repeat(400)}`)]);
  const frame = Buffer.concat([hex('82 7e'), Buffer.from([words.length >> 8, words.length & 255]), words]);
  await assert.rejects(streamed(Buffer.concat([begin, frame])), (error) => {
    assert.ok(isFailure(error, 'unreachable'), String(error));
    assert.match(error.message, /^apps\/web-0:80: no \[31m way x{200,}…$/);
    return true;
  });
});

test('what is written goes out on the data channel', async () => {
  const [ours, theirs] = connection();
  const stream = podStream(ours, 'x');
  stream.write('GET');
  const [chunk] = (await once(theirs, 'data')) as [Buffer];
  assert.equal(unmask(chunk).payload.toString('latin1'), '\u0000GET');
  stream.destroy();
});

test('a stream that is destroyed takes its connection with it', async () => {
  const [ours] = connection();
  const stream = podStream(ours, 'x');
  const closed = once(ours, 'close');
  stream.destroy();
  await closed;
});

test('a stream that is destroyed says goodbye', async () => {
  const [ours, theirs] = connection();
  const said = once(theirs, 'data') as Promise<[Buffer]>;
  podStream(ours, 'x').destroy();
  assert.equal(unmask((await said)[0]).opcode, 0x88);
});

test('a connection that breaks breaks the stream', async () => {
  const [ours, theirs] = connection();
  const stream = podStream(ours, 'x');
  theirs.write(Buffer.concat([begin, hex('82 02 00 61')]));
  const reading = stream.toArray();
  const failing = assert.rejects(reading, /reset/);
  ours.destroy(new Error('reset'));
  await failing;
});

test('a slow reader is not sent more than it takes', async () => {
  const [ours, theirs] = connection();
  const stream = podStream(ours, 'x');
  const part = Buffer.concat([hex('82 7e 4001 00'), Buffer.alloc(0x4000, 'x')]);
  theirs.write(begin);
  let sent = 0;
  while (sent < 200 && theirs.write(part)) {
    sent += 1;
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
  assert.ok(sent < 100, `${sent} parts of 16 KB went out with nobody reading`);
  theirs.end();
  const chunks = (await stream.toArray()) as Buffer[];
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  assert.equal(size, (sent + 1) * 0x4000);
});
