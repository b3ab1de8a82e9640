/** The half of the host runner that runs in the extension host, run here in plain Node: its bundle and its report. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type TestContext, test } from 'node:test';
import { projectRoot } from '../../../scripts/projectRoot.ts';
import { bundleTests } from '../../host/bundleTests.ts';
import type { HostResults } from '../../host/hostResults.ts';

interface Run {
  readonly exitCode: number | null;
  readonly output: string;
  readonly results: HostResults | undefined;
  readonly folder: string;
}

async function run(t: TestContext, texts: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'driftline-mocha-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const files = texts.map((text, at) => {
    const file = join(folder, `f${at}.test.ts`);
    writeFileSync(file, text);
    return relative(projectRoot, file).replaceAll('\\', '/');
  });
  const name = `unit-${process.pid}-${t.name.replaceAll(/\W+/g, '-')}`;
  const entry = await bundleTests(name, files);
  t.after(() => rmSync(join(projectRoot, 'out', 'host', name), { recursive: true }));
  const report = join(folder, 'results.json');
  const script = `require(${JSON.stringify(entry)}).run().catch((error) => { console.log(String(error)); process.exitCode = 1; });`;
  const child = spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
    env: { ...process.env, DRIFTLINE_TEST_RESULTS: report, ...env },
  });
  const results = existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as HostResults) : undefined;
  return { exitCode: child.status, output: child.stdout + child.stderr, results, folder };
}

const mixed = `
describe('outer', () => {
  it('good', () => {});
  it.skip('later', () => {});
  describe('inner', () => {
    it('bad', async () => {
      await Promise.resolve();
      throw new Error('broke');
    });
  });
});`;

test('the report has every test with its titles, and the place of a failure in its source', async (t) => {
  const { exitCode, results, output, folder } = await run(t, [mixed, `it('of another file', () => {});`]);
  assert.equal(exitCode, 1);
  assert.equal(results?.complete, true);
  assert.deepEqual(
    results.tests.map((each) => [each.title, each.state]),
    [
      ['of another file', 'passed'],
      ['outer › good', 'passed'],
      ['outer › later', 'skipped'],
      ['outer › inner › bad', 'failed'],
    ],
  );
  assert.match(results.tests[3]?.error ?? '', /Error: broke/);
  assert.ok(results.tests[3]?.error?.includes(`${join(folder, 'f0.test.ts')}:8:`), results.tests[3]?.error);
  assert.match(output, /^\[test\] ✓ outer › good$/m);
});

test('a filter leaves the tests whose title has its text', async (t) => {
  const { exitCode, results } = await run(t, [mixed], { DRIFTLINE_TEST_GREP: 'good' });
  assert.equal(exitCode, 0);
  assert.deepEqual(
    results?.tests.map((each) => each.title),
    ['outer › good'],
  );
});

test('a host that is killed leaves what it had done, and where it was', async (t) => {
  const text = `it('first', () => {}); it('fatal', () => process.kill(process.pid, 'SIGKILL'));`;
  const { results } = await run(t, [text]);
  assert.equal(results?.complete, false);
  assert.equal(results.running, 'fatal');
  assert.deepEqual(
    results.tests.map((each) => each.title),
    ['first'],
  );
});

test('a file that cannot be loaded leaves no report', async (t) => {
  const { exitCode, results, output } = await run(t, [`throw new Error('no such fixture');`]);
  assert.deepEqual([exitCode, results], [1, undefined]);
  assert.match(output, /no such fixture/);
});

test('fixtures are found beside the source, though the bundle is elsewhere', async (t) => {
  const text = `
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
it('reads itself', () => {
  assert.match(readFileSync(join(import.meta.dirname, 'f0.test.ts'), 'utf8'), /reads itself/);
  assert.match(readFileSync(import.meta.filename, 'utf8'), /reads itself/);
  assert.match(readFileSync(new URL(import.meta.url), 'utf8'), /reads itself/);
});`;
  const { exitCode, output } = await run(t, [text]);
  assert.equal(exitCode, 0, output);
});
