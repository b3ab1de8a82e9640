/** Processes as the operating system lists them: which are in a group, and how a group is ended without a remainder. */
import { type ChildProcess, execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Program and arguments, joined with spaces. */
  readonly command: string;
}

/** Whether a process of that id runs; one that ended and that nobody has waited for counts as ended. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) {
    return false;
  }
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return process.platform !== 'linux' || readProc(pid) !== undefined;
}

function readProc(pid: number): ProcessEntry | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name stands in parentheses and may hold anything, so fields are counted after the last one.
    const [state, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') {
      return undefined;
    }
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
    return { pid, parent: Number(parent), group: Number(group), command };
  } catch {
    return undefined; // ended between the listing and the look
  }
}

/** Every process of this machine that can be seen. Reads /proc where there is one (slim images have no `ps`). */
export function listProcesses(): ProcessEntry[] {
  if (process.platform === 'linux') {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readProc(Number(name)))
      .filter((entry) => entry !== undefined);
  }
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,args='], { encoding: 'utf8' });
  return table.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line);
    return match === null || match[4]?.startsWith('Z') === true
      ? []
      : [{ pid: Number(match[1]), parent: Number(match[2]), group: Number(match[3]), command: match[5] ?? '' }];
  });
}

/**
 * The processes that are in the group of `leader` or descend from one that is, `leader` included: a terminal or a
 * browser's zygote makes a group of its own below it.
 */
export function processTree(leader: number, all: readonly ProcessEntry[] = listProcesses()): ProcessEntry[] {
  const found = new Map(
    all.filter((entry) => entry.group === leader || entry.pid === leader).map((entry) => [entry.pid, entry]),
  );
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const entry of all) {
      if (found.has(entry.parent)) {
        found.set(entry.pid, entry);
      }
    }
  }
  return [...found.values()];
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
      throw error;
    }
  }
}

/**
 * Ends a child that was started with `detached: true`, and with it everything in its process group: first by request,
 * after `graceMs` by force. Resolves when the whole group is gone. Harmless when it has ended already.
 */
export async function stopGroup(child: ChildProcess, graceMs = 3000): Promise<void> {
  const leader = child.pid;
  if (leader === undefined) {
    return; // it never started
  }
  if (process.platform === 'win32') {
    child.kill();
    return;
  }
  const ended =
    child.exitCode !== null || child.signalCode !== null
      ? Promise.resolve()
      : new Promise<void>((resolve) => child.once('exit', () => resolve()));
  signalGroup(leader, 'SIGTERM');
  const force = setTimeout(() => signalGroup(leader, 'SIGKILL'), graceMs);
  await ended;
  clearTimeout(force);
  signalGroup(leader, 'SIGKILL'); // members that outlive their leader
  // A signal is delivered when its process runs next, which on a busy machine is later than the look of our caller.
  while (listProcesses().some((entry) => entry.group === leader)) {
    await pause(5);
  }
}
