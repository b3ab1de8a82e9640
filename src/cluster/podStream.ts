/**
 * A TCP connection to a port of a pod as a stream, over the WebSocket of the `portforward` subresource: two channels, the
 * first byte of each message naming its channel (kubelet, cri-streaming portforward/websocket.go). Knows no HTTP.
 */
import { Duplex } from 'node:stream';
import { Failure } from '../base/failure.ts';
import { receiveMessages, sendClose, sendMessage } from './webSocket.ts';

/** Opens what the stream is of; handed on, for this file is a bundle of its own. */
export { handshake } from './webSocket.ts';

/** The subprotocol: binary, data on channel 0, words of an error on channel 1. */
export const portForwardProtocol = 'v4.channel.k8s.io';

const dataChannel = Buffer.from([0]);

/** `socket` is the open WebSocket, owned by the stream from here on; `what` names the other end in errors. */
export function podStream(socket: Duplex, what: string): Duplex {
  return new PodStream(socket, what);
}

class PodStream extends Duplex {
  readonly #socket: Duplex;
  readonly #what: string;
  #wanted: (() => void) | undefined;

  constructor(socket: Duplex, what: string) {
    // The protocol cannot close one direction alone.
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#what = what;
    // A refusal may come before a reader has begun to listen, or after it has gone; whoever reads or writes is told then.
    this.on('error', () => undefined);
    void this.#receive();
  }

  override _read(): void {
    this.#wanted?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    sendMessage(this.#socket, [dataChannel, chunk], done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#wanted?.();
    sendClose(this.#socket);
    this.#socket.destroy();
    done(error);
  }

  async #receive(): Promise<void> {
    const begun = new Set<number>();
    try {
      for await (const message of receiveMessages(this.#socket)) {
        const channel = message[0] ?? 0;
        // The first message of a channel begins with the number of the port.
        const content = message.subarray(begun.has(channel) ? 1 : 3);
        begun.add(channel);
        if (channel === 1 && content.length > 0) {
          throw new Failure('unreachable', `${this.#what}: ${plainText(content)}`);
        }
        if (channel === 0 && content.length > 0 && !this.push(content)) {
          await new Promise<void>((resolve) => {
            this.#wanted = resolve;
          });
        }
        if (this.destroyed) {
          return;
        }
      }
      this.push(null);
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** Words from a node: one line, of a length that fits a message. */
function plainText(content: Buffer): string {
  const text = content
    .toString('utf8')
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
