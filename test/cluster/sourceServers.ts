/**
 * Where the cluster's repositories, charts and artifacts come from: git, Helm and OCI servers on loopback, reachable at
 * loopback URLs and, by the controllers alone, at the public URLs that a real repository would name.
 */
import { readFileSync } from 'node:fs';
import { type RequestListener, type Server } from 'node:http';
import { join } from 'node:path';
import {
  connectProxy,
  eventHandler,
  fileHandler,
  forwardHandler,
  gitHandler,
  httpServer,
  listen,
  mirrorServer,
} from './servers.ts';

/**
 * Public hosts that the controllers find on this machine. A connection to any other host is refused, so a test cluster
 * reaches no network whatever a repository asks for.
 */
export const mirroredHosts = {
  git: ['github.com'],
  charts: ['grafana.github.io', 'charts.example.com'],
  // Docker Hub's registry has other names than its images.
  registries: ['ghcr.io', 'docker.io', 'registry-1.docker.io', 'index.docker.io'],
} as const;

/** Every mirrored host name. */
export const allMirroredHosts: readonly string[] = Object.values(mirroredHosts).flat();

export interface SourceServers {
  readonly gitUrl: string;
  readonly chartsUrl: string;
  readonly eventsUrl: string;
  /** For HTTPS_PROXY of a controller. */
  readonly proxyUrl: string;
  close(): void;
}

/**
 * Serves `folder/git` and `folder/charts` (below them a folder per host, as in the URL), and the registry at a loopback
 * port. `folder/pki` holds the certificate of the mirrored hosts.
 */
export async function startSourceServers(folder: string, registryPort: number): Promise<SourceServers> {
  const servers: Server[] = [];
  const start = async (server: Server) => {
    servers.push(server);
    return listen(server);
  };
  const url = async (handler: RequestListener) => `http://127.0.0.1:${await start(httpServer(handler))}`;
  const pki = (name: string) => readFileSync(join(folder, 'pki', name));
  const hosts = new Map<string, RequestListener>([
    ...mirroredHosts.git.map((host) => [host, gitHandler(join(folder, 'git', host))] as const),
    ...mirroredHosts.charts.map((host) => [host, fileHandler(join(folder, 'charts', host))] as const),
    ...mirroredHosts.registries.map((host) => [host, forwardHandler(registryPort)] as const),
  ]);
  const mirrorPort = await start(mirrorServer({ cert: pki('tls.crt'), key: pki('tls.key') }, hosts));
  const proxy = connectProxy((host, port) => (hosts.has(host) && port === 443 ? mirrorPort : undefined));
  return {
    gitUrl: await url(gitHandler(join(folder, 'git', '127.0.0.1'))),
    chartsUrl: `${await url(fileHandler(join(folder, 'charts', '127.0.0.1')))}/charts`,
    eventsUrl: await url(eventHandler()),
    proxyUrl: `http://127.0.0.1:${await start(proxy)}`,
    close() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}
