/** The runner of unit tests: whatever a file of tests does, it is counted, and a failure is never silent. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { summaryLine } from '../../counts.ts';
import { type NodeTestOptions, runNodeTests } from '../../nodeTests.ts';
import { declaredTests } from '../../testFiles.ts';

const head = `import { before, describe, it, test } from 'node:test';\n`;

interface Run {
  readonly summary: string;
  readonly output: string;
}

async function run(t: TestContext, texts: readonly string[], options: Partial<NodeTestOptions> = {}): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'driftline-runner-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const files = texts.map((text, at) => {
    const file = join(folder, `f${at}.test.mjs`);
    writeFileSync(file, head + text);
    return file;
  });
  const lines: string[] = [];
  const counts = await runNodeTests({
    files,
    timeoutMs: 60_000,
    progress: false,
    print: (line) => lines.push(line),
    signal: t.signal,
    ...options,
  });
  return { summary: summaryLine(counts), output: lines.join('\n') };
}

const rows: readonly [what: string, text: string, summary: string, output: RegExp][] = [
  ['passes', `test('a', () => {}); test('b', () => {});`, '2 passed, 0 failed, 0 skipped', /^$/],
  ['skips', `test.skip('a', () => {}); it('b', { todo: true }, () => {});`, '0 passed, 0 failed, 2 skipped', /^$/],
  [
    'fails',
    `describe('outer', () => { it('inner', () => { throw new Error('broke'); }); it('fine', () => {}); });`,
    '1 passed, 1 failed, 0 skipped',
    /✗ outer › inner \(.*f0\.test\.mjs:2\)\n {4}Error: broke/,
  ],
  [
    'throws no error',
    `test('a', () => Promise.reject('text'));`,
    '0 passed, 1 failed, 0 skipped',
    /✗ a .*\n {4}'text'/,
  ],
  [
    'has tests in tests',
    `test('outer', async (t) => { await t.test('bad', () => { throw new Error('x'); }); await t.test('good', () => {}); });`,
    '1 passed, 1 failed, 0 skipped',
    /✗ outer › bad/,
  ],
  [
    'has a hook that fails',
    `describe('outer', () => { before(() => { throw new Error('no server'); }); it('a', () => {}); });`,
    '0 passed, 2 failed, 0 skipped',
    /Error: no server/,
  ],
  ['cannot be loaded', `import './nothing.mjs';`, '0 passed, 1 failed, 0 skipped', /Cannot find module/],
  ['is empty', '', '0 passed, 1 failed, 0 skipped', /ended \(exit code 0\) before a test had ended/],
  [
    'ends its process',
    `test('a', async () => { await new Promise((r) => setImmediate(r)); process.exit(0); });`,
    '0 passed, 1 failed, 0 skipped',
    /The process ended \(exit code 0\)/,
  ],
  [
    'breaks after its tests',
    `test('a', () => {}); process.on('exit', () => { process.exitCode = 7; });`,
    '1 passed, 1 failed, 0 skipped',
    /ended with 7 although no test failed/,
  ],
];

for (const [what, text, summary, output] of rows) {
  test(`a file that ${what}`, async (t) => {
    const got = await run(t, [text]);
    assert.equal(got.summary, summary, got.output);
    assert.match(got.output, output);
  });
}

test('a file that hangs fails, and the others are run', async (t) => {
  const hangs = `test('stuck', () => new Promise(() => { setInterval(() => {}, 1000); }));`;
  const got = await run(t, [hangs, `test('fine', () => {});`], { timeoutMs: 1500 });
  assert.equal(got.summary, '1 passed, 1 failed, 0 skipped', got.output);
  assert.match(got.output, /did not end in 2 s; it hangs, or holds something open/);
});

test('a filter leaves the tests whose title has its text', async (t) => {
  const got = await run(t, [`test('red', () => {}); test('blue', () => {});`], { grep: 'blue', progress: true });
  assert.equal(got.summary, '1 passed, 0 failed, 0 skipped', got.output);
  assert.match(got.output, /✓ blue/);
});

test('with progress each test is said', async (t) => {
  const got = await run(t, [`describe('outer', () => { it('a', () => {}); it.skip('b', () => {}); });`], {
    progress: true,
  });
  assert.match(got.output, /^✓ outer › a \(\d+ ms\)\n- outer › b \(\d+ ms\)$/);
});

test('what a failing file printed is shown, of others nothing', async (t) => {
  const noisy = await run(t, [`console.log('a clue'); test('a', () => { throw new Error('x'); });`]);
  assert.match(noisy.output, /a clue/);
  const fine = await run(t, [`console.log('a clue'); test('a', () => {});`]);
  assert.equal(fine.output, '');
});

test('once interrupted nothing more is begun', async (t) => {
  const got = await run(t, [`test('a', () => {});`], { signal: AbortSignal.abort() });
  assert.equal(got.summary, '0 passed, 0 failed, 0 skipped');
});

test('declared tests are counted by the text', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'driftline-runner-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'x.test.ts');
  writeFileSync(
    file,
    `describe('x', () => {\n  it('a', f);\n  test(\n    'b', f);\n});\nawait test('c', f);\n// it('no')\n`,
  );
  assert.equal(declaredTests([file, file]), 6);
});
