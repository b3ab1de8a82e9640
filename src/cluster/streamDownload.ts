/** One HTTP GET over a stream that somebody has connected, such as a forwarded port. Knows no cluster; sets no time limit. */
import { type IncomingMessage, request as httpRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Download } from './clusterApi.ts';
import { connectionFailure } from './connectionFailure.ts';
import { statusFailure } from './statusFailure.ts';

const maxErrorBytes = 4096;

/**
 * Resolves when the head of a success is there; `host` is for the header and for failures. The stream is used up: it ends with
 * the body, with a failure, or with the signal. Throws a Failure, `notFound` for a 404.
 */
export async function streamDownload(
  stream: Duplex,
  what: { readonly host: string; readonly path: string },
  signal: AbortSignal,
): Promise<Download> {
  const { host, path } = what;
  let incoming: IncomingMessage;
  try {
    incoming = await send(stream, what, signal);
    const status = incoming.statusCode ?? 0;
    if (status !== 200) {
      const headers = { 'content-type': incoming.headers['content-type'] ?? '' };
      throw statusFailure(`GET ${path}`, { status, headers, body: await shortText(incoming) }, 0);
    }
  } catch (error) {
    stream.destroy();
    throw connectionFailure(error, host, signal);
  }
  const length = incoming.headers['content-length'];
  return { length: length === undefined ? undefined : Number(length), chunks: chunks(incoming, stream, host, signal) };
}

function send(
  stream: Duplex,
  { host, path }: { readonly host: string; readonly path: string },
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { host, connection: 'close', 'accept-encoding': 'identity', 'user-agent': 'driftline' };
    const outgoing = httpRequest({ path, headers, signal, createConnection: () => stream });
    outgoing.on('error', reject); // stays: later errors are the body's, and are told there as well
    outgoing.once('response', resolve);
    outgoing.end();
  });
}

async function* chunks(
  incoming: IncomingMessage,
  stream: Duplex,
  host: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      yield chunk;
    }
  } catch (error) {
    throw connectionFailure(error, host, signal);
  } finally {
    stream.destroy();
  }
}

async function shortText(incoming: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    text += chunk.toString('utf8');
    if (text.length > maxErrorBytes) {
      break;
    }
  }
  return text;
}
