/** Where the command line program keeps pulled charts. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { userCacheFolder } from '../../../src/cli/openPuller.ts';

const home = join('/', 'home', 'ada');

describe('the cache folder', () => {
  const rows: readonly [NodeJS.Platform, Record<string, string>, string][] = [
    ['linux', {}, join(home, '.cache')],
    ['linux', { XDG_CACHE_HOME: '/cache' }, '/cache'],
    ['linux', { XDG_CACHE_HOME: '' }, join(home, '.cache')],
    ['darwin', {}, join(home, 'Library', 'Caches')],
    ['win32', { LOCALAPPDATA: 'C:\\Local' }, 'C:\\Local'],
    ['win32', {}, join(home, 'AppData', 'Local')],
  ];
  for (const [platform, env, expected] of rows) {
    test(`${platform} ${JSON.stringify(env)}`, () => assert.equal(userCacheFolder(platform, env, home), expected));
  }
});
