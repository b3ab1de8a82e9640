/** A run inside VS Code counts by its report alone: VS Code says 0 also when the extension host was killed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sumCounts, summaryLine } from '../../counts.ts';
import { type HostResults, judgeHostRun } from '../../host/hostResults.ts';

const passed = { title: 'a', state: 'passed', ms: 1 } as const;
const failed = { title: 'b', state: 'failed', ms: 1, error: 'x' } as const;
const skipped = { title: 'c', state: 'skipped', ms: 0 } as const;

const rows: readonly [
  what: string,
  code: number | undefined,
  results: HostResults | undefined,
  counts: string,
  problem: RegExp | undefined,
][] = [
  ['all passed', 0, { complete: true, tests: [passed, skipped] }, '1 passed, 0 failed, 1 skipped', undefined],
  ['one failed', 1, { complete: true, tests: [passed, failed] }, '1 passed, 1 failed, 0 skipped', undefined],
  ['no report, code 0', 0, undefined, '0 passed, 1 failed, 0 skipped', /VS Code said 0.*did not load/],
  ['no report, code 1', 1, undefined, '0 passed, 1 failed, 0 skipped', /VS Code said 1/],
  ['nothing in time', undefined, undefined, '0 passed, 1 failed, 0 skipped', /No test began in time/],
  [
    'killed in a test',
    0,
    { complete: false, running: 'b', tests: [passed] },
    '1 passed, 1 failed, 0 skipped',
    /extension host ended in "b"/,
  ],
  ['killed between tests', 0, { complete: false, tests: [passed] }, '1 passed, 1 failed, 0 skipped', /host ended\.$/],
  [
    'hangs in a test',
    undefined,
    { complete: false, running: 'b', tests: [] },
    '0 passed, 1 failed, 0 skipped',
    /Time ran out in "b"/,
  ],
  ['no tests', 0, { complete: true, tests: [] }, '0 passed, 1 failed, 0 skipped', /No test ran/],
  ['only skipped ones', 0, { complete: true, tests: [skipped] }, '0 passed, 1 failed, 1 skipped', /No test ran/],
  ['code 1 without a failure', 1, { complete: true, tests: [passed] }, '1 passed, 1 failed, 0 skipped', /ended with 1/],
];

for (const [what, code, results, counts, problem] of rows) {
  test(`host run: ${what}`, () => {
    const verdict = judgeHostRun(code, results);
    assert.equal(summaryLine(verdict.counts), counts);
    if (problem === undefined) {
      assert.equal(verdict.problem, undefined);
    } else {
      assert.match(verdict.problem ?? '', problem);
    }
  });
}

test('host run: a filter may leave nothing of a suite', () => {
  assert.equal(judgeHostRun(0, { complete: true, tests: [] }, true).problem, undefined);
});

test('the summary adds all parts', () => {
  const sum = sumCounts([
    { passed: 1, failed: 2, skipped: 3 },
    { passed: 10, failed: 20, skipped: 30 },
  ]);
  assert.equal(summaryLine(sum), '11 passed, 22 failed, 33 skipped');
  assert.equal(summaryLine(sumCounts([])), '0 passed, 0 failed, 0 skipped');
});
