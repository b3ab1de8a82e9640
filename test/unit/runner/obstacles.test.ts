/** What `npm test` makes of parts that this machine cannot run: they are skipped and say why, and in CI they fail. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { projectRoot } from '../../../scripts/projectRoot.ts';

const empty = mkdtempSync(join(tmpdir(), 'driftline-nothing-'));
after(() => rmSync(empty, { recursive: true }));

/** A machine with Node alone: neither programs nor what was built before. A browser is any file that is there. */
function run(part: string, more: Readonly<Record<string, string>>): { code: number | null; said: string } {
  const { SystemRoot } = process.env; // Windows starts no program without it
  const env = { SystemRoot, PATH: empty, XDG_CACHE_HOME: empty, HOME: empty, CHROMIUM: join(empty, 'none'), ...more };
  const ended = spawnSync(process.execPath, [join(projectRoot, 'test', 'run.ts'), part], { env, encoding: 'utf8' });
  return { code: ended.status, said: ended.stdout + ended.stderr };
}

const browser = { CHROMIUM: process.execPath };
const noGo = 'Go 1\\.26 or newer is needed to build the render engine; there is no Go on this machine\\.';

const rows: readonly (readonly [part: string, without: string, more: Readonly<Record<string, string>>, why: string])[] =
  [
    ['engine', 'Go', {}, noGo],
    ['ui', 'Go', browser, noGo],
    ['ui', 'a browser', {}, 'No Chromium, Chrome or Edge found .*'],
    ['host', 'a browser', {}, 'No Chromium, Chrome or Edge found .*'],
  ];

for (const [part, without, more, why] of rows) {
  test(`${part} tests without ${without} are skipped, with the reason`, () => {
    const { code, said } = run(part, more);
    assert.match(said, new RegExp(`^${why} The ${part} tests did not run\\.$`, 'm'));
    assert.match(said, /\b0 passed, 0 failed, [1-9]\d* skipped/);
    assert.equal(code, 0, said);
  });

  test(`in CI ${part} tests without ${without} fail`, () => {
    const { code, said } = run(part, { ...more, CI: 'true' });
    assert.match(said, new RegExp(`${why} The ${part} tests did not run\\.`));
    assert.equal(code, 1, said);
  });
}
