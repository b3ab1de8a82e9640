/** Real repositories in a temporary folder, made with the `git` program, for tests of what reads them. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Disposable } from '../../../src/base/disposables.ts';

const time = '2026-01-01T00:00:00Z';

/** Nothing of the machine's own configuration, and the same hashes in every run. */
const env = {
  PATH: process.env['PATH'],
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_AUTHOR_DATE: time,
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.com',
  GIT_COMMITTER_DATE: time,
};

export class GitRepository implements Disposable {
  readonly root: string;

  constructor(root = mkdtempSync(join(tmpdir(), 'driftline-git-'))) {
    this.root = root;
    this.git('init', '--quiet', '--initial-branch=main');
  }

  /** Runs Git in the repository; its output without the last line feed. */
  git(...args: readonly string[]): string {
    return this.gitWith('', ...args);
  }

  gitWith(input: string | Buffer, ...args: readonly string[]): string {
    return execFileSync('git', ['-C', this.root, ...args], { env, input, encoding: 'utf8', stdio: 'pipe' }).trimEnd();
  }

  write(path: string, content: string | Uint8Array): void {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  /** Commits the work tree as it is; the commit's id. */
  commit(message = 'Change'): string {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '-m', message);
    return this.git('rev-parse', 'HEAD');
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
