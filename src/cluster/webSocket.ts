/**
 * The client's side of a WebSocket (RFC 6455) on a connection that has been opened already: handshake headers, binary messages
 * both ways. As much as an API server's channels need: no extension, no text of our own. Knows no Kubernetes.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { Failure } from '../base/failure.ts';

/** RFC 6455, 5.2. */
const opcodes = { continuation: 0x0, text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const;

/** Bytes of one message. Kubelets copy 32 KB at a time; what is far above is a mistake or an attack. */
const maxMessageBytes = 16 * 1024 * 1024;

export interface Handshake {
  readonly headers: Readonly<Record<string, string>>;
  /** Throws a Failure `invalid` when an answer with status 101 does not agree to it. */
  check(answer: { readonly headers: Readonly<Record<string, string>> }): void;
}

/** What to send, and what to expect, to speak `protocol` over a WebSocket. `key` is 16 random bytes but in tests. */
export function handshake(protocol: string, key: Buffer = randomBytes(16)): Handshake {
  const encoded = key.toString('base64');
  const accept = createHash('sha1').update(`${encoded}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': encoded,
      'sec-websocket-protocol': protocol,
    },
    check({ headers }) {
      if (headers['upgrade']?.toLowerCase() !== 'websocket' || headers['sec-websocket-accept'] !== accept) {
        throw new Failure('invalid', 'the server did not open a WebSocket');
      }
      if (headers['sec-websocket-protocol'] !== protocol) {
        throw new Failure('invalid', `the server does not speak ${protocol} over its WebSocket`);
      }
    },
  };
}

/** Writes one binary message. Returns what `write` does: whether more should be written before `drain`. */
export function sendMessage(
  socket: Duplex,
  parts: readonly Uint8Array[],
  done?: (error?: Error | null) => void,
): boolean {
  return socket.write(frame(opcodes.binary, Buffer.concat(parts)), done);
}

/** Says goodbye and ends the writing side. Harmless on a connection that has ended. */
export function sendClose(socket: Duplex): void {
  if (socket.writable) {
    socket.end(frame(opcodes.close, Buffer.from([0x03, 0xe8]))); // 1000: done
  }
}

/** A whole message, masked as a client must (5.3). */
function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const extended = length < 126 ? 0 : length < 0x10000 ? 2 : 8;
  const bytes = Buffer.alloc(6 + extended + length);
  bytes[0] = 0x80 | opcode;
  bytes[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) {
    bytes.writeUInt16BE(length, 2);
  } else if (extended === 8) {
    bytes.writeBigUInt64BE(BigInt(length), 2);
  }
  const mask = randomBytes(4);
  mask.copy(bytes, 2 + extended);
  for (const [at, byte] of payload.entries()) {
    bytes[6 + extended + at] = byte ^ (mask[at % 4] ?? 0);
  }
  return bytes;
}

interface Frame {
  readonly isLast: boolean;
  readonly opcode: number;
  readonly payload: Buffer;
}

/**
 * The messages of the other side, read only as fast as they are taken; pings are answered. Ends when the other side closes,
 * in order or not: whoever reads must know by the content whether it was all. Throws what ends the connection, and a Failure
 * `invalid` for what is no WebSocket.
 */
export async function* receiveMessages(socket: Duplex): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const { isLast, opcode, payload } of frames(socket)) {
    switch (opcode) {
      case opcodes.ping:
        socket.write(frame(opcodes.pong, payload));
        break;
      case opcodes.pong:
        break;
      case opcodes.close:
        return;
      case opcodes.text:
      case opcodes.binary:
      case opcodes.continuation:
        if ((opcode === opcodes.continuation) !== parts.length > 0) {
          throw malformed('a message is torn');
        }
        parts.push(payload);
        size += payload.length;
        if (size > maxMessageBytes) {
          throw malformed('a message is too long');
        }
        if (isLast) {
          yield Buffer.concat(parts);
          parts = [];
          size = 0;
        }
        break;
      default:
        throw malformed(`an unknown frame (${opcode})`);
    }
  }
}

async function* frames(socket: Duplex): AsyncGenerator<Frame> {
  let held: Buffer[] = [];
  let size = 0;
  let needed = 2;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    held.push(chunk);
    size += chunk.length;
    while (size >= needed) {
      const bytes: Buffer = held.length === 1 && held[0] ? held[0] : Buffer.concat(held);
      const end = endOfFrame(bytes);
      if (end.complete && size >= end.at) {
        yield parseFrame(bytes, end);
        held = [bytes.subarray(end.at)];
        size -= end.at;
        needed = 2;
      } else {
        held = [bytes];
        needed = end.at; // joined again only when there is more to see
      }
    }
  }
}

interface FrameEnd {
  /** Whether the length itself has been read; `at` is then the frame's end, else the bytes to wait for. */
  readonly complete: boolean;
  readonly at: number;
  readonly header: number;
}

/** From the first bytes of a frame, two at least, to where it ends (5.2). */
function endOfFrame(bytes: Buffer): FrameEnd {
  const [first = 0, second = 0] = bytes;
  if ((first & 0x70) !== 0 || (second & 0x80) !== 0) {
    throw malformed('a frame with flags that nobody agreed on'); // a server masks nothing (5.1)
  }
  const short = second & 0x7f;
  const header = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < header) {
    return { complete: false, at: header, header };
  }
  const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (length > maxMessageBytes) {
    throw malformed('a message is too long');
  }
  return { complete: true, at: header + length, header };
}

function parseFrame(bytes: Buffer, end: FrameEnd): Frame {
  const [first = 0] = bytes;
  return { isLast: (first & 0x80) !== 0, opcode: first & 0x0f, payload: bytes.subarray(end.header, end.at) };
}

function malformed(what: string): Failure {
  return new Failure('invalid', `the server sent what is no WebSocket: ${what}`);
}
