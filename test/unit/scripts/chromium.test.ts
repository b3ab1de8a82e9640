/** Which browser the tests drive, and where what is made once is kept. */
import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cacheFolder } from '../../../scripts/cacheFolder.ts';
import { findChromium } from '../../../scripts/chromium.ts';

const chrome = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
const rows: readonly [string, NodeJS.ProcessEnv, NodeJS.Platform, readonly string[], string | undefined][] = [
  ['none', { PATH: '/usr/bin' }, 'linux', [], undefined],
  ['Debian’s', { PATH: '/bin:/usr/bin' }, 'linux', ['/usr/bin/chromium'], '/usr/bin/chromium'],
  [
    'Chromium before Chrome',
    { PATH: '/usr/bin' },
    'linux',
    ['/usr/bin/google-chrome', '/usr/bin/chromium'],
    '/usr/bin/chromium',
  ],
  ['Edge alone', { PATH: '/usr/bin' }, 'linux', ['/usr/bin/microsoft-edge'], '/usr/bin/microsoft-edge'],
  [
    'the one that is named',
    { PATH: '/usr/bin', CHROMIUM: '/opt/c' },
    'linux',
    ['/opt/c', '/usr/bin/chromium'],
    '/opt/c',
  ],
  [
    'a named one that is not there',
    { PATH: '/usr/bin', CHROMIUM: '/opt/c' },
    'linux',
    ['/usr/bin/chromium'],
    undefined,
  ],
  ['an empty name', { PATH: '/usr/bin', CHROMIUM: '' }, 'linux', ['/usr/bin/chromium'], '/usr/bin/chromium'],
  ['no PATH', {}, 'linux', ['/opt/google/chrome/chrome'], '/opt/google/chrome/chrome'],
  ['an application of macOS', { PATH: '/usr/bin' }, 'darwin', [chrome], chrome],
];

for (const [what, env, platform, files, expected] of rows) {
  test(`browser: ${what}`, () => {
    assert.equal(
      findChromium(env, platform, (path) => files.includes(path)),
      expected,
    );
  });
}

test('the cache is where the system says, else at home', () => {
  assert.equal(cacheFolder({ XDG_CACHE_HOME: '/var/cache/ada' }), '/var/cache/ada/driftline');
  assert.equal(cacheFolder({ XDG_CACHE_HOME: '' }), join(homedir(), '.cache', 'driftline'));
  assert.equal(cacheFolder({}), join(homedir(), '.cache', 'driftline'));
});
