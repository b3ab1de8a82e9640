/**
 * From the socket to a verb and back: authentication, faults on demand, rights, paths without resources, and the record of
 * what was asked. What a resource answers is told by `resourceRequests.ts`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Clock } from '../../../src/base/clock.ts';
import type { Duplex } from 'node:stream';
import { Disposables } from '../../../src/base/disposables.ts';
import type { AccessTable, User } from './accessTable.ts';
import { type JsonObject, stringAt, valueAt } from './apiObject.ts';
import { parseResourcePath, type ResourcePath, shapeOf, verbOf } from './apiRequest.ts';
import { type ClusterTraffic, parseForwardPath, parseProxyPath } from './clusterTraffic.ts';
import { type Discovery, isBuiltIn } from './discovery.ts';
import type { Fault, FaultTable } from './faultTable.ts';
import { requireObject } from './objectWrites.ts';
import type { Answer, ResourceRequest, ResourceRequests } from './resourceRequests.ts';
import {
  badRequest,
  forbidden,
  forbiddenSilently,
  methodNotAllowed,
  notFound,
  onDemand,
  pathNotFound,
  Refusal,
  resourceNotFound,
  unauthorized,
} from './statusBody.ts';

export interface RecordedRequest {
  /** `''` when the token was none. */
  readonly user: string;
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly watch: boolean;
  /** 0 when a fault ended it without an answer. */
  readonly status: number;
  /** Of writes only, as sent. */
  readonly body: string | undefined;
  readonly contentType: string;
  readonly accept: string;
}

interface Incoming {
  readonly method: string;
  readonly url: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly user: User | undefined;
  readonly watch: boolean;
  readonly body: string;
}

type BrokenBody = 'halfBody' | 'malformedJson' | 'silence';

export class HttpGate {
  readonly #discovery: Discovery;
  readonly #access: AccessTable;
  readonly #faults: FaultTable;
  readonly #resources: ResourceRequests;
  readonly #traffic: ClusterTraffic;
  readonly #clock: Clock;
  readonly #version: JsonObject;
  readonly #record: (request: RecordedRequest) => void;
  readonly #timers = new Disposables();

  constructor(parts: {
    discovery: Discovery;
    access: AccessTable;
    faults: FaultTable;
    resources: ResourceRequests;
    traffic: ClusterTraffic;
    clock: Clock;
    version: JsonObject;
    record: (request: RecordedRequest) => void;
  }) {
    this.#discovery = parts.discovery;
    this.#access = parts.access;
    this.#faults = parts.faults;
    this.#resources = parts.resources;
    this.#traffic = parts.traffic;
    this.#clock = parts.clock;
    this.#version = parts.version;
    this.#record = parts.record;
  }

