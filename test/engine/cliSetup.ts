/** The command line program as a process of its own, and a repository on disk for it: what a user's shell would show. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { builtEngineFiles } from '../support/realEngine.ts';

export type Files = Readonly<Record<string, string>>;

/** In a folder of its own, with one commit. Removed by who made it. */
export class WorkTree {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  static async make(files: Files): Promise<WorkTree> {
    const tree = new WorkTree(await realpath(await mkdtemp(join(tmpdir(), 'driftline-cli-'))));
    await tree.write(files);
    await tree.git('init', '-q', '-b', 'main');
    await tree.commit();
    return tree;
  }

  async write(files: Files): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.root, path)), { recursive: true });
      await writeFile(join(this.root, path), text);
    }
  }

  async commit(): Promise<void> {
    await this.git('add', '-A');
    await this.git('-c', 'user.name=ada', '-c', 'user.email=ada@example.com', 'commit', '-q', '-m', 'state');
  }

  async git(...args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)('git', ['-C', this.root, ...args]);
    return stdout.trim();
  }

  remove(): Promise<void> {
    return rm(this.root, { recursive: true, force: true });
  }
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly messages: string;
}

export interface CliOptions {
  /** Where the user is. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A built program; default: the sources. */
  readonly program?: string;
}

export interface RunningCli {
  readonly output: Readable;
  readonly ended: Promise<Ended>;
  interrupt(): void;
}

const sources = join(projectRoot, 'src', 'cli', 'main.ts');

async function engineEnv(folder: string): Promise<NodeJS.ProcessEnv> {
  const { modulePath, sha256 } = await builtEngineFiles();
  const engine = { DRIFTLINE_ENGINE: modulePath, DRIFTLINE_ENGINE_SHA256: sha256 };
  return { PATH: process.env['PATH'], HOME: folder, ...engine };
}

/** With results going to a file that can be read alone, as to a disk that is full: writing fails. */
export async function runCliUnwritable(
  args: readonly string[],
  { folder }: CliOptions,
): Promise<{ readonly code: number | null; readonly messages: string }> {
  const file = await open(sources, 'r');
  try {
    const stdio = ['ignore', file.fd, 'pipe'] as const;
    const child = spawn(process.execPath, [sources, ...args], {
      cwd: folder,
      env: await engineEnv(folder),
      stdio: [...stdio],
    });
    let messages = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (messages += text));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, messages };
  } finally {
    await file.close();
  }
}

/** Ended by the caller where it would not end by itself. */
export async function startCli(args: readonly string[], { folder, env, program }: CliOptions): Promise<RunningCli> {
  const child = spawn(process.execPath, [program ?? sources, ...args], {
    cwd: folder,
    env: { ...(await engineEnv(folder)), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { output: '', messages: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (written.output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (written.messages += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...written }));
  });
  return { output: child.stdout, ended, interrupt: () => child.kill('SIGINT') };
}

export async function runCli(args: readonly string[], options: CliOptions): Promise<Ended> {
  const { ended } = await startCli(args, options);
  return ended;
}
