/**
 * The product on a real cluster without an editor: a user's kubeconfig goes in, the rows of both views come out, drawn anew
 * after every change as the extension does it. What it sends and what its watches bring is kept, for tests that ask.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after } from 'node:test';
import { systemClock } from '../../../src/base/clock.ts';
import { type Disposable, Disposables, toDisposable } from '../../../src/base/disposables.ts';
import { Emitter } from '../../../src/base/emitter.ts';
import { noLog } from '../../../src/base/log.ts';
import { kubeconfigFiles } from '../../../src/cluster/kubeconfigFiles.ts';
import { createTransport, loadKubeconfigs } from '../../../src/cluster/kubernetes.ts';
import { SessionManager } from '../../../src/cluster/sessionManager.ts';
import type { Transport, TransportResponse } from '../../../src/cluster/transport.ts';
import type { Clones } from '../../../src/drift/pendingChanges.ts';
import { type ObjectKey, objectKey } from '../../../src/flux/objectKey.ts';
import { findFluxKind, fluxKinds } from '../../../src/flux/kinds.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { defaultSettings } from '../../../src/settings.ts';
import { type ObjectView, type Survey, surveyCluster } from '../../../src/view/clusterSurvey.ts';
import { buildClusterTree, type ClusterTree } from '../../../src/view/clusterTree.ts';
import type { Row } from '../../../src/view/row.ts';
import { buildSourcesTree } from '../../../src/view/sourcesTree.ts';
import { OpenCluster } from '../../../src/vscode/openCluster.ts';
import type { TestCluster } from '../clusterHandle.ts';
import type { UserName } from '../users.ts';

export interface ProductOptions {
  /** Default: `admin`. */
  readonly user?: UserName;
  /** `driftline.namespaces`. */
  readonly namespaces?: readonly string[];
  /** `driftline.tree.behindSourceAfter`, in seconds. */
  readonly behindSourceAfter?: number;
}

/** Both trees and what they were drawn from, at one moment. */
export interface Drawn {
  /** By `performance.now()`. */
  readonly at: number;
  readonly survey: Survey;
  readonly cluster: ClusterTree;
  readonly sources: ClusterTree;
}

export interface SentRequest {
  readonly method: string;
  readonly path: string;
  /** `0` when no answer came. */
  readonly status: number;
}

/** One line of a watch, when it had come over the wire; by `performance.now()`. */
export interface Arrival {
  readonly at: number;
  readonly type: string;
  readonly object: FluxObject;
}

/** No folder is open. */
const noClones: Clones = { find: () => Promise.resolve(new Map()), onDidChange: () => toDisposable(() => undefined) };

export class Product implements Disposable {
  readonly sessions: SessionManager;
  readonly sent: SentRequest[] = [];
  readonly arrivals: Arrival[] = [];
  readonly context: string;
  readonly #behindSourceAfter: number;
  readonly #clock = systemClock();
  readonly #lifetime = new Disposables();
  readonly #drawing = this.#lifetime.add(new Emitter<Drawn>());
  #open: OpenCluster | undefined;
  #drawn: Drawn | undefined;
  #due: Disposable | undefined;
  #wake: Disposable | undefined;

