import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { loginFiles } from '../../../src/registry/loginFiles.ts';

const home = join('/', 'home', 'ada');

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
