/**
 * A cluster for the window: the embedded API server with the recorded homelab, named by the kubeconfig that the window
 * knows. Asks the extension's views what a person sees of it. What a test asserts belongs to the test.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { Probe } from '../../../src/extension.ts';
import { type ObjectId, type ObjectKey, idOf, objectKey } from '../../../src/flux/objectKey.ts';
import type { Row } from '../../../src/view/row.ts';
import { type ApiServer, type ApiServerOptions, startApiServer } from '../../support/apiServer/apiServer.ts';
import type { RecordedRequest } from '../../support/apiServer/httpGate.ts';
import { asOfNow, readRecording } from '../../support/apiServer/recording.ts';
import { kubeconfigText } from '../../support/kubeconfigFile.ts';
import { treeText } from '../../support/treeText.ts';
import { until } from '../../cluster/until.ts';
import { activate, eventually, hostDialogs, patienceMs } from './hostWindow.ts';

export const kustomize = 'kustomize.toolkit.fluxcd.io';
export const helm = 'helm.toolkit.fluxcd.io';
export const source = 'source.toolkit.fluxcd.io';

/** Kinds of which the recording has objects. */
const watchedKinds = [
  { group: kustomize, kind: 'Kustomization' },
  { group: helm, kind: 'HelmRelease' },
  ...['GitRepository', 'OCIRepository', 'HelmRepository', 'HelmChart'].map((kind) => ({ group: source, kind })),
];

export function kustomizationId(name: string): ObjectId {
  return { group: kustomize, kind: 'Kustomization', namespace: 'flux-system', name };
}

export function releaseId(name: string, namespace = 'logging'): ObjectId {
  return { group: helm, kind: 'HelmRelease', namespace, name };
}

/** The kubeconfig that this window knows. It is not there until a test writes it. */
export function kubeconfigPath(): string {
  const path = process.env['KUBECONFIG'];
  assert.ok(path, 'KUBECONFIG names the file of this window');
  return path;
}

export function kubeconfigHash(): string {
  return createHash('sha256').update(readFileSync(kubeconfigPath())).digest('hex');
}

/** A server with the recorded homelab, as if recorded just now; whoever starts it must close it. */
export function startHomelab(options: Partial<ApiServerOptions> = {}): Promise<ApiServer> {
  const recording = asOfNow(readRecording('homelab-flux-2.9'), Date.now());
  return startApiServer({ recording, reconcileMs: 50, ...options });
}

export class HostCluster {
  readonly probe: Probe;
  readonly server: ApiServer;
  readonly context: string;
  /** Of the kubeconfig as the test wrote it. */
  readonly #hash: string;

  constructor(parts: { probe: Probe; server: ApiServer; context: string; hash: string }) {
    this.probe = parts.probe;
    this.server = parts.server;
    this.context = parts.context;
    this.#hash = parts.hash;
  }

  get rows(): Row[] {
    return [...this.probe.views.models.cluster.rows.values()];
  }

  key(id: ObjectId): ObjectKey {
    return objectKey(this.context, id);
  }

  /** The first row of an object in the Cluster tree. */
  row(id: ObjectId): Row | undefined {
    const { rows, rowsOf } = this.probe.views.models.cluster;
    const [first] = rowsOf.get(this.key(id)) ?? [];
    return first === undefined ? undefined : rows.get(first);
  }

  /** What stands at the head of the tree: warnings, and what filters. */
  get notes(): string[] {
    return this.rows.filter(({ id }) => id.includes('|head|')).map(({ label }) => label);
  }

  get treeText(): string {
    return treeText(this.probe.views.models.cluster);
  }

  get writes(): RecordedRequest[] {
    // A question about one's own rights, or name, is a POST too.
    return this.server.requests.filter(
      ({ method, path }) => method !== 'GET' && !/\/selfsubject(?:access)?reviews/.test(path),
    );
  }

  until<T>(what: string, check: () => T | undefined | false): Promise<T> {
    const { views, sessions } = this.probe;
    const { server } = this;
    return eventually(
      what,
      check,
      [
        (listener) => views.onDidSurvey(listener),
        (listener) => sessions.onDidChangeSession(listener),
        (listener) => server.onDidReceive(listener),
      ],
      () => `${JSON.stringify(sessions.connection)}\n${this.treeText}`,
    );
  }

  /** Whether the views know every Flux object of the server, and have no word of warning at their heads. */
  get isComplete(): boolean {
    const { sessions, views } = this.probe;
    return (
      sessions.connection.state === 'connected' &&
      sessions.session?.controllers.state === 'known' &&
      this.notes.length === 0 &&
      this.fluxObjects.every(({ key, version }) => {
        const known = views.survey?.views.get(key);
        return known?.object.metadata.resourceVersion === version;
      })
    );
  }

  get fluxObjects(): { readonly key: ObjectKey; readonly version: string | undefined }[] {
    return watchedKinds
      .flatMap((kind) => this.server.objects(kind))
      .map((object) => ({ key: this.key(idOf(object)), version: object.metadata.resourceVersion }));
  }

  complete(): Promise<true> {
    return this.until('the tree is complete', () => this.isComplete);
  }

  /** Selects a row as a click does, with the keyboard's focus on it. */
  async select(id: ObjectId): Promise<void> {
    assert.equal(await this.probe.views.reveal(this.key(id)), true, `${id.name} has a row`);
  }

  /**
   * Opens a row as the keyboard does, until `opened` says that it is. Once more where the focus had not come yet: VS Code
   * tells of a reveal before the row has it.
   */
  async expand(id: ObjectId, opened: () => boolean): Promise<void> {
    const press = async (): Promise<boolean> => {
      if (!opened()) {
        await this.select(id);
        await vscode.commands.executeCommand('list.expand');
      }
      return opened();
    };
    await until(`${id.name} is opened`, press, { seconds: patienceMs / 1000 });
  }

  /** Ends session and server, and makes sure that nobody wrote to the kubeconfig meanwhile. */
  async close(): Promise<void> {
    assert.equal(kubeconfigHash(), this.#hash, 'the kubeconfig is as it was');
    rmSync(kubeconfigPath());
    await this.probe.sessions.retry();
    assert.equal(this.probe.sessions.session, undefined, 'no kubeconfig, no session');
    await this.server.close();
  }
}

export interface ConnectOptions {
  /** Default: `homelab`. */
  readonly context?: string;
  /** More contexts of the kubeconfig, which lead to the same server. */
  readonly others?: readonly string[];
  /** Default: `admin`. */
  readonly user?: string;
  /** Default: the recorded homelab. */
  readonly server?: ApiServer;
}

/** Opens the Cluster view on a cluster and waits for its whole tree. The caller closes it. */
export async function connect(options: ConnectOptions = {}): Promise<HostCluster> {
  const probe = await activate();
  const server = options.server ?? (await startHomelab());
  const context = options.context ?? 'homelab';
  const { url } = server;
  const contexts = [context, ...(options.others ?? [])];
  const token = server.token(options.user);
  writeFileSync(kubeconfigPath(), kubeconfigText(contexts.map((each) => ({ context: each, url, token }))));
  const cluster = new HostCluster({ probe, server, context, hash: kubeconfigHash() });
  hostDialogs().reset();
  await vscode.commands.executeCommand('driftline.cluster.focus');
  await probe.sessions.selectContext(context);
  await cluster.complete();
  return cluster;
}
