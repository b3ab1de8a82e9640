/** `driftline diff --raw`: the text of a document, where what Flux makes of it cannot be rendered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../src/base/failure.ts';
import { changedObject } from '../../support/comparisons.ts';
import { namedApps, namedPlex, renderedPlex } from './fakeBuild.ts';
import { type FakeDiffWorld, liveObject, runDiff } from './fakeDiff.ts';

const replicas = { path: ['spec', 'replicas'], effect: 'replace' } as const;
const broken = new Failure('invalid', 'Kustomization flux-system/apps: remote bases are not fetched');
const world: FakeDiffWorld = {
  live: [liveObject(namedApps), liveObject(namedPlex)],
  now: { renderings: { 'Kustomization/apps': broken, 'HelmRelease/plex': renderedPlex([]) } },
  compareRaw: () => [changedObject('Kustomization', 'apps', [replicas], { approximate: true, reason: 'raw' })],
};

test('without it the error names it, and nothing is compared', async () => {
  const run = await runDiff('ks/apps --path .', { ...world, compareRaw: () => assert.fail('it was compared') });
  assert.equal(run.code, 2);
  assert.match(run.messages, /remote bases are not fetched/);
  assert.match(run.messages, /--raw compares the text of its document with the cluster, approximately\./);
});

test('with it the document is compared, said to be approximate, and why it is one', async () => {
  const run = await runDiff('ks/apps --path . --raw', world);
  assert.equal(run.code, 1);
  assert.match(run.output, /^diff Kustomization .*apps: change Kustomization default\/apps$/m);
  assert.match(run.messages, /as it stands: Kustomization flux-system\/apps: remote bases are not fetched/);
  assert.match(run.messages, /cluster homelab ↔ raw document, approximate/);
});

test('as JSON each object is approximate', async () => {
  const run = await runDiff('ks/apps --path . --raw -o json', world);
  const found = JSON.parse(run.output) as { from: string; objects: readonly { approximate?: boolean }[] };
  assert.equal(found.from, 'raw document, approximate');
  assert.deepEqual(
    found.objects.map(({ approximate }) => approximate),
    [true],
  );
});

test('where it can be rendered the render is compared', async () => {
  const compareRaw = () => assert.fail('the raw document was compared');
  const run = await runDiff('hr/plex --path . --raw', { ...world, compareRaw, compareRelease: () => ({}) });
  assert.equal(run.code, 0);
});

test('who builds it may be said', async () => {
  const owners: unknown[] = [];
  await runDiff('ks/apps --path . --raw --owner flux-system/root', {
    ...world,
    compareRaw: (task) => {
      owners.push(task.ownerOf('a.yaml'));
      return [];
    },
  });
  assert.deepEqual(await Promise.all(owners), [{ kind: 'Kustomization', namespace: 'flux-system', name: 'root' }]);
});
