/**
 * What a test does with a cluster that runs, in this process or another: plain facts that can be written to a file, and the
 * actions over them. It starts and stops nothing.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ApiClient } from './apiClient.ts';
import { type ClusterVersions, type ControllerName } from './build.ts';
import { folderOfUrl } from './servers.ts';
import { type Tokens, type UserName } from './users.ts';

const run = promisify(execFile);

/** Commits and archives carry this time, so that the same content has the same revision in every run. */
const fixedTime = new Date('2026-01-01T00:00:00Z');

/** Facts of a running cluster. Holds tokens: files with it are for their owner alone. */
export interface ClusterInfo {
  /** Process that holds the cluster; all its processes end with that one. */
  readonly pid: number;
  /** Everything that the cluster writes. */
  readonly folder: string;
  /** `controlplane`, `flux`, `helm` and the others. */
  readonly programs: string;
  readonly versions: ClusterVersions;
  readonly context: string;
  readonly url: string;
  /** PEM of the authority that signed the API server's certificate. */
  readonly ca: string;
  readonly tokens: Tokens;
  readonly adminToken: string;
  readonly viewerToken: string;
  /** One file for each user, with one context. */
  readonly kubeconfigs: Readonly<Record<UserName, string>>;
  /** The administrator's. */
  readonly kubeconfig: string;
  readonly viewerKubeconfig: string;
  readonly gitUrl: string;
  /** A Helm repository; `publishChart` fills it. */
  readonly helmUrl: string;
  /** `host:port` of the OCI registry, without TLS. */
  readonly ociHost: string;
  /** GET lists what the controllers posted to their event address. */
  readonly eventsUrl: string;
  readonly artifactsUrl: string;
  readonly pids: Readonly<Record<string, number>>;
}

/** Programs that a cluster does without for a while. */
export type PausedProgram = ControllerName | 'kube-controller-manager' | 'kube-scheduler';

export interface TestCluster extends ClusterInfo {
  /** As administrator. */
  readonly api: ApiClient;
  /** As another user. The handle closes it. */
  as(user: UserName): ApiClient;
  /** Runs a client on the cluster as administrator and resolves to its standard output. */
  exec(program: 'kubectl' | 'flux' | 'helm', ...args: readonly string[]): Promise<string>;
  /**
   * Makes a folder's content the next commit of branch `main` and resolves to its hash. `repository` is a name
   * (`gitUrl/NAME.git`) or the URL of a mirrored host. The same history has the same hashes in every run.
   */
  push(repository: string, folder: string, message?: string): Promise<string>;
  /**
   * Packages a chart and publishes it: into the Helm repository `helmUrl`, another one at a mirrored host, or a registry
   * (`oci://ociHost/PATH` or a mirrored host). `version` replaces the one of Chart.yaml.
   */
  publishChart(folder: string, repository?: string, version?: string): Promise<void>;
  /** Stops a controller in its tracks, as a machine that hangs does; its Deployment does not know. */
  pause(controller: PausedProgram): void;
  resume(controller: PausedProgram): void;
  /** Lets connections go. The cluster goes on. */
  close(): void;
}

/** A handle on a cluster, from its facts. The caller closes it. */
export function connectCluster(info: ClusterInfo): TestCluster {
  const clients: ApiClient[] = [];
  const as = (user: UserName) => {
    const client = new ApiClient({ url: info.url, ca: info.ca, token: info.tokens[user] });
    clients.push(client);
    return client;
  };
  const signal = (controller: PausedProgram, name: NodeJS.Signals) => {
    const pid = info.pids[controller];
    if (pid === undefined) {
      throw new Error(`${controller} has no process here`);
    }
    process.kill(pid, name);
  };
  return {
    ...info,
    api: as('admin'),
    as,
    exec: (program, ...args) => execute(info, program, args),
    push: (repository, folder, message = 'Change') => pushFolder(info, repository, folder, message),
    publishChart: (folder, repository = info.helmUrl, version) => publishChart(info, { folder, repository, version }),
    pause: (controller) => signal(controller, 'SIGSTOP'),
    resume: (controller) => signal(controller, 'SIGCONT'),
    close: () => {
      for (const client of clients) {
        client.close();
      }
    },
  };
}

