/**
 * Runs Mocha inside the extension host and writes what happened to the file that `DRIFTLINE_TEST_RESULTS` names.
 * The only file of the runner that is bundled with the tests; it must not import anything of VS Code.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { findSourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { HostResults, HostTest } from './hostResults.ts';

/** A test file: its path for messages, and how its body is run. */
export interface TestFile {
  readonly path: string;
  readonly load: () => Promise<unknown>;
}

/** Lines with this mark are the suite's own; all other output is of VS Code and its extensions. */
const mark = '[test] ';

function say(line: string): void {
  console.log(mark + line);
}

/** Names the sources in a stack of the bundle. VS Code formats stacks itself, so Node's own mapping does not come to act. */
function mapStack(stack: string): string {
  return stack.replaceAll(/(\/[^\s():]+\.cjs):(\d+):(\d+)/g, (place, file: string, line: string, column: string) => {
    const entry = findSourceMap(file)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry === undefined || !('originalSource' in entry)) {
      return place;
    }
    const { originalSource, originalLine, originalColumn } = entry;
    const source = originalSource.startsWith('file:') ? fileURLToPath(originalSource) : originalSource;
    return `${source}:${originalLine + 1}:${originalColumn + 1}`;
  });
}

function record(runner: Mocha.Runner, file: string): void {
  const tests: HostTest[] = [];
  const write = (rest: Omit<HostResults, 'tests'>) => {
    // Renamed into place: a host that is killed now leaves the report of a moment ago, not half a file.
    writeFileSync(`${file}.new`, JSON.stringify({ ...rest, tests }));
    renameSync(`${file}.new`, file);
  };
  const add = (test: HostTest, sign: string) => {
    tests.push(test);
    say(`${sign} ${test.title}${test.ms > 1000 ? ` (${test.ms} ms)` : ''}`);
    if (test.error !== undefined) {
      say(test.error.replaceAll(/^/gm, '    '));
    }
    write({ complete: false });
  };
  const describeTest = (test: Mocha.Runnable) => ({ title: test.titlePath().join(' › '), ms: test.duration ?? 0 });
  write({ complete: false });
  runner.on('test', (test: Mocha.Test) => write({ complete: false, running: describeTest(test).title }));
  runner.on('pass', (test: Mocha.Test) => add({ ...describeTest(test), state: 'passed' }, '✓'));
  runner.on('pending', (test: Mocha.Test) => add({ ...describeTest(test), state: 'skipped' }, '-'));
  runner.on('fail', (test: Mocha.Runnable, error: unknown) => {
    const text = error instanceof Error ? mapStack(error.stack ?? error.message) : String(error);
    add({ ...describeTest(test), state: 'failed', error: text }, '✗');
  });
  runner.on('end', () => write({ complete: true }));
}

/** Rejects when a test failed, which is how VS Code learns of it. */
export async function runMocha(files: readonly TestFile[]): Promise<void> {
  const { default: MochaRunner } = await import('mocha');
  const grep = process.env['DRIFTLINE_TEST_GREP'];
  const mocha = new MochaRunner({ ui: 'bdd', timeout: 120_000, ...(grep === undefined ? {} : { grep }) });
  for (const file of files) {
    // What Mocha does before it loads a file: gives it `describe` and `it`.
    mocha.suite.emit('pre-require', globalThis, file.path, mocha);
    await file.load();
  }
  const results = process.env['DRIFTLINE_TEST_RESULTS'];
  if (results === undefined) {
    throw new Error('DRIFTLINE_TEST_RESULTS must name the file for the results.');
  }
  mocha.reporter(function silent(runner: Mocha.Runner) {
    record(runner, results);
  } as unknown as Mocha.ReporterConstructor);
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) {
    throw new Error(`${failures} failed`);
  }
}
