/** `driftline diff --path DIR` where the folder has more than one cluster. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namedApps, renderedApps } from './fakeBuild.ts';
import { runDiff } from './fakeDiff.ts';

test('a folder with several clusters is no cluster: which one is meant is asked', async () => {
  const apps = { 'Kustomization/apps': renderedApps([]) };
  const clusters = { 'clusters/staging': apps, 'clusters/prod': apps };
  const several = await runDiff('--path clusters', { now: { clusters }, live: [], folder: 'clusters' });
  assert.deepEqual([several.code, several.tasks], [2, []]);
  assert.match(
    several.messages,
    /^ +driftline diff --path clusters\/prod\n +driftline diff --path clusters\/staging$/m,
  );
  const one = await runDiff('--path clusters/prod', { now: { clusters }, live: [], folder: 'clusters/prod' });
  assert.ok(one.tasks.some(({ rendered }) => rendered?.name.name === 'apps'));
});

test('what tenants call alike is compared for each', async () => {
  const apps = { 'Kustomization/apps': renderedApps([], { name: { ...namedApps, namespace: '' } }) };
  const clusters = { 'tenants/a': apps, 'tenants/b': apps };
  const run = await runDiff('--path tenants', { now: { clusters }, live: [], folder: 'tenants' });
  assert.deepEqual(
    run.tasks.map(({ rendered }) => rendered?.name.name),
    ['flux-system', 'apps', 'apps'],
  );
});
