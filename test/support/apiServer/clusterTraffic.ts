/**
 * What runs in the cluster, as far as a client reaches it through the API server: `services/proxy` and `pods/portforward` over
 * a WebSocket, both led to servers that a test has on loopback. The bytes of WebSocket frames are written here a second time, so
 * that a mistake of the client's own is not met by the same mistake.
 */
import { createHash } from 'node:crypto';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Disposable, toDisposable } from '../../../src/base/disposables.ts';
import { badRequest, onDemand } from './statusBody.ts';

/** `flux-system/services/source-controller:80` or `flux-system/pods/source-controller-0:9090`. */
export type TrafficTarget = `${string}/${'services' | 'pods'}/${string}:${number}`;

export interface ProxyPath {
  readonly namespace: string;
  /** With scheme and port, as in the path: `http:source-controller:80`. */
  readonly name: string;
  readonly service: string;
  readonly port: number;
  readonly rest: string;
}

/** `undefined` for any other path. */
export function parseProxyPath(path: string): ProxyPath | undefined {
  const match = /^\/api\/v1\/namespaces\/([^/]+)\/services\/([^/]+)\/proxy(\/.*)?$/.exec(path);
  const [, namespace = '', name = '', rest = '/'] = match ?? [];
  const [, service = '', port = ''] = /^(?:https?:)?([^:]+):?(.*)$/.exec(name) ?? [];
  return match ? { namespace, name, service, port: Number(port), rest } : undefined;
}

export interface ForwardPath {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

export function parseForwardPath(url: string): ForwardPath | undefined {
  const { pathname, searchParams } = new URL(url, 'http://host');
  const [, namespace = '', pod = ''] =
    /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/portforward$/.exec(pathname) ?? [];
  return pod === '' ? undefined : { namespace, pod, port: Number(searchParams.get('ports')) };
}

const protocol = 'v4.channel.k8s.io';

export class ClusterTraffic {
  readonly #routes = new Map<TrafficTarget, number>();

  /** Leads a target to a port on loopback for as long as it is not disposed. */
  route(target: TrafficTarget, port: number): Disposable {
    this.#routes.set(target, port);
    return toDisposable(() => this.#routes.delete(target));
  }

  /** Answers with what the Service's server answers, `note` is told the status. Throws a refusal when there is none. */
  proxy(path: ProxyPath, answer: ServerResponse, note: (status: number) => void): void {
    const port = this.#routes.get(`${path.namespace}/services/${path.service}:${path.port}`);
    if (port === undefined) {
      throw onDemand(503, undefined, `no endpoints available for service ${JSON.stringify(path.name)}`);
    }
    const outgoing = request({ host: '127.0.0.1', port, path: path.rest, headers: { connection: 'close' } });
    outgoing.on('error', () => answer.destroy());
    outgoing.once('response', (incoming) => {
      note(incoming.statusCode ?? 0);
      answer.writeHead(incoming.statusCode ?? 502, incoming.headers);
      incoming.on('error', () => answer.destroy());
      incoming.pipe(answer);
    });
    answer.once('close', () => outgoing.destroy());
    outgoing.end();
  }

  /** Opens the WebSocket. Throws a refusal before anything was written. */
  forward(path: ForwardPath, message: IncomingMessage, socket: Duplex): void {
    if (!(message.headers.accept ?? '*/*').includes('*/*')) {
      throw onDemand(406); // so do kubelets, whose answer here has no type
    }
    const offered = (message.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    if (!offered.includes(protocol) || !(path.port > 0 && path.port < 65_536)) {
      throw badRequest('query parameter "ports" is required, and a protocol that is spoken here');
    }
    const key = `${message.headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    socket.write(
      [
        'HTTP/1.1 101 Switching Protocols',
        'Upgrade: websocket',
        'Connection: Upgrade',
        `Sec-WebSocket-Accept: ${createHash('sha1').update(key).digest('base64')}`,
        `Sec-WebSocket-Protocol: ${protocol}`,
        '',
        '',
      ].join('\r\n'),
    );
    this.#pipe(path, socket);
  }

  /** As a kubelet does: the port's number first on both channels, then data, or the words of an error. */
  #pipe(path: ForwardPath, socket: Duplex): void {
    const number = Buffer.alloc(2);
    number.writeUInt16LE(path.port);
    const send = (channel: number, content: Buffer): boolean =>
      socket.write(frame(0x2, Buffer.concat([Buffer.from([channel]), content])));
    send(0, number);
    send(1, number);
    socket.write(frame(0x9, Buffer.from('ping')));
    const port = this.#routes.get(`${path.namespace}/pods/${path.pod}:${path.port}`);
    const target = connect({ host: '127.0.0.1', port: port ?? 1 });
    target.on('error', () => {
      send(1, Buffer.from(`error forwarding port ${path.port} to pod ${path.pod}: connection refused\n`));
    });
    target.on('data', (chunk: Buffer) => {
      if (!send(0, chunk)) {
        target.pause();
        socket.once('drain', () => target.resume());
      }
    });
    target.on('close', () => socket.end(frame(0x8, Buffer.from([0x03, 0xe8]))));
    socket.on('error', () => target.destroy());
    socket.on('close', () => target.destroy());
    socket.on('end', () => socket.destroy()); // a server's sockets stay half open otherwise
    readFrames(socket, (opcode, payload) => {
      if (opcode === 0x8) {
        target.end();
      } else if (opcode === 0x2 && payload[0] === 0) {
        target.write(payload.subarray(1));
      }
    });
  }
}

/** A server's frame: not masked. */
function frame(opcode: number, payload: Buffer): Buffer {
  const long = Buffer.alloc(8);
  long.writeBigUInt64BE(BigInt(payload.length));
  const length =
    payload.length < 126
      ? Buffer.from([payload.length])
      : payload.length < 65_536
        ? Buffer.concat([Buffer.from([126]), long.subarray(6)])
        : Buffer.concat([Buffer.from([127]), long]);
  return Buffer.concat([Buffer.from([0x80 + opcode]), length, payload]);
}

/** A client's frames, which must be masked; of the lengths that a request has. */
function readFrames(socket: Duplex, take: (opcode: number, payload: Buffer) => void): void {
  let held = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    for (;;) {
      const short = (held[1] ?? 0) & 0x7f;
      const start = short === 126 ? 8 : 6;
      const length = short === 126 && held.length >= 4 ? held.readUInt16BE(2) : short;
      if (held.length < start + length) {
        return;
      }
      if (((held[1] ?? 0) & 0x80) === 0 || short === 127) {
        socket.destroy();
        return;
      }
      const mask = held.subarray(start - 4, start);
      const payload = Buffer.from(held.subarray(start, start + length).map((byte, at) => byte ^ (mask[at % 4] ?? 0)));
      take((held[0] ?? 0) & 0x0f, payload);
      held = held.subarray(start + length);
    }
  });
}
