/**
 * What a suite in the extension host reports, and what it is worth. VS Code ends with code 0 when the extension host is
 * killed, crashes, or ends itself in the middle of a test, so only a complete report on disk counts.
 */
import type { Counts } from '../counts.ts';

export interface HostTest {
  /** Titles of the describe blocks and of the test. */
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly ms: number;
  /** Message and stack of a failure. */
  readonly error?: string;
}

/** Written anew after each test, so that a host that dies leaves what it had done. */
export interface HostResults {
  /** False until Mocha has said that everything has run. */
  readonly complete: boolean;
  /** The test that runs at the moment. */
  readonly running?: string;
  readonly tests: readonly HostTest[];
}

export interface HostVerdict {
  readonly counts: Counts;
  /** Why the run itself counts as failed, apart from tests that failed. */
  readonly problem?: string;
}

/**
 * `exitCode` is what VS Code says; undefined when it said nothing in time. With a filter it is no failure that a suite had
 * no test for it.
 */
export function judgeHostRun(
  exitCode: number | undefined,
  results: HostResults | undefined,
  filtered = false,
): HostVerdict {
  const tests = results?.tests ?? [];
  const count = (state: HostTest['state']) => tests.filter((test) => test.state === state).length;
  const counts = { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
  const problem = runProblem(exitCode, results, counts, filtered);
  return problem === undefined ? { counts } : { counts: { ...counts, failed: counts.failed + 1 }, problem };
}

function runProblem(
  exitCode: number | undefined,
  results: HostResults | undefined,
  counts: Counts,
  filtered: boolean,
): string | undefined {
  if (results === undefined) {
    const said = exitCode === undefined ? 'in time' : `(VS Code said ${exitCode})`;
    return `No test began ${said}: the extension host ended, or the tests did not load.`;
  }
  if (!results.complete) {
    const where = results.running === undefined ? '' : ` in "${results.running}"`;
    return exitCode === undefined ? `Time ran out${where}.` : `The extension host ended${where}.`;
  }
  if (counts.passed + counts.failed === 0 && !filtered) {
    return 'No test ran.';
  }
  if (exitCode !== 0 && counts.failed === 0) {
    return `VS Code ended with ${exitCode ?? 'no code'} although no test failed.`;
  }
  return undefined;
}
