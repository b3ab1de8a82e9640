/**
 * The Kubernetes API over a Transport: paths, bodies and answers. What arrives is guarded here, once: malformed objects,
 * half bodies and error bodies become objects that can be trusted, or Failures. Logs verb, path, status and time only.
 */
import { parseJson } from '../base/parseJson.ts';
import type { Duplex } from 'node:stream';
import type { Clock } from '../base/clock.ts';
import { cancelled, Failure, isFailure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import { findFluxKind } from '../flux/kinds.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asFluxObject } from '../flux/sanitizeObject.ts';
import { asList, asNumber, asRecord, asText, fieldAt } from '../flux/untyped.ts';
import type {
  AccessQuestion,
  ApiResource,
  Capabilities,
  ClusterApi,
  Download,
  ListPage,
  ListQuery,
  PodPort,
  ServerVersion,
  ServicePath,
  WatchEvent,
  WatchQuery,
} from './clusterApi.ts';
import { Discovery } from './discovery.ts';
import { pathOf } from './resourcePath.ts';
import { reviewAccess, reviewUser } from './selfReviews.ts';
import { eventFailure, statusFailure } from './statusFailure.ts';
import type { Transport, TransportRequest, TransportResponse } from './transport.ts';

// The first answers decide within 10 s whether a cluster is reachable; a list of a large cluster may take longer.
const shortHeadMs = 8_000;
const longHeadMs = 30_000;
const bodyIdleMs = 30_000;
// Real servers send a bookmark each minute: five minutes without a byte is a connection that only looks alive.
const watchIdleMs = 300_000;

/** The core group has one version. */
const pods = { group: '', version: 'v1', plural: 'pods', namespaced: true };
const services = { ...pods, plural: 'services' };

type Id = { readonly namespace: string; readonly name: string };
type Ask = Partial<Omit<TransportRequest, 'signal'>> & { readonly path: string; readonly verb?: string };

export class HttpClusterApi implements ClusterApi {
  readonly context: string;
  readonly #transport: Transport;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #ended = new AbortController();
  readonly #discovery: Discovery;
  readonly #gate: ((signal: AbortSignal) => Promise<void>) | undefined;

  /** Owns the transport: it is disposed with this. */
  constructor(parts: {
    readonly transport: Transport;
    readonly log: Log;
    readonly clock: Clock;
    readonly random?: () => number;
    /** Each request waits for it. */
    readonly gate?: (signal: AbortSignal) => Promise<void>;
  }) {
    this.#gate = parts.gate;
    this.context = parts.transport.context;
    this.#transport = parts.transport;
    this.#log = parts.log;
    this.#clock = parts.clock;
    this.#random = parts.random ?? Math.random;
    this.#discovery = new Discovery(
      (path, signal, accept) => this.#json({ path, ...(accept === undefined ? {} : { accept }) }, signal),
      this.#ended.signal,
    );
  }

  async serverVersion(signal: AbortSignal): Promise<ServerVersion> {
    const version = await this.#json({ path: '/version' }, signal);
    const text = (field: string): string => asText(fieldAt(version, field)) ?? '';
    return { gitVersion: text('gitVersion'), major: text('major'), minor: text('minor') };
  }

  discoverGroup(group: string, signal: AbortSignal): Promise<readonly ApiResource[]> {
    return abortable(this.#discovery.group(group), signal);
  }

  findResource(
    wanted: { readonly group: string; readonly kind: string; readonly version?: string },
    signal: AbortSignal,
  ): Promise<ApiResource | undefined> {
    return abortable(this.#discovery.find(wanted), signal);
  }

  capabilities(signal: AbortSignal): Promise<Capabilities> {
    return abortable(this.#discovery.capabilities(), signal);
  }

  forgetDiscovery(): void {
    this.#discovery.forget();
  }

  async list(resource: ApiResource, query: ListQuery, signal: AbortSignal): Promise<ListPage> {
    const path = pathOf(resource, query.namespace, undefined, {
      limit: query.limit,
      continue: query.next,
      labelSelector: query.labelSelector,
      fieldSelector: query.fieldSelector,
    });
    const form = query.metadataOnly === true ? { accept: metadataForm('PartialObjectMetadataList') } : {};
    const body = await this.#json({ path, verb: 'LIST', headTimeoutMs: longHeadMs, ...form }, signal);
    const items = asList(fieldAt(body, 'items'));
    if (!items && fieldAt(body, 'items') !== null) {
      // Go writes an empty list as null now and then; anything else is no list.
      throw new Failure('invalid', `LIST ${pathname(path)} was not answered with a list`);
    }
    const next = asText(fieldAt(body, 'metadata', 'continue'));
    return {
      items: (items ?? []).flatMap((item) => this.#receive(item, resource, query.withManagedFields) ?? []),
      resourceVersion: asText(fieldAt(body, 'metadata', 'resourceVersion')) ?? '',
      next: next === '' ? undefined : next,
      remaining: asNumber(fieldAt(body, 'metadata', 'remainingItemCount')),
    };
  }

  async *watch(resource: ApiResource, query: WatchQuery, signal: AbortSignal): AsyncIterable<WatchEvent> {
    const path = pathOf(resource, query.namespace, undefined, {
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: query.resourceVersion,
      labelSelector: query.labelSelector,
      fieldSelector: query.fieldSelector,
      // Five to ten minutes, as client-go asks, so that the watches of a session do not all end in the same moment.
      timeoutSeconds: 300 + Math.floor(300 * this.#random()),
    });
    const what = `WATCH ${pathname(path)}`;
    const form = query.metadataOnly === true ? { accept: metadataForm('PartialObjectMetadata') } : {};
    const response = await this.#send({ path, verb: 'WATCH', idleTimeoutMs: watchIdleMs, ...form }, signal);
    query.onOpen?.();
    for await (const line of response.lines()) {
      const event = parseJson(line);
      const type = fieldAt(event, 'type');
      const raw = fieldAt(event, 'object');
      if (type === 'ERROR') {
        throw eventFailure(what, raw);
      }
      if (type === 'BOOKMARK') {
        const resourceVersion = asText(fieldAt(raw, 'metadata', 'resourceVersion'));
        if (resourceVersion !== undefined) {
          yield { type, resourceVersion };
        }
        continue;
      }
      if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') {
        // A cut-off or garbled line: what it told is lost, so the reader must begin again from its last version.
        throw new Failure('invalid', `${what}: a line cannot be read`);
      }
      const object = this.#receive(raw, resource);
      if (object) {
        yield { type, object };
      }
    }
  }

  async get(resource: ApiResource, id: Id, signal: AbortSignal): Promise<KubernetesObject> {
    return withoutManagedFields(await this.getWithManagedFields(resource, id, signal));
  }

  async getWithManagedFields(resource: ApiResource, id: Id, signal: AbortSignal): Promise<KubernetesObject> {
    return this.#object(resource, { path: pathOf(resource, id.namespace, id.name) }, signal);
  }

  async getMetadata(resource: ApiResource, id: Id, signal: AbortSignal): Promise<KubernetesObject> {
    const ask = { path: pathOf(resource, id.namespace, id.name), accept: metadataForm('PartialObjectMetadata') };
    return withoutManagedFields(await this.#object(resource, ask, signal));
  }

  dryRunApply(
    resource: ApiResource,
    id: Id,
    object: KubernetesObject,
    fieldManager: string,
    signal: AbortSignal,
  ): Promise<KubernetesObject> {
    return this.#object(
      resource,
      {
        method: 'PATCH',
        path: pathOf(resource, id.namespace, id.name, { dryRun: 'All', fieldManager, force: 'true' }),
        body: JSON.stringify(object), // JSON is YAML
        contentType: 'application/apply-patch+yaml',
        headTimeoutMs: longHeadMs,
      },
      signal,
    );
  }

  async mergePatch(
    resource: ApiResource,
    id: Id,
    patch: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<KubernetesObject> {
    const object = await this.#object(
      resource,
      {
        method: 'PATCH',
        path: pathOf(resource, id.namespace, id.name, { fieldManager: 'flux' }),
        body: JSON.stringify(patch),
        contentType: 'application/merge-patch+json',
        headTimeoutMs: longHeadMs, // admission webhooks may take their time
      },
      signal,
    );
    return withoutManagedFields(object);
  }

  mayI(question: AccessQuestion, signal: AbortSignal): Promise<boolean | undefined> {
    return reviewAccess((path, body) => this.#post(path, body, signal), question);
  }

  userName(signal: AbortSignal): Promise<string | undefined> {
    return reviewUser((path, body) => this.#post(path, body, signal), this.#transport.userName);
  }

  gated(gate: (signal: AbortSignal) => Promise<void>): ClusterApi {
    const own = this.#transport;
    // The connections are this one's to close.
    const { context, userName } = own;
    const transport: Transport = { context, userName, send: (ask) => own.send(ask), dispose: () => undefined };
    return new HttpClusterApi({ transport, log: this.#log, clock: this.#clock, random: this.#random, gate });
  }

  async connectToPod(target: PodPort, signal: AbortSignal): Promise<Duplex> {
    const { namespace, name, port } = target;
    // Only what renders connects to pods: a window that looks at a cluster need not load it.
    const { handshake, podStream, portForwardProtocol } = await import('./podStream.ts');
    const opening = handshake(portForwardProtocol);
    const path = `${pathOf(pods, namespace, name)}/portforward?ports=${port}`;
    // A kubelet answers 406 to whoever asks for JSON here.
    const ask = { path, upgrade: opening.headers, accept: '*/*', headTimeoutMs: longHeadMs };
    const response = await this.#send(ask, signal);
    if (!response.socket) {
      throw new Failure('invalid', `GET ${pathname(path)} was not answered with a connection`);
    }
    try {
      opening.check(response);
    } catch (error) {
      response.socket.destroy();
      throw error;
    }
    return podStream(response.socket, `${namespace}/${name}:${port}`);
  }

  async getThroughService(target: ServicePath, signal: AbortSignal): Promise<Download> {
    const { namespace, service, port } = target;
    // The port must be given: the one of a Service that has a single named port would not be found without it.
    const path = `${pathOf(services, namespace)}/http:${encodeURIComponent(service)}:${port}/proxy${target.path}`;
    const ask = { path, accept: '*/*', encoding: 'identity', headTimeoutMs: longHeadMs, idleTimeoutMs: 0 } as const;
    const response = await this.#send(ask, signal);
    const length = response.headers['content-length'];
    return { length: length === undefined ? undefined : Number(length), chunks: response.chunks() };
  }

  dispose(): void {
    this.#ended.abort();
    this.#transport.dispose();
  }

  async #object(resource: ApiResource, ask: Ask, signal: AbortSignal): Promise<KubernetesObject> {
    const object = receive(await this.#json(ask, signal), resource);
    if (!object) {
      throw new Failure('invalid', `${ask.method ?? 'GET'} ${pathname(ask.path)} was not answered with an object`);
    }
    return object;
  }

  /** One malformed object must not hide the others of its kind. */
  #receive(raw: unknown, resource: ApiResource, managed = false): KubernetesObject | undefined {
    const object = receive(raw, resource);
    if (!object) {
      this.#log.warn(`${this.context}: an object of ${resource.plural} has no name and is left out`);
      return undefined;
    }
    return managed ? object : withoutManagedFields(object);
  }

  async #json(ask: Ask, signal: AbortSignal): Promise<unknown> {
    const response = await this.#send(ask, signal);
    const body = parseJson(await response.text());
    if (asRecord(body) === undefined) {
      throw new Failure('invalid', `${ask.method ?? 'GET'} ${pathname(ask.path)} was not answered with JSON`, {
        status: response.status,
      });
    }
    return body;
  }

  #post(path: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    const ask = { method: 'POST', path, contentType: 'application/json', body: JSON.stringify(body) } as const;
    return this.#json(ask, signal);
  }

  /** Resolves for success only; every other answer is read and thrown as a Failure. */
  async #send(ask: Ask, signal: AbortSignal): Promise<TransportResponse> {
    const { verb, ...rest } = ask;
    const method = ask.method ?? 'GET';
    await this.#gate?.(AbortSignal.any([signal, this.#ended.signal]));
    const what = `${verb ?? method} ${pathname(ask.path)}`;
    const started = this.#clock.now();
    const took = (): string => `${this.#clock.now() - started} ms`;
    try {
      const response = await this.#transport.send({
        headTimeoutMs: shortHeadMs,
        idleTimeoutMs: bodyIdleMs,
        ...rest,
        method,
        signal: AbortSignal.any([signal, this.#ended.signal]),
      });
      const { status, headers } = response;
      const isOk = (status >= 200 && status < 300) || response.socket !== undefined;
      // Reads that went well are many and of no interest; a change or a refusal is what a log is opened for.
      this.#log[isOk && method === 'GET' ? 'debug' : 'info'](`${this.context}: ${what} ${status} ${took()}`);
      if (isOk) {
        return response;
      }
      throw statusFailure(what, { status, headers, body: await response.text() }, this.#clock.now());
    } catch (error) {
      if (isFailure(error) && error.status === undefined && error.reason !== 'cancelled') {
        this.#log.info(`${this.context}: ${what} ${error.reason} ${took()}`);
      }
      throw error;
    }
  }
}

/** Without a second choice: a server that does not know the form must refuse rather than send whole objects. */
function metadataForm(kind: string): string {
  return `application/json;as=${kind};g=meta.k8s.io;v=v1`;
}

/** Without the query: continue tokens and selectors say nothing in a log. */
function pathname(path: string): string {
  return path.split('?', 1)[0] ?? path;
}

/** `undefined` for what is no object with a name. Items of a list come without apiVersion and kind: the list has them. */
function receive(raw: unknown, resource: ApiResource): KubernetesObject | undefined {
  const record = asRecord(raw);
  if (!record) {
    return undefined;
  }
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  const partial = record['kind'] === 'PartialObjectMetadata';
  const served = {
    apiVersion,
    kind: resource.kind,
    ...(partial ? { metadata: record['metadata'] } : record),
  } as unknown as KubernetesObject;
  const guarded = asFluxObject(served);
  if (guarded.metadata.name === '') {
    return undefined;
  }
  // Spec and status of other kinds have fields of the same names and other types: those stay as they are.
  return findFluxKind(resource.group, resource.kind) ? guarded : { ...served, metadata: guarded.metadata };
}

function withoutManagedFields(object: KubernetesObject): KubernetesObject {
  if (object.metadata.managedFields === undefined) {
    return object;
  }
  const metadata: { managedFields?: unknown } & KubernetesObject['metadata'] = { ...object.metadata };
  delete metadata.managedFields;
  return { ...object, metadata };
}

/** Waits for work that others wait for too: the signal ends the waiting, not the work. */
function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(cancelled('the request'));
    if (signal.aborted) {
      work.catch(() => undefined);
      stop();
      return;
    }
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
