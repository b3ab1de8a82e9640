/** Runs `go` for the render engine, in its folder and with an environment that gives the same result everywhere. */
import { type ExecFileException, execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from './projectRoot.ts';

/** The Go module of the render engine. */
export const engineSources: string = join(projectRoot, 'engine');

function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    CGO_ENABLED: '0',
    GOOS: 'wasip1',
    GOARCH: 'wasm',
    GOWASM: '',
    GOWORK: 'off',
    GOFLAGS: '-mod=readonly',
    GOEXPERIMENT: '',
  };
}

/** `go1.26.8`; `undefined` and why where there is no Go. */
export function goVersion(): { readonly version: string } | { readonly version: undefined; readonly problem: string } {
  const asked = spawnSync('go', ['env', 'GOVERSION'], { cwd: engineSources, env: environment(), encoding: 'utf8' });
  if (asked.error !== undefined) {
    return { version: undefined, problem: 'there is no Go on this machine' };
  }
  const version = asked.stdout.trim();
  if (asked.status !== 0 || !version.startsWith('go')) {
    return { version: undefined, problem: `\`go env\` says: ${asked.stderr.trim().split('\n').at(-1) ?? 'nothing'}` };
  }
  return { version };
}

/** Resolves to what the command prints; throws with the end of what it complains about. */
export async function go(...args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('go', args, {
      cwd: engineSources,
      env: environment(),
      maxBuffer: 1 << 26,
    });
    return stdout.trim();
  } catch (error) {
    const { stderr } = error as ExecFileException;
    throw new Error(`go ${args[0] ?? ''} failed:\n${(stderr ?? String(error)).trim().slice(-4000)}`, { cause: error });
  }
}
