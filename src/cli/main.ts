/**
 * The program `driftline`: the entry of `dist/cli.cjs`, the one module of it that acts when it is loaded, and the one place
 * where what failed becomes an exit code.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkCodes } from './checkCommand.ts';
import { openBuild } from './openBuild.ts';
import { openDiff } from './openDiff.ts';
import { diffCodes, exitCodes, reportError } from './reportError.ts';
import { runCli } from './runCli.ts';
import { Terminal } from './terminal.ts';

async function main(): Promise<void> {
  const terminal = new Terminal({ output: process.stdout, messages: process.stderr, env: process.env });
  const interrupted = new AbortController();
  // Once each: who presses Ctrl-C again does not want to wait, and Node's own way ends the process.
  process.once('SIGINT', () => interrupted.abort());
  process.once('SIGTERM', () => interrupted.abort());
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => endUnwritten(error, stream === process.stdout, terminal));
  }
  try {
    process.exitCode = await runCli(process.argv.slice(2), {
      terminal,
      folder: process.cwd(),
      version: readVersion,
      open: openBuild,
      openDiff,
      signal: interrupted.signal,
    });
  } catch (error) {
    const code = reportError(error, terminal);
    process.exitCode = process.argv[2] === 'check' && code === exitCodes.failed ? checkCodes.failed : code;
  }
}

/** Nothing that is under way is worth finishing. For `diff` 1 would say that something differs, and half an answer is none. */
function endUnwritten(error: NodeJS.ErrnoException, isOutput: boolean, terminal: Terminal): never {
  if (error.code === 'EPIPE') {
    process.exit(exitCodes.brokenPipe); // `driftline build … | head`: whoever reads has read enough
  }
  if (isOutput) {
    terminal.message('error', `the output cannot be written: ${error.message}`);
  }
  // For `check`, 1 would say that something was found.
  process.exit(process.argv[2] === 'build' ? exitCodes.failed : diffCodes.failed);
}

/** From the package beside the bundle, or above the sources. */
async function readVersion(): Promise<string> {
  for (const folder of ['..', join('..', '..')]) {
    try {
      const text = await readFile(join(import.meta.dirname, folder, 'package.json'), 'utf8');
      const { name, version } = JSON.parse(text) as { readonly name?: unknown; readonly version?: unknown };
      if (name === 'driftline' && typeof version === 'string') {
        return version;
      }
    } catch {
      // not there: the other one is
    }
  }
  return 'of unknown version';
}

void main();
