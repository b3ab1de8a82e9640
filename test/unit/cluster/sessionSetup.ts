/** A session on an embedded API server, with real requests over loopback and time that the test turns. */
import type { Disposables } from '../../../src/base/disposables.ts';
import { Emitter } from '../../../src/base/emitter.ts';
import type { Log } from '../../../src/base/log.ts';
import { ClusterSession } from '../../../src/cluster/clusterSession.ts';
import type { ClusterState, KindSync } from '../../../src/cluster/clusterState.ts';
import type { Connection } from '../../../src/cluster/connection.ts';
import { HttpClusterApi } from '../../../src/cluster/httpClusterApi.ts';
import { Kubeconfig } from '../../../src/cluster/kubeconfig.ts';
import { createTransport } from '../../../src/cluster/kubernetes.ts';
import { type FluxKind, fluxKinds } from '../../../src/flux/kinds.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { type ApiServer, type ApiServerOptions, startApiServer } from '../../support/apiServer/apiServer.ts';
import { controller, gitRepository, helmRelease, helmRepository, kustomization } from '../../support/builders.ts';
import { EagerClock, turns } from './eagerClock.ts';

export interface SessionSetup {
  readonly server: ApiServer;
  readonly session: ClusterSession;
  readonly clock: EagerClock;
  readonly logged: string[];
  /** Resolves when it holds, now or after any change of the session. */
  readonly until: (holds: () => boolean) => Promise<void>;
  /** Connected, every served kind complete, the controllers known. */
  readonly complete: () => Promise<void>;
  /** That many watches have been accepted since the session began. */
  readonly opened: (count: number) => Promise<void>;
  /** As complete, and every watch has been open for a minute of the session's time. */
  readonly working: () => Promise<void>;
}

export interface SessionOptions extends ApiServerOptions {
  readonly user?: string;
  readonly namespaces?: readonly string[];
  /** Instead of a token. */
  readonly exec?: Readonly<Record<string, unknown>>;
  /** Before the session starts. */
  readonly prepare?: (server: ApiServer) => void;
}

/** A small cluster that is well: one object of most kinds, and the controllers. */
export const smallCluster: readonly KubernetesObject[] = [
  kustomization('flux-system'),
  kustomization('apps'),
  helmRelease('loki', { namespace: 'logging' }),
  gitRepository('flux-system'),
  helmRepository('charts'),
  controller('kustomize-controller'),
  controller('helm-controller'),
  controller('source-controller'),
];

/** The server and the session end with `lifetime`. */
export async function sessionOn(lifetime: Disposables, options: SessionOptions = {}): Promise<SessionSetup> {
  const server = await startApiServer({ objects: smallCluster, ...options });
  options.prepare?.(server);
  const clock = new EagerClock();
  const logged: string[] = [];
  const told = new Emitter<void>();
  const write = (text: string): void => {
    logged.push(text);
    told.fire();
  };
  const log: Log = {
    debug: write,
    info: write,
    warn: write,
    error: (text, cause) => void logged.push(`ERROR ${text} ${cause instanceof Error ? (cause.stack ?? '') : ''}`),
  };
  const kubeconfig = new Kubeconfig([{ file: '/test/config', content: kubeconfigOf(server, options) }]);
  const transport = createTransport(kubeconfig, 'homelab', {
    proxy: undefined,
    strictSSL: true,
    extraCAs: [],
    log,
    clock,
    env: { PATH: process.env['PATH'] },
  });
  const session = new ClusterSession({
    api: new HttpClusterApi({ transport, log, clock }),
    context: 'homelab',
    namespaces: options.namespaces ?? [],
    clock,
    log,
    credentials: transport.credentials,
    random: () => 1,
  });
  lifetime.add({ dispose: () => void server.close() });
  lifetime.add(session);
  session.start();
  const until = (holds: () => boolean): Promise<void> => untilSession(session, holds);
  const complete = (): Promise<void> => until(() => isComplete(session));
  const opened = async (count: number): Promise<void> => {
    await new Promise<void>((resolve) => {
      const check = (): void => {
        if (logged.filter((line) => / WATCH .* 200 /.test(line)).length >= count) {
          subscription.dispose();
          resolve();
        }
      };
      const subscription = told.event(check);
      check();
    });
    await turns();
  };
  const working = async (): Promise<void> => {
    await complete();
    await opened(fluxKinds.filter((kind) => session.sync(kind).state !== 'notServed').length + 1);
    clock.advance(60_000);
  };
  return { server, session, clock, logged, until, complete, opened, working };
}

function kubeconfigOf(server: ApiServer, options: SessionOptions): unknown {
  const parsed = JSON.parse(server.kubeconfig(options.user)) as { users: { name: string; user: object }[] };
  return options.exec
    ? { ...parsed, users: parsed.users.map(({ name }) => ({ name, user: { exec: options.exec } })) }
    : parsed;
}

export function untilSession(session: ClusterSession, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (holds()) {
        status.dispose();
        objects.dispose();
        resolve();
      }
    };
    const status = session.onDidChangeStatus(check);
    const objects = session.onDidChangeObjects(check);
    check();
  });
}

/** Resolves once that many watches have been asked for since `from`, an index into the requests. */
export async function watchesAsked(server: ApiServer, count: number, from = 0): Promise<void> {
  await server.received(() => server.requests.slice(from).filter(({ watch }) => watch).length >= count);
}

export function isComplete(session: ClusterState): boolean {
  return (
    session.connection.state === 'connected' &&
    session.controllers.state === 'known' &&
    fluxKinds.every((kind) => ['synced', 'notServed'].includes(session.sync(kind).state))
  );
}

export function kindNamed(name: string): FluxKind {
  const kind = fluxKinds.find((known) => known.kind === name);
  if (!kind) {
    throw new Error(`no Flux kind ${name}`);
  }
  return kind;
}

export function names(session: ClusterState, kind: string): readonly string[] {
  return [...session.ofKind(kindNamed(kind))].map(({ metadata }) => metadata.name).sort();
}

/** `failed list forbidden`, `stale unreachable`, `synced`. */
export function syncText(sync: KindSync): string {
  switch (sync.state) {
    case 'failed':
      return `failed ${sync.verb} ${sync.failure.reason}`;
    case 'stale':
      return `stale ${sync.failure.reason}`;
    default:
      return sync.state;
  }
}

/** `failed unreachable, tried again`, `connected`. */
export function connectionText(connection: Connection): string {
  return connection.state === 'failed'
    ? `failed ${connection.failure.reason}${connection.retryAt === undefined ? '' : ', tried again'}`
    : connection.state;
}
