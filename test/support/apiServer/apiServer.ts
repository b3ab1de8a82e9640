/**
 * An API server in memory on loopback, for the demo and for tests: the verbs, bodies and faults that a client of Flux meets.
 *
 * What it does not pretend: field ownership and server-side apply (dry-runs are answered from recorded pairs, or played without
 * schemas and defaults), admission, defaulting, schemas, aggregated discovery, pods that run (port-forwards and the Service proxy
 * lead to servers that a test routes them to). What needs those is tested on the real cluster. Every behaviour that a test
 * relies on is in `test/contract/apiServerContract.ts`, which runs against both.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { type Clock, systemClock } from '../../../src/base/clock.ts';
import { type Disposable, Disposables } from '../../../src/base/disposables.ts';
import { Emitter, type Event } from '../../../src/base/emitter.ts';
import { groupOf } from '../../../src/flux/kinds.ts';
import type { ObjectId } from '../../../src/flux/objectKey.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { AccessTable, admin, defaultDenials, type Denial, type User, viewer } from './accessTable.ts';
import type { ApiObject, JsonObject } from './apiObject.ts';
import { ClusterTraffic, type TrafficTarget } from './clusterTraffic.ts';
import { Discovery, type ServedResource } from './discovery.ts';
import { FaultTable } from './faultTable.ts';
import { FluxControllers, type ReconcileOutcome } from './fluxControllers.ts';
import { HttpGate, type RecordedRequest } from './httpGate.ts';
import { ListPages } from './listPages.ts';
import { ObjectStore } from './objectStore.ts';
import { ObjectWrites } from './objectWrites.ts';
import type { Recording } from './recording.ts';
import { ResourceRequests } from './resourceRequests.ts';
import { WatchStreams } from './watchStreams.ts';

export interface ApiServerOptions {
  /** Served as recorded; without it, current versions of the Flux kinds and of the usual kinds of Kubernetes. */
  readonly recording?: Recording;
  /** Put in after those of the recording. */
  readonly objects?: Iterable<KubernetesObject>;
  /** Of the user `admin`. */
  readonly token?: string;
  /** Besides `admin` and `viewer`. */
  readonly users?: readonly User[];
  /** Besides those of `viewer`. */
  readonly denials?: readonly Denial[];
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Turns delays, time limits of watches, and the stand-ins of the controllers. */
  readonly clock?: Clock;
  /** How long the stand-in of a controller works on one reconcile; about a second by default, so that a person sees it. */
  readonly reconcileMs?: number;
  /** Serves https with these; a client certificate then stands for the user of its common name. */
  readonly tls?: ServerOptions;
}

export interface ApiServer {
  /** `http://127.0.0.1:12345` */
  readonly url: string;
  readonly port: number;
  readonly clock: Clock;
  /** All requests that were answered, struck by a fault, or are being watched; in the order of their arrival. */
  readonly requests: readonly RecordedRequest[];
  readonly onDidReceive: Event<RecordedRequest>;
  readonly faults: FaultTable;
  readonly openWatches: number;
  /** The newest resourceVersion. */
  readonly resourceVersion: string;
  token(user?: string): string;
  /** The text of a kubeconfig with one context. */
  kubeconfig(user?: string, options?: { readonly context?: string; readonly namespace?: string }): string;
  /** Adds or replaces an object whole, status included. Its kind must be served; its namespace is added if missing. */
  put(object: KubernetesObject): KubernetesObject;
  /** Merges into an object's status (a JSON merge patch) as a controller would. Throws when there is no such object. */
  patchStatus(id: ObjectId, status: JsonObject): KubernetesObject;
  /** Removes an object at once, finalizers or not. Returns whether there was one. */
  remove(id: ObjectId): boolean;
  get(id: ObjectId): KubernetesObject | undefined;
  objects(kind: { readonly group: string; readonly kind: string }): readonly KubernetesObject[];
  deny(denial: Denial): Disposable;
  /** How the next reconciles of an object end; `undefined` goes back to the conditions it had before. */
  outcome(id: ObjectId, outcome: ReconcileOutcome | undefined): void;
  /** Leads port-forwards to a pod, or the proxy to a Service, to a server on loopback. The objects themselves are `put`. */
  route(target: TrafficTarget, port: number): Disposable;
  serve(resource: ServedResource): void;
  unserve(what: { readonly group: string; readonly kind?: string; readonly version?: string }): void;
  /** Forgets history: older continue tokens and watches from older versions get 410. */
  compact(): void;
  /** A bookmark on every watch that wants them. */
  bookmark(): void;
  /** Ends all watches in order. */
  closeWatches(): void;
  /** Cuts the connections of all watches. */
  dropWatches(): void;
  /** Resolves with the first request, past or to come, that fits. */
  received(fits: (request: RecordedRequest) => boolean): Promise<RecordedRequest>;
  /** Resolves when no connection is left. */
  close(): Promise<void>;
}