  async handle(message: IncomingMessage, answer: ServerResponse): Promise<void> {
    answer.on('error', () => undefined); // a client that went away is none of our business
    const incoming = await this.#read(message);
    const note = (status: number): void => this.#note(message, incoming, status);
    const fault = this.#faults.strike({
      method: incoming.method,
      path: incoming.url,
      watch: incoming.watch,
      user: incoming.user?.name ?? '',
    });
    let broken: 'drop' | BrokenBody | undefined;
    try {
      broken = await this.#suffer(fault);
      if (broken === 'drop' || (broken === 'silence' && !incoming.watch)) {
        note(0);
        if (broken === 'drop') {
          message.socket.destroy();
        }
        return;
      }
      this.#serve(message, incoming, answer, broken, note);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : onDemand(500, undefined, String(error));
      note(refusal.code);
      write(answer, refusalAnswer(refusal), broken === 'drop' ? undefined : broken, refusal.headers);
    }
  }

  /** A request for another protocol: port-forward, and nothing else. */
  async upgrade(message: IncomingMessage, socket: Duplex): Promise<void> {
    socket.on('error', () => undefined);
    const url = message.url ?? '/';
    const user = this.#userOf(message);
    const incoming = { method: 'GET', url, path: url, query: new URLSearchParams(), user, watch: false, body: '' };
    const note = (status: number): void => this.#note(message, incoming, status);
    const strike = { method: 'GET', path: url, watch: false, user: user?.name ?? '' };
    try {
      const broken = await this.#suffer(this.#faults.strike(strike));
      if (broken !== undefined) {
        note(0);
        if (broken !== 'silence') {
          socket.destroy();
        }
        return;
      }
      const path = parseForwardPath(url);
      if (!user || !path) {
        throw user ? pathNotFound() : unauthorized();
      }
      const { namespace, pod: name } = path;
      const subject = { group: '', resource: 'pods/portforward', namespace, name };
      this.#require(user, 'get', subject);
      if (!this.#access.allows(user, { verb: 'create', ...subject })) {
        throw forbiddenSilently(subject); // since Kubernetes 1.35
      }
      this.#requireObject('pods', namespace, name);
      this.#traffic.forward(path, message, socket);
      note(101);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : onDemand(500, undefined, String(error));
      note(refusal.code);
      const { body } = refusalAnswer(refusal);
      const head = `HTTP/1.1 ${refusal.code} Refused\r\ncontent-type: application/json\r\nconnection: close\r\n`;
      socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    }
  }

  dispose(): void {
    this.#timers.dispose();
  }

  async #read(message: IncomingMessage): Promise<Incoming> {
    const url = message.url ?? '/';
    const cut = url.indexOf('?');
    const query = new URLSearchParams(cut < 0 ? '' : url.slice(cut + 1));
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of message) {
        chunks.push(chunk as Buffer);
      }
    } catch {
      // The client went away in the middle of its body: what follows writes to nobody.
    }
    return {
      method: message.method ?? 'GET',
      url,
      path: cut < 0 ? url : url.slice(0, cut),
      query,
      user: this.#userOf(message),
      watch: ['true', '1'].includes(query.get('watch') ?? ''),
      body: Buffer.concat(chunks).toString(),
    };
  }

  #userOf(message: IncomingMessage): User | undefined {
    const { socket } = message;
    if (socket instanceof TLSSocket && socket.authorized) {
      const name: unknown = valueAt(socket.getPeerCertificate(), 'subject', 'CN');
      return typeof name === 'string' ? { name, token: '' } : undefined;
    }
    const [scheme, token = ''] = (message.headers.authorization ?? '').split(' ');
    return scheme?.toLowerCase() === 'bearer' ? this.#access.byToken(token) : undefined;
  }

  #note(message: IncomingMessage, incoming: Incoming, status: number): void {
    this.#record({
      user: incoming.user?.name ?? '',
      method: incoming.method,
      path: incoming.url,
      watch: incoming.watch,
      status,
      body: incoming.method === 'GET' ? undefined : incoming.body,
      contentType: message.headers['content-type'] ?? '',
      accept: message.headers.accept ?? '',
    });
  }

  /** Waits or refuses; what is left to do wrong is handed back. */
  async #suffer(fault: Fault | undefined): Promise<'drop' | BrokenBody | undefined> {
    if (fault === undefined || typeof fault === 'string') {
      return fault;
    }
    if (typeof fault === 'number') {
      throw onDemand(fault);
    }
    if ('status' in fault) {
      throw onDemand(fault.status, fault.retryAfter, fault.message);
    }
    if ('until' in fault) {
      await fault.until;
    } else {
      await new Promise<void>((resolve) => void this.#timers.add(this.#clock.after(fault.delayMs, resolve)));
    }
    return undefined;
  }

  #serve(
    message: IncomingMessage,
    incoming: Incoming,
    answer: ServerResponse,
    broken: BrokenBody | undefined,
    note: (status: number) => void,
  ): void {
    if (!incoming.user) {
      throw unauthorized();
    }
    const proxied = parseProxyPath(incoming.path);
    if (proxied) {
      const { namespace, name, service } = proxied;
      this.#require(incoming.user, 'get', { resource: 'services/proxy', namespace, name });
      this.#requireObject('services', namespace, service);
      this.#traffic.proxy(proxied, answer, note);
      return;
    }
    const path = parseResourcePath(incoming.path);
    const request = path && this.#resourceRequest(message, incoming, incoming.user, path);
    if (request?.verb === 'watch') {
      this.#resources.watch(request, broken, answer);
      note(200);
      return;
    }
    const result = request ? this.#answerResource(request, incoming.user) : this.#answerPath(incoming);
    note(result.status);
    write(answer, result, broken);
  }

  #require(user: User, verb: string, subject: { resource: string; namespace: string; name: string }): void {
    const access = { verb, group: '', ...subject };
    if (!this.#access.allows(user, access)) {
      throw forbidden(user.name, verb, access);
    }
  }

  #requireObject(plural: string, namespace: string, name: string): void {
    const resource = this.#discovery.find('', 'v1', plural);
    if (!resource || !this.#resources.has(resource, namespace, name)) {
      throw notFound({ group: '', resource: plural, name });
    }
  }

  /** Throws for what is not served or not allowed: rights first, as the API server does. */
  #resourceRequest(message: IncomingMessage, incoming: Incoming, user: User, path: ResourcePath): ResourceRequest {
    const verb = verbOf(incoming.method, path, incoming.watch);
    if (verb === undefined) {
      throw methodNotAllowed();
    }
    const plural = path.subresource === undefined ? path.plural : `${path.plural}/${path.subresource}`;
    const access = { verb, group: path.group, resource: path.plural, namespace: path.namespace, name: path.name };
    if (!this.#access.allows(user, access)) {
      throw forbidden(user.name, verb, { ...access, resource: plural });
    }
    const resource = this.#discovery.find(path.group, path.version, path.plural);
    if (!resource) {
      throw isBuiltIn(path.group) && this.#discovery.serves(path.group, path.version)
        ? resourceNotFound()
        : pathNotFound();
    }
    return {
      resource,
      path,
      verb,
      url: incoming.url,
      query: incoming.query,
      contentType: message.headers['content-type'] ?? '',
      userAgent: message.headers['user-agent'] ?? '',
      shape: shapeOf(message.headers.accept ?? ''),
      body: incoming.body,
    };
  }

  #answerResource(request: ResourceRequest, user: User): Answer {
    const { group, plural } = request.resource;
    if (group === 'authorization.k8s.io' && plural === 'selfsubjectaccessreviews') {
      return this.#review(request, user);
    }
    if (group === 'authentication.k8s.io' && plural === 'selfsubjectreviews') {
      return selfReview(request, user);
    }
    return this.#resources.answer(request);
  }

  #review(request: ResourceRequest, user: User): Answer {
    if (request.verb !== 'create') {
      throw methodNotAllowed();
    }
    let body: JsonObject;
    try {
      body = requireObject(JSON.parse(request.body));
    } catch {
      throw badRequest('error decoding JSON');
    }
    const asked = valueAt(body, 'spec', 'resourceAttributes');
    const namespace = stringAt(asked, 'namespace') ?? '';
    const allowed = this.#access.allows(user, {
      verb: stringAt(asked, 'verb') ?? '',
      group: stringAt(asked, 'group') ?? '',
      resource: stringAt(asked, 'resource') ?? '',
      namespace: namespace === '' ? undefined : namespace,
      name: stringAt(asked, 'name'),
    });
    const answer = {
      kind: 'SelfSubjectAccessReview',
      apiVersion: 'authorization.k8s.io/v1',
      metadata: { creationTimestamp: null },
      spec: valueAt(body, 'spec'),
      status: { allowed },
    };
    return { status: 201, body: JSON.stringify(answer) };
  }

  #answerPath(incoming: Incoming): Answer {
    const path = incoming.path.length > 1 ? incoming.path.replace(/\/$/, '') : incoming.path;
    if (['/healthz', '/livez', '/readyz'].includes(path)) {
      return { status: 200, body: 'ok' };
    }
    const document = path === '/version' ? this.#version : this.#discovery.document(path);
    if (!document) {
      throw pathNotFound();
    }
    if (incoming.method !== 'GET') {
      throw methodNotAllowed();
    }
    return { status: 200, body: JSON.stringify(document) };
  }
}

/** Who asks. */
function selfReview(request: ResourceRequest, user: User): Answer {
  if (request.verb !== 'create') {
    throw methodNotAllowed();
  }
  const answer = {
    kind: 'SelfSubjectReview',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { creationTimestamp: null },
    status: { userInfo: { username: user.name, groups: ['system:authenticated'] } },
  };
  return { status: 201, body: JSON.stringify(answer) };
}

function refusalAnswer({ code, body }: Refusal): Answer {
  return { status: code, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

const malformed = '{"kind":"List","items":[{"metadata":{"name":"broken"}';

function write(
  answer: ServerResponse,
  result: Answer,
  broken: BrokenBody | undefined,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = broken === 'malformedJson' ? malformed : result.body;
  const length = Buffer.byteLength(body);
  // What is not served, and only that, is answered in plain text.
  const type = result.body.startsWith('{') ? 'application/json' : 'text/plain; charset=utf-8';
  answer.writeHead(result.status, { 'content-type': type, 'content-length': length, ...headers });
  if (broken === 'halfBody') {
    answer.write(Buffer.from(body).subarray(0, Math.floor(length / 2)), () => answer.destroy());
    return;
  }
  answer.end(body);
}
