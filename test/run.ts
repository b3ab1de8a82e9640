/**
 * `npm test [-- part...] [--version 1.139] [--grep text]`: runs the parts, and says how many tests passed, failed and were
 * skipped in the last line. A part that cannot run here counts as skipped; in CI (`CI=true`) that is a failure.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findChromium, noChromium } from '../scripts/chromium.ts';
import { projectRoot } from '../scripts/projectRoot.ts';
import { type HostVersion, hostVersions } from '../scripts/vscodeHost.ts';
import { type Counts, noTests, sumCounts, summaryLine } from './counts.ts';
import { declaredTests, testFiles } from './testFiles.ts';

const partNames = ['lint', 'unit', 'engine', 'host', 'ui', 'cluster'] as const;
type PartName = (typeof partNames)[number];

interface Options {
  readonly parts: readonly PartName[];
  readonly version?: HostVersion;
  readonly grep?: string;
}

function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { version: { type: 'string' }, grep: { type: 'string' } },
  });
  const parts = positionals.map((name) => {
    const part = partNames.find((each) => each === name);
    if (part === undefined) {
      throw new Error(`There is no part "${name}"; there are ${partNames.join(', ')}.`);
    }
    return part;
  });
  const version = hostVersions.find((each) => each === values.version);
  if (values.version !== undefined && version === undefined) {
    throw new Error(`There is no VS Code ${values.version} here; there are ${hostVersions.join(', ')}.`);
  }
  return {
    parts: parts.length === 0 ? partNames : parts,
    ...(version === undefined ? {} : { version }),
    ...(values.grep === undefined ? {} : { grep: values.grep }),
  };
}

/** What failed, with its first lines: said again at the end, where whoever sees only the last page of a long log looks. */
const failures: string[] = [];

const print = (line: string) => {
  console.log(line);
  if (line.startsWith('✗')) {
    failures.push(line.split('\n').slice(0, 12).join('\n'));
  }
};

/** A part that this machine cannot run. In CI everything must run, or nobody would notice that it no longer does. */
function cannotRun(part: PartName, reason: string, tests: number): Counts {
  print(`${reason} The ${part} tests did not run.`);
  return process.env['CI'] === 'true' ? { passed: 0, failed: 1, skipped: tests } : { ...noTests, skipped: tests };
}

/** Each part is imported when it runs: a broken one must not keep the others from running. */
async function runPart(part: PartName, options: Options, signal: AbortSignal): Promise<Counts> {
  const filter = options.grep === undefined ? {} : { grep: options.grep };
  const common = { print, signal, ...filter };
  switch (part) {
    case 'lint': {
      const { runLintParts } = await import('./lintParts.ts');
      return runLintParts(common);
    }
    case 'unit': {
      const { runNodeTests } = await import('./nodeTests.ts');
      // Each file is a process that reads much the same sources: taking off their types again and again is half its work.
      const env = { NODE_COMPILE_CACHE: join(projectRoot, 'out', 'compile-cache') };
      return runNodeTests({ ...common, env, files: testFiles('test/unit'), timeoutMs: 120_000, progress: false });
    }
    case 'engine': {
      const { buildEngine, engineObstacle } = await import('../scripts/buildEngine.ts');
      const obstacle = engineObstacle();
      if (obstacle !== undefined) {
        return cannotRun(part, obstacle, declaredTests(testFiles('test/engine')));
      }
      await buildEngine(print);
      // Some compare with the real `flux`; built within a test it would count as that test's time.
      const { buildPrograms, clusterObstacle } = await import('./cluster/build.ts');
      if (clusterObstacle() === undefined) {
        await buildPrograms(print);
      }
      const { runNodeTests } = await import('./nodeTests.ts');
      const env = { NODE_COMPILE_CACHE: join(projectRoot, 'out', 'compile-cache') };
      // Each file compiles the module for itself, and one of hostile input waits for time limits.
      return runNodeTests({ ...common, env, files: testFiles('test/engine'), timeoutMs: 1_200_000, progress: false });
    }
    case 'host': {
      const versions = options.version === undefined ? hostVersions : [options.version];
      const chromium = findChromium();
      if (chromium === undefined) {
        return cannotRun(part, noChromium, declaredTests(testFiles('test/host')) * versions.length);
      }
      const { runHostTests } = await import('./host/run.ts');
      return runHostTests({ ...common, versions, chromium });
    }
    case 'ui': {
      const chromium = findChromium();
      if (chromium === undefined) {
        return cannotRun(part, noChromium, declaredTests(testFiles('test/ui')));
      }
      // What is packaged is what users get, the engine included.
      const { engineObstacle } = await import('../scripts/buildEngine.ts');
      const obstacle = engineObstacle();
      if (obstacle !== undefined) {
        return cannotRun(part, obstacle, declaredTests(testFiles('test/ui')));
      }
      const { runUiTests } = await import('./ui/run.ts');
      return runUiTests({
        ...common,
        chromium,
        ...(options.version === undefined ? {} : { version: options.version }),
      });
    }
    case 'cluster': {
      const { clusterObstacle } = await import('./cluster/build.ts');
      const obstacle = clusterObstacle();
      if (obstacle !== undefined) {
        return cannotRun(part, obstacle, declaredTests(testFiles('test/cluster')));
      }
      const { runClusterTests } = await import('./cluster/run.ts');
      return runClusterTests(common);
    }
  }
}

async function runParts(options: Options, signal: AbortSignal): Promise<Counts> {
  const counts: Counts[] = [];
  for (const part of options.parts) {
    print(`── ${part}`);
    const began = Date.now();
    let result: Counts;
    try {
      signal.throwIfAborted();
      result = await runPart(part, options, signal);
    } catch (error) {
      print(`✗ ${part}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      result = { ...noTests, failed: 1 };
    }
    counts.push(result);
    print(`── ${part}: ${summaryLine(result)} (${((Date.now() - began) / 1000).toFixed(1)} s)\n`);
    if (signal.aborted) {
      break;
    }
  }
  return sumCounts(counts);
}

async function main(): Promise<void> {
  let options: Options;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
    return;
  }
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => interrupted.abort(new Error('Interrupted.')));
  }
  const counts = await runParts(options, interrupted.signal);
  if (failures.length > 0) {
    console.log(['── failed', ...failures.slice(0, 40), ''].join('\n'));
  }
  print(summaryLine(counts));
  // Nothing at all is not success: a misspelt filter, or files that have moved.
  process.exitCode = counts.failed > 0 || counts.passed + counts.skipped === 0 ? 1 : 0;
}

await main();
