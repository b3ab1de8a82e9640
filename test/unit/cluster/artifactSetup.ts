/**
 * A cluster with a source-controller for tests of downloads: the embedded API server, a Service and its pod, and behind both an
 * HTTP server on loopback whose answers the test writes.
 */
import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { type Clock, systemClock } from '../../../src/base/clock.ts';
import type { Disposables } from '../../../src/base/disposables.ts';
import { type ArtifactLimits, type FetchedArtifact, fetchArtifact } from '../../../src/cluster/artifacts.ts';
import type { Artifact, FluxObject, KubernetesObject } from '../../../src/flux/objects.ts';
import { type ApiServer, type ApiServerOptions, startApiServer } from '../../support/apiServer/apiServer.ts';
import { gitRepository } from '../../support/builders.ts';
import { connectTo } from '../../support/serverApi.ts';
import { listen } from './transportSetup.ts';

export const namespace = 'flux-system';
export const service = 'source-controller';
export const path = '/gitrepository/flux-system/fleet/abc.tar.gz';
export const source: FluxObject = gitRepository('fleet', { namespace });
export const content = Buffer.from('the content of an archive');

export function digestOf(bytes: Uint8Array, algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

/** As source-controller states it. */
export function artifactOf(bytes: Uint8Array, changes: Partial<Artifact> = {}): Artifact {
  return {
    url: `http://${service}.${namespace}.svc.cluster.local.${path}`,
    path: path.slice(1),
    revision: 'main@sha1:5f2c1a9',
    digest: digestOf(bytes),
    size: bytes.length,
    ...changes,
  };
}

export function serviceObject(spec: Readonly<Record<string, unknown>> = {}): KubernetesObject {
  const ports = [{ name: 'http', port: 80, targetPort: 'http' }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: service, namespace },
    spec: { selector: { app: service }, ports, ...spec },
  };
}

export function podObject(
  name = 'sc-0',
  changes: { readonly ready?: boolean; readonly deleted?: boolean; readonly ports?: readonly object[] } = {},
): KubernetesObject {
  const { ready = true, deleted = false, ports = [{ name: 'http', containerPort: 9090 }] } = changes;
  const sidecar = { name: 'sidecar' };
  const manager = { name: 'manager', ports: [{ name: 'metrics', containerPort: 8080 }, ...ports] };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: { app: service },
      ...(deleted ? { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['test/keep'] } : {}),
    },
    spec: { containers: [sidecar, manager] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

const ok: RequestListener = (_request, response) => response.end(content);

export interface ArtifactCluster {
  readonly server: ApiServer;
  /** Lines of the log. */
  readonly logged: readonly string[];
  /** Which ways were tried, in their order: `port-forward 101`, `proxy 403`; 0 for those that were never answered. */
  readonly ways: readonly string[];
  /** How often the controller was asked. */
  readonly asked: number;
  /** Takes a right of the core group from the user `admin`. */
  deny(verb: string, resource: string): void;
  fetch(artifact?: Artifact, signal?: AbortSignal, limits?: Partial<ArtifactLimits>): Promise<FetchedArtifact>;
}

/** `answer` is what the controller says both ways, the content by default. */
export async function artifactCluster(
  lifetime: Disposables,
  options: {
    readonly answer?: RequestListener;
    readonly objects?: readonly KubernetesObject[];
    readonly user?: string;
    readonly clock?: Clock;
    readonly server?: ApiServerOptions;
    /** Ports on loopback that stand for the two ways, other than that of `answer`. */
    readonly podPort?: number;
    readonly servicePort?: number;
  } = {},
): Promise<ArtifactCluster> {
  const { answer = ok, clock = systemClock() } = options;
  let asked = 0;
  const backend = await listen(lifetime, (request, response) => {
    asked += 1;
    answer(request, response);
  });
  const objects = options.objects ?? [serviceObject(), podObject()];
  const server = await startApiServer({ ...options.server, objects });
  lifetime.add({ dispose: () => void server.close() });
  lifetime.add(server.route(`${namespace}/pods/sc-0:9090`, options.podPort ?? backend.port));
  lifetime.add(server.route(`${namespace}/services/${service}:80`, options.servicePort ?? backend.port));
  const api = lifetime.add(connectTo(server, options.user));
  const logged: string[] = [];
  const log = (line: string): void => void logged.push(line);
  return {
    server,
    logged,
    get ways() {
      return server.requests.flatMap((request) => {
        const way = /\/portforward\?/.test(request.path) ? 'port-forward' : /\/proxy\//.test(request.path) && 'proxy';
        return way === false ? [] : [`${way} ${request.status}`];
      });
    },
    get asked() {
      return asked;
    },
    deny(verb, resource) {
      lifetime.add(server.deny({ user: 'admin', verb, group: '', resource }));
    },
    fetch: (artifact = artifactOf(content), signal = new AbortController().signal, limits = {}) =>
      fetchArtifact(
        { api, clock, log: { debug: log, info: log, warn: log, error: log }, limits },
        source,
        artifact,
        signal,
      ),
  };
}
