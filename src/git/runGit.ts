/**
 * The `git` program, run so that it only reads and asks nothing: no network, no hook, no pager, no question, whatever the
 * environment or the configuration of the repository says. Knows no command of Git's and writes nothing.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { cancelled, Failure } from '../base/failure.ts';

export interface GitOptions {
  /** Path of the program; `git` by default, found as the system finds programs. */
  readonly program?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** What a user says with these is about Git itself; any other `GIT_…` (a hook's GIT_DIR) would lead to another repository. */
const kept: ReadonlySet<string> = new Set([
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_SYSTEM',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_EXEC_PATH',
]);

function environment(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  const own = Object.entries(env).filter(([name]) => !name.toUpperCase().startsWith('GIT_') || kept.has(name));
  return {
    ...Object.fromEntries(own),
    // Its messages are read below.
    LC_ALL: 'C',
    LANGUAGE: '',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    // An object that a partial clone lacks would be fetched by a command that the repository's own configuration names. An
    // older Git does not know the first (it came with the security releases of May 2024), but allows no protocol that is not
    // listed in the second.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
    // Flux's controllers know no replacements.
    GIT_NO_REPLACE_OBJECTS: '1',
  };
}

/** Starts `git -C root …`. The caller ends it. A failure to start arrives as its event `error`: see `startFailure`. */
export function startGit(
  root: string,
  args: readonly string[],
  options: GitOptions = {},
): ChildProcessWithoutNullStreams {
  const { program = 'git', env = process.env } = options;
  return spawn(program, ['--no-pager', '-c', 'core.fsmonitor=false', '-C', root, ...args], {
    // Not the repository: Windows looks for programs there first.
    cwd: dirname(process.execPath),
    env: environment(env),
    windowsHide: true,
    stdio: 'pipe',
  });
}

interface RunOptions extends GitOptions {
  /** Ends the process. */
  readonly signal?: AbortSignal | undefined;
  /** Bytes of output above which the process is ended with `invalid`. */
  readonly maxBytes?: number;
}

/** Runs one command to its end and gives its output. Throws a `Failure` in words that a person can act on. */
export function runGit(root: string, args: readonly string[], options: RunOptions = {}): Promise<Buffer> {
  const { signal, maxBytes = 1024 * 1024 } = options;
  const what = `git ${args[0] ?? ''}`;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(cancelled(what));
      return;
    }
    const child = startGit(root, args, options);
    const chunks: Buffer[] = [];
    let size = 0;
    let errors = '';
    let stopped: Failure | undefined;
    const stop = (failure: Failure): void => {
      stopped ??= failure;
      child.kill('SIGKILL');
    };
    const abort = (): void => stop(cancelled(what));
    signal?.addEventListener('abort', abort, { once: true });
    child.stdin.on('error', () => undefined); // it ended without reading: its exit says why
    child.stdin.end();
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxBytes) {
        stop(new Failure('invalid', `${what} answered more than ${Math.round(maxBytes / 1_000_000)} MB`));
      }
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(0, 4096);
    });
    child.once('error', (error) => {
      signal?.removeEventListener('abort', abort);
      reject(stopped ?? startFailure(error, options.program));
    });
    child.once('close', (code) => {
      signal?.removeEventListener('abort', abort);
      if (stopped !== undefined || code !== 0) {
        reject(stopped ?? exitFailure(root, what, errors));
      } else {
        resolve(Buffer.concat(chunks));
      }
    });
  });
}

/** The program could not be started. */
export function startFailure(error: Error, program = 'git'): Failure {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') {
    return new Failure('notFound', `the program ${program} was not found; commits are read with Git`, { cause: error });
  }
  const reason = code === 'EACCES' || code === 'EPERM' ? 'forbidden' : 'unreachable';
  return new Failure(reason, `${program} could not be started: ${error.message}`, { cause: error });
}

/** The program ended with an error and these words. */
export function exitFailure(root: string, what: string, errors: string): Failure {
  if (/not a git repository|cannot change to/i.test(errors)) {
    return new Failure('notFound', `${root} is in no Git repository`);
  }
  if (/dubious ownership/i.test(errors)) {
    return new Failure(
      'forbidden',
      `${root} belongs to another user, so Git does not read it; git config --global --add safe.directory names it as trusted`,
    );
  }
  const line = /^(?:fatal|error): (?<words>.*)$/m.exec(errors)?.groups?.['words'];
  return new Failure('invalid', `${what} failed${line === undefined ? '' : `: ${line}`}`);
}
