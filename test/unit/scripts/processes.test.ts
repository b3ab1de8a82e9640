/** Processes are listed and ended as whole groups; locks of dead processes hold nobody up. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, describe, it } from 'node:test';
import { withFileLock } from '../../../scripts/fileLock.ts';
import { type ProcessEntry, isAlive, listProcesses, processTree, stopGroup } from '../../../scripts/processes.ts';
import { makeRunFolder } from '../../../scripts/runFolder.ts';

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'driftline-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A process of its own group with a child; resolves with the child's id when both run. */
async function startFamily(
  t: TestContext,
  onTerm: 'ends' | 'ignores',
): Promise<{ parent: ChildProcess; child: number }> {
  const inner = `${onTerm === 'ignores' ? "process.on('SIGTERM', () => {});" : ''} setInterval(() => {}, 1000); console.log('up');`;
  const outer = `const c = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(inner)}], { stdio: ['ignore', 'pipe', 'ignore'] });
    c.stdout.once('data', () => console.log(c.pid)); setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['-e', outer], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => stopGroup(parent, 0));
  const [data] = (await once(parent.stdout, 'data')) as [Buffer];
  return { parent, child: Number(String(data)) };
}

/** An id that was a process's and is no longer. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid!;
}

describe('processes', () => {
  it('a living one is alive, a dead one and nonsense are not', async () => {
    assert.equal(isAlive(process.pid), true);
    assert.equal(isAlive(await deadPid()), false);
    for (const nonsense of [0, -1, Number.NaN, 1.5]) {
      assert.equal(isAlive(nonsense), false);
    }
  });

  it('this one is listed with its parent and its arguments', () => {
    const own = listProcesses().find((entry) => entry.pid === process.pid);
    assert.equal(own?.parent, process.ppid);
    assert.match(own.command, /processes\.test\.ts/);
  });

  it('a tree is the group, and what descends from it in other groups', () => {
    const entry = (pid: number, parent: number, group: number): ProcessEntry => ({ pid, parent, group, command: '' });
    const all = [
      entry(1, 0, 1),
      entry(10, 1, 10),
      entry(11, 10, 10),
      entry(12, 11, 12),
      entry(13, 12, 12),
      entry(20, 1, 20),
    ];
    assert.deepEqual(
      processTree(10, all)
        .map((each) => each.pid)
        .sort(),
      [10, 11, 12, 13],
    );
  });

  it('ending a group ends the children of its leader', async (t) => {
    const { parent, child } = await startFamily(t, 'ends');
    assert.ok(processTree(parent.pid!).some((entry) => entry.pid === child));
    await stopGroup(parent);
    assert.equal(isAlive(parent.pid!), false);
    assert.deepEqual(processTree(parent.pid!), []);
  });

  it('ending a group twice, or one that never started, is harmless', async (t) => {
    const { parent } = await startFamily(t, 'ends');
    await stopGroup(parent);
    await stopGroup(parent);
    const missing = spawn('/nowhere/program');
    missing.on('error', () => undefined);
    await stopGroup(missing);
  });
});

describe('a lock', () => {
  it('lets one work at a time, in this process and in others', async (t) => {
    const path = join(temporaryFolder(t), 'sub', 'lock');
    const running: string[] = [];
    const work = async (name: string) => {
      running.push(`${name} in`);
      await new Promise((resolve) => setImmediate(resolve));
      running.push(`${name} out`);
      return name;
    };
    const results = await Promise.all(
      ['a', 'b', 'c'].map((name) => withFileLock(path, () => work(name), { pollMs: 1 })),
    );
    assert.deepEqual(results, ['a', 'b', 'c']);
    for (let at = 0; at < running.length; at += 2) {
      assert.equal(running[at]?.replace(' in', ''), running[at + 1]?.replace(' out', ''));
    }
    assert.equal(existsSync(path), false);
  });

  it('says once whom it waits for', async (t) => {
    const path = join(temporaryFolder(t), 'lock');
    const waited: string[] = [];
    const release = Promise.withResolvers<undefined>();
    const taken = Promise.withResolvers<undefined>();
    const first = withFileLock(path, () => {
      taken.resolve(undefined);
      return release.promise;
    });
    await taken.promise;
    const onWait = (owner: string) => {
      waited.push(owner);
      release.resolve(undefined);
    };
    await withFileLock(path, () => Promise.resolve(), { pollMs: 1, onWait });
    await first;
    assert.deepEqual(waited, [String(process.pid)]);
  });

  it('is given back when the work fails', async (t) => {
    const path = join(temporaryFolder(t), 'lock');
    await assert.rejects(
      withFileLock(path, () => Promise.reject(new Error('broke'))),
      /broke/,
    );
    assert.equal(existsSync(path), false);
  });

  it('of a process that has died is taken over', async (t) => {
    const path = join(temporaryFolder(t), 'lock');
    writeFileSync(path, String(await deadPid()));
    const owner = await withFileLock(path, () => Promise.resolve(readFileSync(path, 'utf8')), { pollMs: 1 });
    assert.equal(owner, String(process.pid));
  });
});

describe('the folder of a run', () => {
  it('is empty, and those of dead processes are gone', async (t) => {
    const parent = temporaryFolder(t);
    const dead = join(parent, String(await deadPid()));
    const living = join(parent, String(process.ppid));
    for (const folder of [dead, living, join(parent, String(process.pid))]) {
      mkdirSync(join(folder, 'left'), { recursive: true });
    }
    const folder = await makeRunFolder('start', parent);
    assert.equal(folder, join(parent, String(process.pid)));
    assert.deepEqual([existsSync(dead), existsSync(living), existsSync(join(folder, 'left'))], [false, true, false]);
  });
});
