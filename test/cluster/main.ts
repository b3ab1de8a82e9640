/**
 * The test cluster from the command line, one for each user of the machine:
 *
 *   npm run cluster -- up [--detach] [--homelab]   start; stays in front until Ctrl-C or `down` unless detached;
 *                                                  --homelab brings the sample repository into its cluster
 *   npm run cluster -- env                         lines for the shell: KUBECONFIG, PATH, addresses
 *   npm run cluster -- reset                       throw it away and start anew (takes the flags of `up`)
 *   npm run cluster -- down                        end it and remove everything
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { isAlive } from '../../scripts/processes.ts';
import { clusterObstacle } from './build.ts';
import { startCluster } from './cluster.ts';
import { type ClusterInfo } from './clusterHandle.ts';
import { homelabOptions, installHomelab } from './homelab.ts';
import { defaultStateFile, readState, removeState, writeState } from './stateFile.ts';
import { until } from './until.ts';

const stateFile = defaultStateFile();
const usage = 'usage: npm run cluster -- up [--detach] [--homelab] | env | reset [--detach] [--homelab] | down';

interface Flags {
  readonly detach: boolean;
  readonly homelab: boolean;
}

async function up(flags: Flags): Promise<void> {
  const running = readState(stateFile);
  if (running !== undefined) {
    throw new Error(`a cluster is up already (process ${running.pid}); \`reset\` starts a new one`);
  }
  await (flags.detach ? upDetached(flags) : upInFront(flags));
}

async function upInFront(flags: Flags): Promise<void> {
  const end = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => end.abort(new Error(`ended by ${signal}`)));
  }
  const cluster = await startCluster({ ...homelabOptions, log: console.log, signal: end.signal });
  try {
    if (flags.homelab) {
      await installHomelab(cluster, { log: console.log });
    }
    writeState(stateFile, cluster);
    console.log(shellLines(cluster));
    if (!end.signal.aborted) {
      await once(end.signal, 'abort');
    }
  } finally {
    await cluster.stop();
    removeState(stateFile);
  }
}

/** The same in a process of its own, which outlives this one; its log is shown if it does not come up. */
async function upDetached(flags: Flags): Promise<void> {
  const logFile = `${stateFile}.log`;
  const log = openSync(logFile, 'w', 0o600);
  const child = spawn(process.execPath, [import.meta.filename, 'up', ...(flags.homelab ? ['--homelab'] : [])], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  try {
    // A cold build takes minutes.
    await until('the cluster', () => existsSync(stateFile) || child.exitCode !== null, { seconds: 1800 });
    const text = readFileSync(logFile, 'utf8').trim();
    if (child.exitCode !== null) {
      throw new Error(`the cluster did not come up:\n${text}`);
    }
    console.log(text);
  } finally {
    rmSync(logFile, { force: true });
  }
}

async function down(): Promise<void> {
  const running = readState(stateFile);
  if (running === undefined) {
    console.log('no cluster is up');
    return;
  }
  process.kill(running.pid, 'SIGTERM');
  await until('the end of the cluster', () => !existsSync(stateFile) && !isAlive(running.pid));
}

function shellLines(info: ClusterInfo): string {
  const variables = {
    KUBECONFIG: info.kubeconfig,
    GIT_URL: info.gitUrl,
    HELM_URL: info.helmUrl,
    OCI_HOST: info.ociHost,
  };
  const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  return [
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`),
    `export PATH=${quoted(info.programs)}:"$PATH"`,
    'kubectl() { controlplane kubectl "$@"; }',
  ].join('\n');
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { detach: { type: 'boolean', default: false }, homelab: { type: 'boolean', default: false } },
  });
  const obstacle = clusterObstacle();
  if (obstacle !== undefined) {
    throw new Error(obstacle);
  }
  switch (positionals[0]) {
    case 'up':
      return up(values);
    case 'reset':
      await down();
      return up(values);
    case 'down':
      return down();
    case 'env': {
      const running = readState(stateFile);
      if (running === undefined) {
        throw new Error('no cluster is up; start one with `npm run cluster -- up`');
      }
      console.log(shellLines(running));
      return;
    }
    default:
      throw new Error(usage);
  }
}

try {
  await main();
} catch (error) {
  console.error(`cluster: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
