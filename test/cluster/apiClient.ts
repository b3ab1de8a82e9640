/**
 * The tests' own way to the API server: requests, server-side apply and waiting by watch. Deliberately not the extension's
 * client, so that one does not prove itself with itself.
 */
import { Agent, request } from 'node:https';
import { type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { type FluxObject } from '../../src/flux/objects.ts';

/** Any object of the API, with the fields that tests ask for typed as Flux and the core kinds have them. */
export interface ApiObject extends FluxObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly type?: string;
  readonly [field: string]: unknown;
}

export interface ApiList {
  readonly items: readonly ApiObject[];
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
}

/** An answer that is not a success. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: string;

  constructor(method: string, path: string, status: number, body: string) {
    super(`${method} ${path}: ${status} ${body.slice(0, 600)}`);
    this.name = 'ApiError';
    this.status = status;
    this.body = body;
  }
}

export interface ApiAccess {
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  readonly token: string;
}

type WatchedEvent = { readonly type: string; readonly object: ApiObject };

/** Media types of PATCH, by what they do. */
const patchTypes = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** One user's access to one cluster. Holds connections until `close`. */
export class ApiClient {
  readonly #access: ApiAccess;
  readonly #agent: Agent;

  constructor(access: ApiAccess) {
    this.#access = access;
    this.#agent = new Agent({ keepAlive: true, ca: access.ca, maxSockets: 32 });
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Any request. `body` is sent as it is when it is text, as JSON otherwise. Resolves to the status and the text. */
  async send(
    method: string,
    path: string,
    options: { readonly body?: unknown; readonly type?: string; readonly signal?: AbortSignal } = {},
  ): Promise<{ readonly status: number; readonly text: string }> {
    const response = await this.#open(method, path, options);
    let text = '';
    response.setEncoding('utf8');
    for await (const part of response) {
      text += String(part);
    }
    return { status: response.statusCode ?? 0, text };
  }

  #open(
    method: string,
    path: string,
    options: { readonly body?: unknown; readonly type?: string; readonly signal?: AbortSignal | undefined },
  ): Promise<IncomingMessage> {
    const body =
      options.body === undefined || typeof options.body === 'string' ? options.body : JSON.stringify(options.body);
    return new Promise((resolve, reject) => {
      const sent = request(
        `${this.#access.url}${path}`,
        {
          method,
          agent: this.#agent,
          ...(options.signal ? { signal: options.signal } : {}),
          headers: {
            authorization: `Bearer ${this.#access.token}`,
            accept: 'application/json',
            ...(body === undefined
              ? {}
              : { 'content-type': options.type ?? 'application/json', 'content-length': Buffer.byteLength(body) }),
          },
        },
        resolve,
      );
      sent.once('error', reject);
      sent.end(body);
    });
  }

  /** An answer of 429 is tried again after the second that it asks for: the API server's caches of a young cluster are not all there yet. */
  async #object(method: string, path: string, body?: unknown, type?: string): Promise<ApiObject> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.send(method, path, { body, ...(type === undefined ? {} : { type }) });
      if (answer.status >= 200 && answer.status <= 299) {
        return JSON.parse(answer.text) as ApiObject;
      }
      if (answer.status !== 429 || attempt === 10) {
        throw new ApiError(method, path, answer.status, answer.text);
      }
      await pause(1000);
    }
  }

  get(path: string): Promise<ApiObject> {
    return this.#object('GET', path);
  }

  /** The object, or `undefined` when it is not there. */
  async find(path: string): Promise<ApiObject | undefined> {
    try {
      return await this.get(path);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        return undefined;
      }
      throw error;
    }
  }

  async list(path: string): Promise<ApiList> {
    return (await this.get(path)) as unknown as ApiList;
  }

  /** POST to a collection. */
  create(path: string, object: unknown): Promise<ApiObject> {
    return this.#object('POST', path, object);
  }

  /** Deletes in the background; an object that is not there is no error. */
  async remove(path: string): Promise<void> {
    try {
      await this.#object('DELETE', path);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) {
        throw error;
      }
    }
  }

  /** A merge patch. The field manager is what an edit by hand leaves unless another is given. */
  patch(path: string, patch: unknown, fieldManager = 'kubectl-edit'): Promise<ApiObject> {
    return this.#object('PATCH', `${path}?fieldManager=${fieldManager}`, patch, patchTypes.merge);
  }

  /** A server-side apply of one object (or of one YAML document as text), its name filled in from the path. */
  apply(path: string, object: Readonly<Record<string, unknown>> | string): Promise<ApiObject> {
    const named =
      typeof object === 'string'
        ? object
        : { ...object, metadata: { name: path.split('/').at(-1), ...(object['metadata'] as object | undefined) } };
    return this.#object('PATCH', `${path}?fieldManager=test-cluster&force=true`, named, patchTypes.apply);
  }

  /**
   * Resolves to the first state of one object that `done` accepts, seen by list and watch. `done` is given `undefined`
   * while the object does not exist. Fails after `seconds`, with the last state that was seen.
   */
  async waitFor(
    path: string,
    done: (object: ApiObject | undefined) => boolean,
    options: { readonly seconds?: number; readonly what?: string } = {},
  ): Promise<ApiObject | undefined> {
    const slash = path.lastIndexOf('/');
    const selector = `fieldSelector=${encodeURIComponent(`metadata.name=${path.slice(slash + 1)}`)}`;
    const collection = `${path.slice(0, slash)}?${selector}`;
    const signal = AbortSignal.timeout((options.seconds ?? 60) * 1000);
    let last: ApiObject | undefined;
    try {
      for (;;) {
        const list = await this.list(collection);
        last = list.items[0];
        if (done(last)) {
          return last;
        }
        for await (const event of this.#watch(collection, list.metadata.resourceVersion, signal)) {
          if (event.type === 'ERROR') {
            break; // too old: list again
          }
          last = event.type === 'DELETED' ? undefined : event.object;
          if (done(last)) {
            return last;
          }
        }
        signal.throwIfAborted();
      }
    } catch (error) {
      if (!signal.aborted) {
        throw error;
      }
      throw new Error(
        `${options.what ?? path}: not so after ${options.seconds ?? 60} s; last seen: ${JSON.stringify(last?.status ?? last ?? null)}`,
        { cause: error },
      );
    }
  }

  /** Ends when the server closes the watch; an aborted signal makes it throw. */
  async *#watch(collection: string, resourceVersion: string, signal: AbortSignal): AsyncGenerator<WatchedEvent> {
    const path = `${collection}&watch=1&resourceVersion=${resourceVersion}`;
    const response = await this.#open('GET', path, { signal });
    if (response.statusCode !== 200) {
      response.resume();
      throw new ApiError('GET', path, response.statusCode ?? 0, 'no watch');
    }
    try {
      for await (const line of createInterface({ input: response })) {
        yield JSON.parse(line) as WatchedEvent;
      }
    } finally {
      response.destroy();
    }
  }
}
