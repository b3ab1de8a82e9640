/** Runs files of `node:test`, each in a process of its own; prints what failed and counts. */
import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { projectRoot } from '../scripts/projectRoot.ts';
import { type Counts, noTests, sumCounts } from './counts.ts';

export interface NodeTestOptions {
  readonly files: readonly string[];
  /** Files at the same time; default: one for each core. */
  readonly concurrency?: number;
  /** Only tests whose title has this text. */
  readonly grep?: string;
  /** For one file. A file that hangs counts as one failed test more, and the others go on. */
  readonly timeoutMs: number;
  /** Says each test as it ends, for parts that take minutes. */
  readonly progress: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly print: (line: string) => void;
  /** Ends the running files; those that wait are not begun. */
  readonly signal: AbortSignal;
}

/** What reportEvents.js sends. */
type TestEvent =
  | { readonly type: 'start'; readonly name: string; readonly depth: number }
  | {
      readonly type: 'end';
      readonly name: string;
      readonly depth: number;
      readonly line: number;
      readonly ms: number;
      readonly state: keyof Counts;
      readonly isBlock: boolean;
      readonly onlyInner: boolean;
      readonly error: string;
    }
  | { readonly type: 'over' };

/** Counts the events of one file and prints the failures among them. */
class FileReport {
  readonly #name: string;
  readonly #options: NodeTestOptions;
  readonly #counts = { passed: 0, failed: 0, skipped: 0 };
  /** Titles of what surrounds the test at hand, by depth. */
  readonly #titles: string[] = [];
  #over = false;

  constructor(name: string, options: NodeTestOptions) {
    this.#name = name;
    this.#options = options;
  }

  add(event: TestEvent): void {
    if (event.type === 'over') {
      this.#over = true;
    } else if (event.type === 'start') {
      this.#titles.length = event.depth;
      this.#titles.push(event.name);
    } else if (event.state === 'failed' ? !event.onlyInner : !event.isBlock) {
      // A block that fails because a test in it does has been told already; one whose hook fails has not.
      this.#counts[event.state] += 1;
      const title = [...this.#titles.slice(0, event.depth), event.name].join(' › ');
      if (event.state === 'failed') {
        this.#fail(`${title} (${this.#name}:${event.line})`, event.error);
      } else if (this.#options.progress) {
        this.#options.print(`${event.state === 'passed' ? '✓' : '-'} ${title} (${event.ms} ms)`);
      }
    }
  }

  /** `problem` says why the process did not end by itself. */
  end(exit: { readonly code: number | null; readonly output: string; readonly problem?: string }): Counts {
    const { failed } = this.#counts;
    if (exit.problem !== undefined || !this.#over) {
      const last = this.#titles.at(-1);
      const where = last === undefined ? 'before a test had ended' : `at "${last}"`;
      const what = exit.problem ?? `The process ended (exit code ${exit.code ?? 'none'})`;
      this.#counts.failed += 1;
      this.#fail(this.#name, `${what} ${where}.`);
    } else if (exit.code !== 0 && failed === 0) {
      this.#counts.failed += 1;
      this.#fail(this.#name, `The process ended with ${exit.code ?? 'no code'} although no test failed.`);
    }
    if (exit.output.trim() !== '' && (this.#options.progress || this.#counts.failed > 0)) {
      this.#options.print(exit.output.trimEnd());
    }
    return this.#counts;
  }

  #fail(title: string, detail: string): void {
    this.#options.print(`✗ ${title}\n${detail.replaceAll(/^/gm, '    ')}`);
  }
}

function startFile(file: string, options: NodeTestOptions): ChildProcess {
  const env: NodeJS.ProcessEnv = { ...process.env, ...options.env };
  // Set when this runs below `node --test`; it makes node:test write what only that understands.
  delete env['NODE_TEST_CONTEXT'];
  return fork(file, {
    cwd: projectRoot,
    env,
    execArgv: [
      `--test-reporter=${join(import.meta.dirname, 'reportEvents.js')}`,
      '--test-reporter-destination=stdout',
      ...(options.grep === undefined ? [] : [`--test-name-pattern=${options.grep}`]),
    ],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

function runFile(file: string, options: NodeTestOptions): Promise<Counts> {
  const report = new FileReport(relative(projectRoot, file), options);
  const child = startFile(file, options);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-20_000)));
  }
  let problem: string | undefined;
  const stop = (why: string) => {
    problem = why;
    child.kill('SIGKILL');
  };
  const timer = setTimeout(
    () => stop(`It did not end in ${Math.round(options.timeoutMs / 1000)} s; it hangs, or holds something open,`),
    options.timeoutMs,
  );
  const abort = () => stop('It was interrupted');
  options.signal.addEventListener('abort', abort, { once: true });
  child.on('message', (event) => report.add(event as TestEvent));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      options.signal.removeEventListener('abort', abort);
      resolve(report.end({ code, output, ...(problem === undefined ? {} : { problem }) }));
    });
  });
}

/** Resolves when all files have ended. */
export async function runNodeTests(options: NodeTestOptions): Promise<Counts> {
  const waiting = [...options.files];
  const counts: Counts[] = [];
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined && !options.signal.aborted; file = waiting.shift()) {
      counts.push(await runFile(file, options));
    }
  };
  await Promise.all(Array.from({ length: options.concurrency ?? availableParallelism() }, worker));
  return counts.length === 0 ? noTests : sumCounts(counts);
}
