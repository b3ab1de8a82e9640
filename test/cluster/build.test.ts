/** The build is done once, outside of the checkout, and its result depends on its inputs alone. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { buildPrograms, clusterObstacle, clusterVersions, controllerNames, programsFolder } from './build.ts';

test('what has been built is not built again', async () => {
  await buildPrograms();
  const steps: string[] = [];
  const folder = await buildPrograms((line) => steps.push(line));
  assert.equal(folder, programsFolder());
  assert.deepEqual(steps, []);
  assert.equal(clusterObstacle(), undefined);
});

test('every program and definition is there', async () => {
  const folder = await buildPrograms();
  const files = ['controlplane', 'kwok', 'flux', 'helm', ...controllerNames, 'crds', 'stages'];
  assert.deepEqual(
    files.filter((name) => !existsSync(join(folder, name))),
    [],
  );
  assert.equal(existsSync(join(folder, 'work')), false, 'nothing of the way there is kept');
});

test('the result is kept outside of the checkout, where the environment says', async () => {
  assert.equal(programsFolder().startsWith(projectRoot), false);
  const code = `import(${JSON.stringify(join(import.meta.dirname, 'build.ts'))}).then((m) => console.log(m.programsFolder()))`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', code], {
    env: { ...process.env, XDG_CACHE_HOME: '/elsewhere' },
  });
  const name = programsFolder().split('/').at(-1);
  assert.equal(stdout.trim(), `/elsewhere/driftline/test-cluster/${name}`);
});

test('versions come from go.mod', () => {
  const versions = clusterVersions();
  for (const version of [
    versions.kubernetes,
    versions.flux,
    versions.helm,
    versions.kwok,
    ...Object.values(versions.controllers),
  ]) {
    assert.match(version, /^\d+\.\d+\.\d+$/);
  }
});
