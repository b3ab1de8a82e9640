/**
 * A Kubernetes cluster with the Flux controllers on loopback, as plain processes: real API server, etcd, control loops,
 * scheduler, source-, kustomize- and helm-controller; nodes and pods are kwok's, so containers do not run. Knows nothing of
 * Driftline.
 */
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isAlive } from '../../scripts/processes.ts';
import { buildPrograms, clusterVersions, controllerNames } from './build.ts';
import { ChildProcesses } from './childProcesses.ts';
import { type ClusterInfo, type TestCluster, connectCluster } from './clusterHandle.ts';
import {
  type Ports,
  type ServerFiles,
  apiServerArguments,
  controllerManagerArguments,
  egressConfig,
  etcdArguments,
  fluxArguments,
  fluxEnvironment,
  kwokArguments,
  newServiceAccountKey,
  schedulerArguments,
} from './controlPlane.ts';
import { applyDefinitions, applyStandIns, artifactPodPort, connectLogs, kwokConfig } from './fluxInstallation.ts';
import { connectProxy, freePorts, listen } from './servers.ts';
import { type SourceServers, allMirroredHosts, startSourceServers } from './sourceServers.ts';
import { until } from './until.ts';
import { type UserName, applyRoles, kubeconfigText, newTokens, tokenFile, userNames } from './users.ts';

const run = promisify(execFile);
const prefix = 'driftline-cluster-';

export interface ClusterOptions {
  /** Names of the fake nodes, with their labels. One node without labels by default. */
  readonly nodes?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Name of the context in the kubeconfigs, `test` by default. */
  readonly context?: string;
  /** Is told each step, and of a process that ends by itself. */
  readonly log?: (line: string) => void;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal;
}

export interface StartedCluster extends TestCluster {
  /** Ends every process and removes everything. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts a cluster (after building the programs, when that was not done yet) and resolves when its API, its nodes and the
 * controllers are ready: three to five seconds. Whoever starts it stops it; its processes also end with this one.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<StartedCluster> {
  const log = options.log ?? (() => undefined);
  const programs = await buildPrograms(log);
  sweepAbandoned();
  for (let attempt = 1; ; attempt += 1) {
    const start = await Start.begin(programs, options, log);
    try {
      return started(await start.run(), start);
    } catch (error) {
      await start.stop();
      if (attempt === 3 || !(error instanceof Error && error.message.includes(portTaken))) {
        throw error;
      }
      log('a port was taken by another program in the meantime; starting again');
    }
  }
}

/** How programs written in Go put it. */
const portTaken = 'address already in use';

function started(info: ClusterInfo, start: Start): StartedCluster {
  const handle = connectCluster(info);
  return {
    ...handle,
    async stop() {
      handle.close();
      await start.stop();
    },
  };
}

/**
 * Removes the folders of clusters whose process was killed and could not do it. Their names carry the process's id. Another
 * user's cannot be removed and are passed over.
 */
export function sweepAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = name.startsWith(prefix) ? /^(\d+)-/.exec(name.slice(prefix.length))?.[1] : undefined;
    if (owner !== undefined && !isAlive(Number(owner))) {
      removeOwn(join(tmpdir(), name));
    }
  }
}