  constructor(cluster: TestCluster, options: ProductOptions) {
    const { user = 'admin', namespaces = [], behindSourceAfter = defaultSettings.behindSourceAfter } = options;
    this.context = cluster.context;
    this.#behindSourceAfter = behindSourceAfter;
    const files = kubeconfigFiles({
      setting: [],
      env: { KUBECONFIG: cluster.kubeconfigs[user] },
      home: cluster.folder,
      workspaceFolder: undefined,
      delimiter: ':',
    });
    this.sessions = new SessionManager({
      loadKubernetes: () =>
        Promise.resolve({ loadKubeconfigs, createTransport: (...args) => this.#recorded(createTransport(...args)) }),
      settings: () => ({
        context: cluster.context,
        namespaces,
        files,
        network: { proxy: undefined, strictSSL: true, extraCAs: [] },
      }),
      isTrusted: () => true,
      memory: { get: () => undefined, update: () => Promise.resolve() },
      watchFiles: () => ({ dispose: () => undefined }),
      clock: this.#clock,
      log: noLog(),
    });
    this.#lifetime.add(this.sessions.onDidChangeSession(() => this.#sessionChanged()));
    this.#lifetime.add(this.sessions.acquire());
  }

  /** Of the session that is open; throws while there is none. */
  get open(): OpenCluster {
    if (!this.#open) {
      throw new Error(`no session on ${this.context} is open`);
    }
    return this.#open;
  }

  /** Resolves to the first that `look` gives which is neither false nor undefined: of what is drawn now or after a change. */
  until<T>(what: string, look: (drawn: Drawn) => T | false | undefined, seconds = 60): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const check = (drawn: Drawn): void => {
        const found = look(drawn);
        if (found !== undefined && found !== false) {
          clearTimeout(timer);
          link.dispose();
          resolve(found);
        }
      };
      const link = this.#drawing.event(check);
      const timer = setTimeout(() => {
        link.dispose();
        const labels = [...(this.#drawn?.cluster.rows.values() ?? [])].map(
          (row) => `${row.label} — ${row.description}`,
        );
        const { connection } = this.sessions;
        const why = connection.state === 'failed' ? connection.failure.message : connection.state;
        reject(new Error(`${what}: not so after ${seconds} s (${why}); the rows are\n${labels.join('\n')}`));
      }, seconds * 1000);
      if (this.#drawn) {
        check(this.#drawn);
      }
    });
  }

  /** Resolves when every kind is told and complete, refused or not served, and all questions about rights are answered. */
  complete(): Promise<Drawn> {
    return this.until('a complete tree', (drawn) => {
      const { session, rights } = this.open;
      const settled = fluxKinds.every((kind) => ['synced', 'failed', 'notServed'].includes(session.sync(kind).state));
      // Whoever is kept to some namespaces never learns of the controllers in another.
      const told = session.controllers.state === 'known' || session.namespaces.length > 0;
      const asked = [...drawn.survey.views.values()].every(({ id }) => rights.mayPatch(id) !== undefined);
      return session.connection.state === 'connected' && settled && told && asked && drawn;
    });
  }

  /** `name` is `namespace/name`. */
  key(kind: string, name: string): ObjectKey {
    const [namespace = '', own = ''] = name.split('/');
    const known = fluxKinds.find((other) => other.kind === kind);
    return objectKey(this.context, { group: known?.group ?? '', kind, namespace, name: own });
  }

  /** Opens the row of an object as a click on its twistie does; closed when the product is disposed. */
  expand(rowId: string): void {
    this.open.setExpanded(rowId, this.#drawn?.cluster.rows.get(rowId)?.inventoryOf);
  }

  /** Opens every row that shows an inventory, and resolves when all that they list has been read. */
  async expandAll(): Promise<Drawn> {
    const { cluster } = await this.complete();
    const owners = [...cluster.rows.values()].filter(({ inventoryOf }) => inventoryOf !== undefined);
    owners.forEach(({ id }) => this.expand(id));
    return this.until('every inventory read', (drawn) => {
      const read = owners.every(({ inventoryOf }) => {
        const view = this.open.inventory.get(inventoryOf!);
        return view?.state === 'loaded'
          ? view.entries.every(({ state }) => state !== 'loading')
          : view?.state !== undefined && view.state !== 'loading';
      });
      return read && drawn;
    });
  }

  dispose(): void {
    this.#due?.dispose();
    this.#wake?.dispose();
    this.#open?.dispose();
    this.#lifetime.dispose();
    this.sessions.dispose();
  }

  #sessionChanged(): void {
    const { session } = this.sessions;
    if (this.#open?.session === session) {
      return;
    }
    this.#open?.dispose();
    const changed = (): void => this.#redraw();
    this.#open = session && new OpenCluster({ session, clock: this.#clock, log: noLog(), clones: noClones, changed });
    this.#redraw();
  }

  #redraw(): void {
    this.#due ??= this.#clock.after(0, () => {
      this.#due = undefined;
      this.#draw();
    });
  }

  #draw(): void {
    const open = this.#open;
    if (!open) {
      return;
    }
    const now = this.#clock.now();
    const survey = surveyCluster({ state: open.session, now, behindSourceAfter: this.#behindSourceAfter });
    const around = {
      state: open.session,
      survey,
      action: () => undefined,
      mayPatch: ({ id }: ObjectView) => open.rights.mayPatch(id),
      readOnly: false,
      now,
    };
    const inventory = (key: ObjectKey) => open.inventory.get(key);
    const tree = { grouping: 'hierarchy', filter: undefined, inventory, order: open.clusterOrder } as const;
    const cluster = buildClusterTree({ ...around, ...tree });
    const sources = buildSourcesTree({ ...around, order: open.sourcesOrder });
    open.keepExpanded((rowId) => cluster.rows.get(rowId)?.inventoryOf);
    const moments = [survey.nextChangeAt, cluster.nextChangeAt, sources.nextChangeAt].filter((at) => at !== undefined);
    this.#wake?.dispose();
    this.#wake =
      moments.length === 0
        ? undefined
        : this.#clock.after(Math.max(0, Math.min(...moments) - now), () => this.#redraw());
    this.#drawn = { at: performance.now(), survey, cluster, sources };
    this.#drawing.fire(this.#drawn);
  }

  /** The transport as it is, with a note of each request and of each line that a watch of a Flux kind brings. */
  #recorded(transport: Transport): Transport {
    const { sent, arrivals } = this;
    return {
      context: transport.context,
      credentials: transport.credentials,
      dispose: () => transport.dispose(),
      async send(request) {
        const { method, path } = request;
        try {
          const response = await transport.send(request);
          sent.push({ method, path, status: response.status });
          return { ...bound(response), lines: () => noted(response.lines(), arrivals) };
        } catch (error) {
          sent.push({ method, path, status: 0 });
          throw error;
        }
      },
    };
  }
}

