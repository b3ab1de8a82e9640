/** Logins that stand in files of docker and helm. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { anonymous, loginsOfFiles } from '../../../src/registry/dockerCredentials.ts';

const folder = mkdtempSync(join(tmpdir(), 'driftline-logins-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const auth = (pair: string): { auth: string } => ({ auth: Buffer.from(pair).toString('base64') });

const rows: readonly {
  readonly name: string;
  readonly config: unknown;
  readonly host?: string;
  readonly basic?: string;
  readonly helper?: string;
}[] = [
  { name: 'a host', config: { auths: { 'ghcr.io': auth('me:secret') } }, basic: 'me:secret' },
  { name: 'a password with a colon', config: { auths: { 'ghcr.io': auth('me:a:b') } }, basic: 'me:a:b' },
  { name: 'a URL for a key', config: { auths: { 'https://ghcr.io/v2/': auth('me:secret') } }, basic: 'me:secret' },
  {
    name: 'user and password',
    config: { auths: { 'ghcr.io': { username: 'me', password: 'secret' } } },
    basic: 'me:secret',
  },
  {
    name: 'a port',
    config: { auths: { 'ghcr.io:5000': auth('me:secret') } },
    host: 'ghcr.io:5000',
    basic: 'me:secret',
  },
  {
    name: "Docker Hub's old name",
    config: { auths: { 'https://index.docker.io/v1/': auth('me:secret') } },
    host: 'docker.io',
    basic: 'me:secret',
  },
  { name: 'another host', config: { auths: { 'quay.io': auth('me:secret') } } },
  { name: 'a host that only begins alike', config: { auths: { 'ghcr.io.evil.com': auth('me:secret') } } },
  { name: 'a helper for all', config: { credsStore: 'desktop', auths: { 'ghcr.io': {} } }, helper: 'desktop' },
  { name: 'a helper for the host', config: { credHelpers: { 'ghcr.io': 'gcr' } }, helper: 'gcr' },
  { name: 'a helper for all and no login', config: { credsStore: 'desktop' } },
  { name: 'an auth that is none', config: { auths: { 'ghcr.io': { auth: 'bm9jb2xvbg==' } } } },
  { name: 'nothing', config: {} },
  { name: 'no JSON', config: 'no JSON' },
  { name: 'other types', config: { auths: ['a'], credHelpers: 'x', credsStore: 5 } },
];

for (const { name, config, host = 'ghcr.io', basic, helper } of rows) {
  test(`a file with ${name}`, async () => {
    const login = await loginsOfFiles([file(`${name.replaceAll(/\W/g, '-')}.json`, config)])(host);
    assert.equal(login.basic?.reveal(), basic);
    assert.equal(login.helper, helper);
    assert.doesNotMatch(`${inspect(login)} ${JSON.stringify(login)}`, /secret/);
  });
}

test('the first file that knows the host counts; missing files are skipped', async () => {
  const first = file('first.json', { credHelpers: { 'ghcr.io': 'gcr' } });
  const second = file('second.json', { auths: { 'ghcr.io': auth('two:2') } });
  const third = file('third.json', { auths: { 'ghcr.io': auth('three:3') } });
  const login = await loginsOfFiles([join(folder, 'none.json'), first, second, third])('ghcr.io');
  assert.equal(login.basic?.reveal(), 'two:2');
});

test('anonymous knows nobody', async () => {
  assert.deepEqual(await anonymous('ghcr.io'), { basic: undefined, helper: undefined });
});
