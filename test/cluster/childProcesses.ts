/**
 * The processes of one cluster: started with a log file each, dead whenever this process is. Knows nothing of what they do.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type WriteStream, createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export class ChildProcesses {
  readonly #folder: string;
  readonly #onCrash: (line: string) => void;
  readonly #children = new Map<string, ChildProcess>();
  #stopping = false;

  /** Logs go to `folder/logs`, which must exist. `onCrash` is told of a process that ends before `stop`. */
  constructor(folder: string, onCrash: (line: string) => void) {
    this.#folder = folder;
    this.#onCrash = onCrash;
  }

  /** Process ids by name. */
  get pids(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#children].map(([name, child]) => [name, child.pid ?? 0]));
  }

  logFile(name: string): string {
    return join(this.#folder, 'logs', `${name}.log`);
  }

  /**
   * Starts a program. The kernel kills it when this process ends, in whatever way (a parent-death signal), so a killed test
   * run leaves no cluster behind. It has its own session: a Ctrl-C in the terminal is this process's to handle.
   */
  start(name: string, program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
    const home = join(this.#folder, 'home');
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
      cwd: this.#folder,
      detached: true,
      env: { PATH: process.env['PATH'], HOME: home, TMPDIR: home, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.set(name, child);
    const log = createWriteStream(this.logFile(name));
    for (const output of [child.stdout, child.stderr]) {
      copyLines(output, log);
    }
    child.once('error', (error) => this.#onCrash(`${name} did not start: ${error.message}`));
    child.once('exit', (code, signal) => {
      if (!this.#stopping) {
        this.#onCrash(`${name} ended by itself (${code ?? signal}):\n${this.logTail(name)}`);
      }
    });
  }

  /** The end of a program's log, for messages. */
  logTail(name: string): string {
    try {
      return readFileSync(this.logFile(name), 'utf8').slice(-3000);
    } catch {
      return '(no log)';
    }
  }

  /** The name of a process that has ended, if one has. */
  get ended(): string | undefined {
    return [...this.#children].find(([, child]) => !isRunning(child))?.[0];
  }

  /** Kills all at once: what they hold is thrown away, so there is nothing to save. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const running = [...this.#children.values()].filter(isRunning);
    await Promise.all(
      running.map((child) => {
        const exit = once(child, 'exit');
        child.kill('SIGKILL');
        return exit;
      }),
    );
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/** In the format of the container runtimes' logs, because kwok serves these files as pod logs. */
function copyLines(from: NodeJS.ReadableStream, to: WriteStream): void {
  createInterface({ input: from }).on('line', (line) => {
    to.write(`${new Date().toISOString()} stdout F ${line}\n`);
  });
}
