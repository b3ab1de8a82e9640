/** Where the command line program keeps pulled charts, and whose logins it takes. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { loginFiles, userCacheFolder } from '../../../src/cli/openPuller.ts';

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

describe('logins', () => {
  const rows: readonly [Record<string, string>, helm: string, docker: string][] = [
    [{}, join(home, '.config', 'helm', 'registry', 'config.json'), join(home, '.docker', 'config.json')],
    [
      { XDG_CONFIG_HOME: '/config', DOCKER_CONFIG: '/docker' },
      join('/config', 'helm', 'registry', 'config.json'),
      join('/docker', 'config.json'),
    ],
    [{ HELM_REGISTRY_CONFIG: '/own.json', DOCKER_CONFIG: '' }, '/own.json', join(home, '.docker', 'config.json')],
  ];
  for (const [env, helm, docker] of rows) {
    test(JSON.stringify(env), () => assert.deepEqual(loginFiles(env, home), [helm, docker]));
  }
});
