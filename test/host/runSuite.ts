/** Runs one bundled suite in the extension host of one VS Code: a server, a page, and the report that the suite leaves. */
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { format } from 'node:util';
import type { Browser } from 'playwright-core';
import { windowSize } from '../../scripts/browser.ts';
import { makeSampleRepository } from '../../scripts/sampleRepository.ts';
import type { VscodeHost } from '../../scripts/vscodeHost.ts';
import { type VscodeServer, startServer } from '../../scripts/vscodeServer.ts';
import { testSettings } from '../../scripts/vscodeSettings.ts';
import { type HostResults, type HostVerdict, judgeHostRun } from './hostResults.ts';
import type { HostSuite } from './hostSuites.ts';

export interface SuiteRun {
  readonly host: VscodeHost;
  readonly browser: Browser;
  readonly suite: HostSuite;
  /** Folder of the extension, built. */
  readonly extension: string;
  /** What bundleTests() gave. */
  readonly entry: string;
  readonly grep?: string;
  readonly timeoutMs?: number;
  readonly print: (line: string) => void;
  /** Ends the run early, as if time had run out. */
  readonly signal: AbortSignal;
}

/** VS Code's answer: undefined when the page crashed or time ran out. */
interface PageEnd {
  readonly code: number | undefined;
  readonly logs: readonly { readonly relativePath: string; readonly contents: string }[];
}

/** Opens the page and waits until VS Code says that the tests are over. */
async function runPage(run: SuiteRun, server: VscodeServer, folder: string, runFolder: string): Promise<PageEnd> {
  const { promise, resolve } = Promise.withResolvers<PageEnd>();
  const giveUp = () => resolve({ code: undefined, logs: [] });
  const timer = setTimeout(giveUp, run.timeoutMs ?? 900_000);
  run.signal.addEventListener('abort', giveUp, { once: true });
  const console = createWriteStream(join(runFolder, 'console.log'));
  const context = await run.browser.newContext({ viewport: windowSize });
  try {
    const page = await context.newPage();
    page.on('crash', giveUp);
    // VS Code looks for these two by name and reports to them: the extension host's console, and its end.
    await page.exposeFunction('codeAutomationLog', (kind: string, args: unknown[]) => {
      const line = format(...args);
      console.write(`${kind} ${line}\n`);
      if (line.startsWith('[test] ')) {
        run.print(line.slice('[test] '.length));
      }
    });
    await page.exposeFunction('codeAutomationExit', (code: number, logs: PageEnd['logs']) => resolve({ code, logs }));
    const url = server.pageUrl({ folder, extension: run.extension, tests: run.entry });
    await page.goto(url, { waitUntil: 'commit', timeout: 90_000 });
    const end = await promise;
    if (end.code !== 0) {
      await page.screenshot({ path: join(runFolder, 'last.png') }).catch(() => undefined);
    }
    return end;
  } finally {
    clearTimeout(timer);
    run.signal.removeEventListener('abort', giveUp);
    // An interrupted browser has closed it already.
    await context.close().catch(() => undefined);
    console.end();
  }
}

async function saveLogs(runFolder: string, logs: PageEnd['logs']): Promise<void> {
  for (const log of logs) {
    const file = join(runFolder, 'page-logs', normalize(join('/', log.relativePath)));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, log.contents);
  }
}

async function readResults(file: string): Promise<HostResults | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as HostResults);
}

/**
 * Runs the suite in a copy of its workspace. The extension host sees `DRIFTLINE_RUN_FOLDER`, and `KUBECONFIG` names a
 * file in it that does not exist yet: a test writes it, and nothing of the user's own is ever read.
 * The run folder stays after a failure, and its path is printed.
 */
export async function runSuite(run: SuiteRun): Promise<HostVerdict> {
  const runFolder = await mkdtemp(join(tmpdir(), 'driftline-host-'));
  const results = join(runFolder, 'results.json');
  const folder = join(runFolder, 'workspace');
  await makeSampleRepository(run.suite.workspace, folder);
  const server = await startServer({
    host: run.host,
    runFolder,
    trust: run.suite.trust,
    driver: true,
    settings: { ...testSettings, ...run.suite.settings },
    env: {
      DRIFTLINE_RUN_FOLDER: runFolder,
      DRIFTLINE_TEST_RESULTS: results,
      KUBECONFIG: join(runFolder, 'kubeconfig'),
      ...(run.grep === undefined ? {} : { DRIFTLINE_TEST_GREP: run.grep }),
    },
  });
  let end: PageEnd;
  try {
    end = await runPage(run, server, folder, runFolder);
  } finally {
    await server.stop();
  }
  await saveLogs(runFolder, end.logs);
  const verdict = judgeHostRun(end.code, await readResults(results), run.grep !== undefined);
  if (verdict.counts.failed > 0) {
    run.print(verdict.problem ?? 'A test failed.');
    run.print(`Logs: ${runFolder}`);
  } else {
    await rm(runFolder, { recursive: true, force: true, maxRetries: 3 });
  }
  return verdict;
}
