/** The host part of `npm test`: every suite in every pinned VS Code. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launchBrowser } from '../../scripts/browser.ts';
import { buildBundles, engineIfPossible } from '../../scripts/bundles.ts';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { type HostVersion, ensureHost } from '../../scripts/vscodeHost.ts';
import { type Counts, sumCounts } from '../counts.ts';
import { bundleTests } from './bundleTests.ts';
import { type HostSuite, hostSuites } from './hostSuites.ts';
import { runSuite } from './runSuite.ts';

export interface HostRunOptions {
  readonly versions: readonly HostVersion[];
  /** Path of a browser. */
  readonly chromium: string;
  /** Only tests whose title has this text. */
  readonly grep?: string;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

async function testFiles(folder: string): Promise<string[]> {
  const names = existsSync(join(projectRoot, folder)) ? await readdir(join(projectRoot, folder)) : [];
  return names
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => `${folder}/${name}`);
}

/** A folder of tests that no suite names would never run, and nobody would notice. */
async function checkFolders(): Promise<void> {
  const entries = await readdir(join(projectRoot, 'test', 'host'), { withFileTypes: true });
  for (const entry of entries.filter((each) => each.isDirectory())) {
    const folder = `test/host/${entry.name}`;
    if ((await testFiles(folder)).length > 0 && !hostSuites.some((suite) => suite.folder === folder)) {
      throw new Error(`${folder} has tests but is no suite of test/host/hostSuites.ts.`);
    }
  }
}

/** Builds the extension and the suites, then runs each suite in each version, one window at a time. */
export async function runHostTests(options: HostRunOptions): Promise<Counts> {
  await checkFolders();
  await buildBundles({ production: false, log: options.print, ...(await engineIfPossible(options.print)) });
  const suites: { suite: HostSuite; entry: string }[] = [];
  for (const suite of hostSuites) {
    const files = await testFiles(suite.folder);
    if (files.length > 0) {
      suites.push({ suite, entry: await bundleTests(suite.name, files) });
    }
  }
  const counts: Counts[] = [];
  for (const version of options.versions) {
    const host = await ensureHost(version, options.print);
    const browser = await launchBrowser(options.chromium);
    try {
      for (const { suite, entry } of suites) {
        options.signal.throwIfAborted();
        options.print(`VS Code ${version}, ${suite.name}`);
        const verdict = await runSuite({ ...options, host, browser, suite, entry, extension: projectRoot });
        counts.push(verdict.counts);
      }
    } finally {
      await browser.close();
    }
  }
  return sumCounts(counts);
}