function removeOwn(folder: string): void {
  if (statSync(folder).uid === userInfo().uid) {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function choosePorts(): Promise<Ports> {
  const [etcd, etcdPeer, api, kubelet, registry, artifacts, source, kustomize, helm] = (await freePorts(9)) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const health = { 'source-controller': source, 'kustomize-controller': kustomize, 'helm-controller': helm };
  return { etcd, etcdPeer, api, kubelet, registry, artifacts, health };
}

/** One start: the steps share folder, ports and processes. */
class Start {
  readonly #programs: string;
  readonly #options: ClusterOptions;
  readonly #log: (line: string) => void;
  readonly #ports: Ports;
  readonly #folder: string;
  readonly #processes: ChildProcesses;
  readonly #begun = Date.now();
  readonly #tokens = newTokens();
  readonly #closers: (() => void)[] = [];
  #stopped: Promise<void> | undefined;

  private constructor(programs: string, options: ClusterOptions, log: (line: string) => void, ports: Ports) {
    this.#programs = programs;
    this.#options = options;
    this.#log = log;
    this.#ports = ports;
    this.#folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
    for (const name of ['git', 'charts', 'logs', 'home', 'artifacts', 'pki']) {
      mkdirSync(join(this.#folder, name), { mode: 0o700 });
    }
    this.#processes = new ChildProcesses(this.#folder, log);
  }

  static async begin(programs: string, options: ClusterOptions, log: (line: string) => void): Promise<Start> {
    return new Start(programs, options, log, await choosePorts());
  }

  async run(): Promise<ClusterInfo> {
    const files = await this.#writeFiles();
    const sources = await this.#startSources();
    const info = this.#describe(sources);
    const admin = connectCluster(info);
    this.#closers.push(() => admin.close());
    await this.#startApiServer(admin, files);
    this.#startControlLoops(info.kubeconfig, files);
    await Promise.all([
      applyDefinitions(admin.api, this.#programs, this.#options.signal),
      applyRoles(admin.api),
      admin.api.apply('/api/v1/namespaces/flux-system', { apiVersion: 'v1', kind: 'Namespace' }),
      ...this.#applyNodes(admin),
    ]);
    const config = this.#write('kwok.yaml', kwokConfig(this.#programs, this.#ports.artifacts));
    this.#start('kwok', 'kwok', kwokArguments(info.kubeconfig, config, this.#ports, files));
    await this.#startFlux(admin, sources);
    this.#step('controllers ready');
    return { ...info, pids: this.#processes.pids };
  }

  stop(): Promise<void> {
    this.#stopped ??= (async () => {
      await this.#processes.stop();
      for (const close of this.#closers) {
        close();
      }
      rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
    })();
    return this.#stopped;
  }

  #step(what: string): void {
    this.#log(`${((Date.now() - this.#begun) / 1000).toFixed(1)} s  ${what}`);
  }

  #write(name: string, content: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }

  #start(name: string, program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
    this.#processes.start(name, join(this.#programs, program), args, env);
  }

  /** As `until`, but ends at once when one of the processes has: it would only wait for nothing. */
  #until<T>(what: string, ask: () => Promise<T | false | undefined>): Promise<T> {
    const dead = new AbortController();
    const signals = [dead.signal, ...(this.#options.signal ? [this.#options.signal] : [])];
    return until(
      what,
      async () => {
        const { ended } = this.#processes;
        if (ended !== undefined) {
          dead.abort(new Error(`${ended} ended while waiting for ${what}:\n${this.#processes.logTail(ended)}`));
        }
        return ask();
      },
      { seconds: 60, signal: AbortSignal.any(signals) },
    );
  }

  async #writeFiles(): Promise<ServerFiles> {
    const pki = join(this.#folder, 'pki');
    // One authority for the API server, kwok's kubelet and the mirrored hosts.
    const hosts = ['127.0.0.1', 'localhost', ...allMirroredHosts];
    await run(join(this.#programs, 'controlplane'), ['certificate', pki, ...hosts]);
    const socket = join(this.#folder, 'egress.sock');
    const egress = connectProxy((host, port) => {
      if (host === '127.0.0.1') {
        return port; // kwok's kubelet
      }
      return port === artifactPodPort ? this.#ports.artifacts : undefined;
    });
    await listen(egress, socket);
    this.#closers.push(() => {
      egress.closeAllConnections();
      egress.close();
    });
    return {
      tokens: this.#write('tokens.csv', tokenFile(this.#tokens)),
      serviceAccountKey: this.#write('service-account.key', newServiceAccountKey()),
      egress: this.#write('egress.json', egressConfig(socket)),
      certificate: join(pki, 'tls.crt'),
      certificateKey: join(pki, 'tls.key'),
    };
  }

  async #startSources(): Promise<SourceServers> {
    this.#start('registry', 'controlplane', ['registry', `127.0.0.1:${this.#ports.registry}`]);
    const sources = await startSourceServers(this.#folder, this.#ports.registry);
    this.#closers.push(() => sources.close());
    return sources;
  }

  #describe(sources: SourceServers): ClusterInfo {
    const url = `https://127.0.0.1:${this.#ports.api}`;
    const ca = readFileSync(join(this.#folder, 'pki', 'ca.crt'), 'utf8');
    const context = this.#options.context ?? 'test';
    const kubeconfigs = Object.fromEntries(
      userNames.map((user) => {
        const text = kubeconfigText({ url, ca, context }, user, this.#tokens[user]);
        return [user, this.#write(`kubeconfig-${user}`, text)];
      }),
    ) as Record<UserName, string>;
    return {
      pid: process.pid,
      folder: this.#folder,
      programs: this.#programs,
      versions: clusterVersions(),
      context,
      url,
      ca,
      tokens: this.#tokens,
      adminToken: this.#tokens.admin,
      viewerToken: this.#tokens.viewer,
      kubeconfigs,
      kubeconfig: kubeconfigs.admin,
      viewerKubeconfig: kubeconfigs.viewer,
      gitUrl: sources.gitUrl,
      helmUrl: sources.chartsUrl,
      ociHost: `127.0.0.1:${this.#ports.registry}`,
      eventsUrl: sources.eventsUrl,
      artifactsUrl: `http://127.0.0.1:${this.#ports.artifacts}`,
      pids: {},
    };
  }

  async #startApiServer(admin: TestCluster, files: ServerFiles): Promise<void> {
    this.#start('etcd', 'controlplane', etcdArguments(this.#folder, this.#ports));
    this.#start('kube-apiserver', 'controlplane', apiServerArguments(this.#ports, files));
    await this.#until('the API server', async () => (await admin.api.send('GET', '/readyz')).status === 200);
    this.#step('API server ready');
  }

  #startControlLoops(kubeconfig: string, files: ServerFiles): void {
    const ca = join(this.#folder, 'pki', 'ca.crt');
    const manager = controllerManagerArguments(kubeconfig, files.serviceAccountKey, ca);
    this.#start('kube-controller-manager', 'controlplane', manager);
    this.#start('kube-scheduler', 'controlplane', schedulerArguments(kubeconfig));
  }

  #applyNodes(admin: TestCluster): Promise<unknown>[] {
    return Object.entries(this.#options.nodes ?? { 'node-1': {} }).map(([name, labels]) =>
      admin.api.apply(`/api/v1/nodes/${name}`, {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', ...labels } },
      }),
    );
  }

  async #startFlux(admin: TestCluster, sources: SourceServers): Promise<void> {
    const { kubeconfig, versions } = admin;
    const ca = join(this.#folder, 'pki', 'ca.crt');
    const env = fluxEnvironment({ kubeconfig, ports: this.#ports, proxyUrl: sources.proxyUrl, ca });
    for (const name of controllerNames) {
      this.#start(name, name, fluxArguments(name, this.#folder, this.#ports, sources.eventsUrl), env);
    }
    await applyStandIns(admin.api, versions);
    await connectLogs(admin.api, (controller) => this.#processes.logFile(controller), this.#options.signal);
    for (const name of controllerNames) {
      const ready = `http://127.0.0.1:${this.#ports.health[name]}/readyz`;
      await this.#until(name, async () => (await fetch(ready)).ok);
    }
  }
}

/** Whether the process that holds this cluster still runs. */
export function isClusterAlive(info: ClusterInfo): boolean {
  return isAlive(info.pid) && existsSync(info.folder);
}