function bound(response: TransportResponse): TransportResponse {
  const { status, headers, socket } = response;
  return {
    status,
    headers,
    ...(socket ? { socket } : {}),
    text: () => response.text(),
    lines: () => response.lines(),
    chunks: () => response.chunks(),
  };
}

async function* noted(lines: AsyncIterable<string>, arrivals: Arrival[]): AsyncIterable<string> {
  for await (const line of lines) {
    const at = performance.now();
    const parsed = parseEvent(line);
    if (parsed) {
      arrivals.push({ at, ...parsed });
    }
    yield line;
  }
}

function parseEvent(line: string): Omit<Arrival, 'at'> | undefined {
  try {
    const { type, object } = JSON.parse(line) as Omit<Arrival, 'at'>;
    const group = object.apiVersion.split('/')[0] ?? '';
    return type !== 'BOOKMARK' && findFluxKind(group, object.kind) ? { type, object } : undefined;
  } catch {
    return undefined; // a line that was cut off
  }
}

/** Opens the product on a cluster for one test file; it ends with the file, and leaves the kubeconfig as it found it. */
export function openProduct(cluster: TestCluster, options: ProductOptions = {}): Product {
  const file = cluster.kubeconfigs[options.user ?? 'admin'];
  const before = fileHash(file);
  const product = new Product(cluster, options);
  after(() => {
    product.dispose();
    assert.equal(fileHash(file), before, 'the kubeconfig was not written');
  });
  return product;
}

export function fileHash(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** The object's first row in the Cluster view, if it has one. */
export function rowOf({ cluster }: Drawn, key: ObjectKey): Row | undefined {
  const [id] = cluster.rowsOf.get(key) ?? [];
  return id === undefined ? undefined : cluster.rows.get(id);
}

/** What stands directly below a row of the Cluster view. */
export function rowsBelow({ cluster }: Drawn, id: string): readonly Row[] {
  return (cluster.children.get(id) ?? []).flatMap((child) => cluster.rows.get(child) ?? []);
}
