/**
 * A Helm repository and an OCI registry on loopback, as real ones answer and as they must not: every path has a handler, and
 * every request is remembered.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Disposables } from '../../../src/base/disposables.ts';

export interface Seen {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly encoding: string | undefined;
}

/** What is answered to a GET of a path (with its query); a text or bytes are answered with 200. */
export type Answer = string | Uint8Array | ((request: IncomingMessage, response: ServerResponse) => void);

export interface ChartServer {
  readonly url: string;
  readonly host: string;
  /** To be changed as a server's content changes. */
  readonly answers: Map<string, Answer>;
  readonly seen: Seen[];
}

export async function chartServer(
  lifetime: Disposables,
  answers: Readonly<Record<string, Answer>> = {},
  tls?: ServerOptions,
): Promise<ChartServer> {
  const known = new Map(Object.entries(answers));
  const seen: Seen[] = [];
  const listener: RequestListener = (request, response) => {
    const path = request.url ?? '';
    const { authorization, 'accept-encoding': encoding } = request.headers;
    seen.push({ path, authorization, encoding: [encoding ?? []].flat().join() });
    const answer = known.get(path);
    if (typeof answer === 'function') {
      answer(request, response);
    } else {
      response.writeHead(answer === undefined ? 404 : 200).end(answer ?? 'not found');
    }
  };
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  lifetime.add({
    dispose: () => {
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `${tls ? 'https' : 'http'}://${host}`, host, answers: known, seen };
}

export function redirect(location: string, status = 302): Answer {
  return (_request, response) => response.writeHead(status, { location }).end();
}

export function status(code: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_request, response) => response.writeHead(code, headers).end('no');
}

/** Answers with `answer` when the header is the expected one, else with a challenge. */
export function guarded(answer: Answer, expected: string, challenge: string): Answer {
  return (request, response) => {
    if (request.headers.authorization !== expected) {
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    } else if (typeof answer === 'function') {
      answer(request, response);
    } else {
      response.writeHead(200).end(answer);
    }
  };
}

export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export const chartLayerType = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

export interface Artifact {
  readonly answers: Readonly<Record<string, Answer>>;
  readonly manifestDigest: string;
  readonly layerDigest: string;
}

/** Answers for one artifact under one tag and its digest. */
export function artifact(path: string, tag: string, bytes: Uint8Array, mediaType = chartLayerType): Artifact {
  const layerDigest = digestOf(bytes);
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest: digestOf('{}'), size: 2 },
    layers: [
      ...(mediaType === chartLayerType
        ? [{ mediaType: 'application/vnd.cncf.helm.chart.provenance.v1.prov', digest: digestOf('p'), size: 1 }]
        : []),
      { mediaType, digest: layerDigest, size: bytes.length },
    ],
  });
  const manifestDigest = digestOf(manifest);
  return {
    manifestDigest,
    layerDigest,
    answers: {
      [`/v2/${path}/manifests/${tag}`]: manifest,
      [`/v2/${path}/manifests/${encodeURIComponent(manifestDigest)}`]: manifest,
      [`/v2/${path}/blobs/${encodeURIComponent(layerDigest)}`]: bytes,
    },
  };
}