const currentVersion: JsonObject = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.3',
  platform: 'linux/amd64',
};

class EmbeddedServer implements ApiServer {
  readonly clock: Clock;
  readonly faults = new FaultTable();
  readonly requests: RecordedRequest[] = [];
  readonly #received = new Emitter<RecordedRequest>();
  readonly onDidReceive = this.#received.event;
  readonly #lifetime = new Disposables();
  readonly #store: ObjectStore;
  readonly #discovery: Discovery;
  readonly #access: AccessTable;
  readonly #pages = new ListPages();
  readonly #traffic = new ClusterTraffic();
  readonly #watches: WatchStreams;
  readonly #writes: ObjectWrites;
  readonly #controllers: FluxControllers;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #secure: boolean;

  constructor(options: ApiServerOptions) {
    this.clock = options.clock ?? systemClock();
    this.#secure = options.tls !== undefined;
    this.#store = new ObjectStore(this.clock);
    this.#discovery = new Discovery(options.recording?.discovery);
    const ownAdmin = { ...admin, token: options.token ?? admin.token };
    this.#access = new AccessTable(
      [ownAdmin, viewer, ...(options.users ?? [])],
      [...defaultDenials, ...(options.denials ?? [])],
    );
    this.#watches = this.#lifetime.add(new WatchStreams({ store: this.#store, clock: this.clock }));
    this.#writes = new ObjectWrites({ store: this.#store, clock: this.clock });
    for (const object of [...(options.recording?.objects ?? []), ...(options.objects ?? [])]) {
      this.put(object);
    }
    // Nobody asks for what was there before the server was: real servers have compacted it away too.
    this.#store.compact();
    this.#controllers = this.#lifetime.add(
      new FluxControllers({
        store: this.#store,
        writes: this.#writes,
        discovery: this.#discovery,
        clock: this.clock,
        reconcileMs: options.reconcileMs ?? 1000,
      }),
    );
    const gate = this.#gate(options.recording);
    const handle = (request: IncomingMessage, answer: ServerResponse): void => void gate.handle(request, answer);
    this.#server = options.tls ? createTlsServer(options.tls, handle) : createServer(handle);
    this.#server.on('upgrade', (request, socket) => void gate.upgrade(request, socket));
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  #gate(recording: Recording | undefined): HttpGate {
    const resources = new ResourceRequests({
      store: this.#store,
      writes: this.#writes,
      pages: this.#pages,
      watches: this.#watches,
      dryRuns: recording?.dryRuns ?? [],
    });
    return this.#lifetime.add(
      new HttpGate({
        discovery: this.#discovery,
        access: this.#access,
        faults: this.faults,
        resources,
        traffic: this.#traffic,
        clock: this.clock,
        version: recording?.version ?? currentVersion,
        record: (request) => {
          this.requests.push(request);
          this.#received.fire(request);
        },
      }),
    );
  }

  async listen(port: number): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.#secure ? 'https' : 'http'}://127.0.0.1:${this.port}`;
  }

  get openWatches(): number {
    return this.#watches.open;
  }

  get resourceVersion(): string {
    return String(this.#store.resourceVersion);
  }

  token(user = admin.name): string {
    return this.#access.user(user).token;
  }

  kubeconfig(user = admin.name, options: { context?: string; namespace?: string } = {}): string {
    const context = options.context ?? 'homelab';
    const namespace = options.namespace === undefined ? {} : { namespace: options.namespace };
    // JSON is YAML, and needs no thought about quoting.
    return `${JSON.stringify(
      {
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': context,
        clusters: [{ name: context, cluster: { server: this.url } }],
        users: [{ name: `${context}-${user}`, user: { token: this.token(user) } }],
        contexts: [{ name: context, context: { cluster: context, user: `${context}-${user}`, ...namespace } }],
      },
      undefined,
      2,
    )}\n`;
  }

  put(object: KubernetesObject): KubernetesObject {
    const resource = this.#resource(groupOf(object.apiVersion), object.kind);
    const namespace = object.metadata.namespace ?? '';
    const namespaces = this.#discovery.findKind('', 'Namespace');
    if (namespaces && namespace !== '' && !this.#store.get(namespaces, '', namespace)) {
      this.#writes.putAsIs(
        namespaces,
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace }, status: { phase: 'Active' } },
        'hand',
      );
    }
    return this.#writes.putAsIs(resource, object as ApiObject, 'hand');
  }

  patchStatus(id: ObjectId, status: JsonObject): KubernetesObject {
    return this.#writes.patchStatus(this.#resource(id.group, id.kind), id, status, 'hand');
  }

  remove(id: ObjectId): boolean {
    return this.#store.remove(this.#resource(id.group, id.kind), id.namespace, id.name, 'hand') !== undefined;
  }

  get(id: ObjectId): KubernetesObject | undefined {
    return this.#store.get(this.#resource(id.group, id.kind), id.namespace, id.name);
  }

  objects(kind: { group: string; kind: string }): readonly KubernetesObject[] {
    return this.#store.list(this.#resource(kind.group, kind.kind));
  }

  deny(denial: Denial): Disposable {
    return this.#access.deny(denial);
  }

  outcome(id: ObjectId, outcome: ReconcileOutcome | undefined): void {
    this.#controllers.script(id, outcome);
  }

  route(target: TrafficTarget, port: number): Disposable {
    return this.#traffic.route(target, port);
  }

  serve(resource: ServedResource): void {
    this.#discovery.serve(resource);
  }

  unserve(what: { group: string; kind?: string; version?: string }): void {
    this.#discovery.unserve(what);
  }

  compact(): void {
    this.#store.compact();
    this.#pages.forget();
  }

  bookmark(): void {
    this.#watches.bookmark();
  }

  closeWatches(): void {
    this.#watches.close();
  }

  dropWatches(): void {
    this.#watches.drop();
  }

  received(fits: (request: RecordedRequest) => boolean): Promise<RecordedRequest> {
    const past = this.requests.find(fits);
    if (past) {
      return Promise.resolve(past);
    }
    return new Promise((resolve) => {
      const subscription = this.#lifetime.add(
        this.onDidReceive((request) => {
          if (fits(request)) {
            this.#lifetime.release(subscription);
            resolve(request);
          }
        }),
      );
    });
  }

  async close(): Promise<void> {
    this.#lifetime.dispose();
    this.#received.dispose();
    const closed = new Promise<void>((resolve) => void this.#server.close(() => resolve()));
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await closed;
  }

  #resource(group: string, kind: string): ServedResource {
    const resource = this.#discovery.findKind(group, kind);
    if (!resource) {
      throw new Error(`the server does not serve the kind ${kind} of the group "${group}"`);
    }
    return resource;
  }
}

/** Starts on 127.0.0.1. The caller closes it. */
export function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  return new EmbeddedServer(options).listen(options.port ?? 0);
}
