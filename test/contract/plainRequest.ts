/**
 * One HTTP request to an API server with nothing in between, for the contract: not the client of the extension, so that
 * neither proves itself with itself.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createInterface } from 'node:readline';

export interface PlainServer {
  readonly url: string;
  /** PEM, for https. */
  readonly ca?: string | undefined;
}

export interface PlainRequest {
  readonly method?: string;
  readonly token: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
}

export interface PlainAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  /** The body read as JSON; throws when it is none. */
  json(): unknown;
}

function open(server: PlainServer, path: string, options: PlainRequest): Promise<IncomingMessage> {
  const send = server.url.startsWith('https:') ? httpsRequest : httpRequest;
  const body = typeof options.body === 'string' ? options.body : JSON.stringify(options.body);
  return new Promise((resolve, reject) => {
    const request = send(
      server.url + path,
      {
        method: options.method ?? 'GET',
        agent: false,
        ...(server.ca === undefined ? {} : { ca: server.ca }),
        headers: {
          authorization: `Bearer ${options.token}`,
          accept: options.accept ?? 'application/json',
          'user-agent': 'contract/1.0',
          ...(options.body === undefined ? {} : { 'content-type': options.contentType ?? 'application/json' }),
        },
      },
      resolve,
    );
    request.on('error', reject);
    request.end(options.body === undefined ? undefined : body);
  });
}

export async function plainRequest(server: PlainServer, path: string, options: PlainRequest): Promise<PlainAnswer> {
  const message = await open(server, path, options);
  let text = '';
  message.setEncoding('utf8');
  for await (const chunk of message) {
    text += String(chunk);
  }
  return {
    status: message.statusCode ?? 0,
    contentType: message.headers['content-type'] ?? '',
    text,
    json: (): unknown => JSON.parse(text),
  };
}

/** The lines of a watch as they come; whoever stops reading ends the connection. */
export async function* plainLines(server: PlainServer, path: string, token: string): AsyncGenerator<string> {
  const message = await open(server, path, { token });
  if (message.statusCode !== 200) {
    message.resume();
    throw new Error(`the watch was answered with ${message.statusCode ?? 0}`);
  }
  try {
    yield* createInterface({ input: message });
  } finally {
    message.destroy();
  }
}