async function execute(info: ClusterInfo, program: string, args: readonly string[]): Promise<string> {
  const [file, all] = program === 'kubectl' ? ['controlplane', ['kubectl', ...args]] : [program, args];
  const home = join(info.folder, 'home');
  const env = { PATH: process.env['PATH'], HOME: home, KUBECONFIG: info.kubeconfig, NO_COLOR: '1' };
  const { stdout } = await run(join(info.programs, file), all, { env, maxBuffer: 1 << 27 });
  return stdout;
}

async function pushFolder(info: ClusterInfo, repository: string, folder: string, message: string): Promise<string> {
  const url = repository.includes('://') ? repository : `${info.gitUrl}/${repository}`;
  const bare = `${folderOfUrl(join(info.folder, 'git'), url).replace(/\.git$/, '')}.git`;
  const author = { NAME: 'Homelab', EMAIL: 'homelab@example.com', DATE: fixedTime.toISOString() };
  const env = {
    PATH: process.env['PATH'],
    HOME: join(info.folder, 'home'),
    GIT_CONFIG_NOSYSTEM: '1',
    ...Object.fromEntries(
      Object.entries(author).flatMap(([k, v]) => [`AUTHOR`, `COMMITTER`].map((who) => [`GIT_${who}_${k}`, v])),
    ),
  };
  const git = async (...args: readonly string[]) => (await run('git', ['-C', bare, ...args], { env })).stdout.trim();
  if (!existsSync(bare)) {
    await mkdir(bare, { recursive: true });
    await git('init', '--quiet', '--bare', '--initial-branch=main');
    await git('config', 'http.receivepack', 'true');
  }
  // Without a work tree of its own the repository's index can take in any folder.
  await git('--work-tree', folder, 'add', '--all', '--force', '.');
  const tree = await git('write-tree');
  const parent = await git('rev-parse', '--verify', '--quiet', 'refs/heads/main').catch(() => '');
  const commit = await git('commit-tree', tree, ...(parent === '' ? [] : ['-p', parent]), '-m', message);
  await git('update-ref', 'refs/heads/main', commit);
  return commit;
}

async function publishChart(
  info: ClusterInfo,
  chart: { readonly folder: string; readonly repository: string; readonly version: string | undefined },
): Promise<void> {
  const work = await mkdtemp(join(info.folder, 'home', 'chart-'));
  try {
    const copy = join(work, 'chart');
    await cp(chart.folder, copy, { recursive: true });
    for (const entry of await readdir(copy, { recursive: true, withFileTypes: true })) {
      await utimes(join(entry.parentPath, entry.name), fixedTime, fixedTime);
    }
    const versions = chart.version === undefined ? [] : ['--version', chart.version];
    const packed = join(work, 'packed');
    await execute(info, 'helm', ['package', copy, '--destination', packed, ...versions]);
    const [name] = await readdir(packed);
    const archive = join(packed, String(name));
    await utimes(archive, fixedTime, fixedTime);
    if (chart.repository.startsWith('oci://')) {
      const local = chart.repository.replace(/^oci:\/\/[^/]+/, `oci://${info.ociHost}`);
      await execute(info, 'helm', ['push', archive, local, '--plain-http']);
      return;
    }
    const folder = folderOfUrl(join(info.folder, 'charts'), chart.repository);
    await mkdir(folder, { recursive: true });
    await cp(archive, join(folder, String(name)), { preserveTimestamps: true });
    await execute(info, 'helm', ['repo', 'index', folder, '--url', chart.repository]);
    // The index says when it was made, which would give every run another revision.
    const index = join(folder, 'index.yaml');
    const text = await readFile(index, 'utf8');
    await writeFile(index, text.replace(/^(\s*(?:- )?(?:created|generated): ).*$/gm, `$1"${fixedTime.toISOString()}"`));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
