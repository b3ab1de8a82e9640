/** The command line program as a process of its own, and a repository on disk for it: what a user's shell would show. */
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
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

/** Ended by the caller where it would not end by itself. */
export async function startCli(args: readonly string[], { folder, env, program }: CliOptions): Promise<RunningCli> {
  const { modulePath, sha256 } = await builtEngineFiles();
  const child = spawn(process.execPath, [program ?? join(projectRoot, 'src', 'cli', 'main.ts'), ...args], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      DRIFTLINE_ENGINE: modulePath,
      DRIFTLINE_ENGINE_SHA256: sha256,
      ...env,
    },
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
