/** Clusters begin and end whole: nothing is left behind, by whatever death, and two do not get in each other's way. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { isAlive } from '../../scripts/processes.ts';
import { startCluster } from './cluster.ts';
import { type ClusterInfo } from './clusterHandle.ts';
import { readState, stateVariable } from './stateFile.ts';
import { until } from './until.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'driftline-lifecycle-'));
const main = join(import.meta.dirname, 'main.ts');
const stateFile = join(folder, 'state.json');
const environment = { ...process.env, [stateVariable]: stateFile };
const command = (...args: readonly string[]) => run(process.execPath, [main, ...args], { env: environment });

/**
 * A detached cluster outlives who started it, on purpose; when a run of these tests is killed it must not. The guard is a
 * process whose standard input ends with this one. Then it ends what the state file names, or comes to name: a cluster that
 * was about to come up does so.
 */
function startGuard(): ChildProcess {
  const code = `
    const end = () => {
      try { process.kill(JSON.parse(require('node:fs').readFileSync(process.argv[1], 'utf8')).pid, 'SIGTERM'); } catch {}
    };
    process.stdin.resume().on('end', () => { setInterval(end, 1000); setTimeout(() => process.exit(), 60_000); end(); });`;
  return spawn(process.execPath, ['-e', code, stateFile], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
}

const guard = startGuard();
after(async () => {
  const exit = once(guard, 'exit');
  guard.kill();
  await exit;
  rmSync(folder, { recursive: true, force: true });
});

/** Folders of the clusters that this process holds. */
function clusterFolders(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`driftline-cluster-${process.pid}-`));
}

function assertGone(info: Pick<ClusterInfo, 'pids' | 'folder'>): void {
  const left = Object.entries(info.pids).filter(([, pid]) => isAlive(pid));
  assert.deepEqual(left, [], 'processes');
  assert.equal(existsSync(info.folder), false, info.folder);
}

test('a stopped cluster leaves nothing; stopping twice is harmless', async () => {
  const cluster = await startCluster();
  await Promise.all([cluster.stop(), cluster.stop()]);
  assertGone(cluster);
});

test('two clusters run side by side and know nothing of each other', async () => {
  const clusters = await Promise.all([startCluster({ context: 'one' }), startCluster({ context: 'two' })]);
  try {
    const [one, two] = clusters;
    await one.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'mine' } });
    assert.equal(await two.api.find('/api/v1/namespaces/mine'), undefined);
    assert.equal((await two.exec('kubectl', 'config', 'current-context')).trim(), 'two');
  } finally {
    await Promise.all(clusters.map((cluster) => cluster.stop()));
  }
});

test('a start that is called off leaves nothing', async () => {
  const before = clusterFolders();
  const off = new AbortController();
  const steps: string[] = [];
  await assert.rejects(
    startCluster({
      signal: off.signal,
      log: (line) => {
        steps.push(line);
        if (line.includes('API server ready')) {
          off.abort(new Error('called off'));
        }
      },
    }),
    /called off/,
  );
  assert.deepEqual(
    steps.filter((line) => line.includes('ended by itself')),
    [],
  );
  assert.deepEqual(clusterFolders(), before);
});

test("a start that fails tells the server's words and leaves nothing", async () => {
  const before = clusterFolders();
  await assert.rejects(startCluster({ nodes: { 'Not a name': {} } }), /nodes\/Not a name.*40[04]|Invalid/s);
  assert.deepEqual(clusterFolders(), before);
});

test('up, env, down on the command line', async () => {
  await assert.rejects(command('env'), (error: { stderr?: string }) => /no cluster is up/.test(error.stderr ?? ''));
  const { stdout } = await command('up', '--detach');
  assert.match(stdout, /controllers ready/);
  assert.equal(statSync(stateFile).mode & 0o777, 0o600, 'the state holds tokens');
  const info = readState(stateFile);
  assert(info !== undefined);
  try {
    await assert.rejects(command('up'), (error: { stderr?: string }) => /up already/.test(error.stderr ?? ''));
    const { stdout: lines } = await command('env');
    const shell = `${lines}\nflux --version && kubectl get nodes -o name && echo "$HELM_URL"`;
    const { stdout: answer } = await run('bash', ['-ec', shell]);
    assert.equal(answer, `flux version ${info.versions.flux}\nnode/node-1\nnode/node-2\n${info.helmUrl}\n`);
    await command('reset', '--detach');
    assertGone(info);
    assert.notEqual(readState(stateFile)?.pid, info.pid);
  } finally {
    await command('down');
  }
  assert.equal(existsSync(stateFile), false);
  assert.match((await command('down')).stdout, /no cluster is up/);
});

test('a killed parent takes all processes with it, and the next look removes the folder', async () => {
  const info = await startInFront();
  process.kill(info.pid, 'SIGKILL');
  await until('the end of the processes', () => Object.values(info.pids).every((pid) => !isAlive(pid)));
  assert.equal(existsSync(info.folder), true, 'nobody was left to remove it');
  assert.equal(readState(stateFile), undefined);
  assertGone(info);
});

test('Ctrl-C ends a cluster in front', async () => {
  const info = await startInFront('SIGINT');
  assertGone(info);
  assert.equal(existsSync(stateFile), false);
});

test('without Go and without built programs, one line says so', async () => {
  const bin = join(folder, 'bin');
  await run('mkdir', ['-p', bin]);
  // git and setpriv are found, Go is not.
  const withoutGo = (process.env['PATH'] ?? '').split(delimiter).filter((entry) => !existsSync(join(entry, 'go')));
  const env = { ...environment, PATH: [bin, ...withoutGo].join(delimiter), XDG_CACHE_HOME: join(folder, 'empty') };
  await assert.rejects(
    run(process.execPath, [main, 'up'], { env }),
    (error: { stderr?: string }) =>
      error.stderr ===
      'cluster: Go 1.26 or newer is needed to build the test cluster; there is no Go on this machine.\n',
  );
  // One that is too old is named with its version.
  writeFileSync(join(bin, 'go'), '#!/bin/sh\necho go1.21.3\n', { mode: 0o755 });
  await assert.rejects(run(process.execPath, [main, 'up'], { env }), (error: { stderr?: string }) =>
    /this machine has go1\.21\.3/.test(error.stderr ?? ''),
  );
});

test('a wrong command says what there is', async () => {
  await assert.rejects(command('start'), (error: { stderr?: string }) => /usage: .*up.*down/.test(error.stderr ?? ''));
});

/** Starts `up` in front; with a signal, sends it once the cluster is up and waits for the end. */
async function startInFront(signal?: NodeJS.Signals): Promise<ClusterInfo> {
  const child: ChildProcess = spawn(process.execPath, [main, 'up'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: dirname(main),
  });
  for await (const line of createInterface({ input: child.stdout! })) {
    if (line.startsWith('export PATH=')) {
      break;
    }
  }
  const info = readState(stateFile);
  assert(info !== undefined);
  if (signal !== undefined) {
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }
  return info;
}
