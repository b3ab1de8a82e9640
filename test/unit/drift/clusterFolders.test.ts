/** Where a repository keeps several clusters. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterFolders, clusterOf } from '../../../src/drift/clusterFolders.ts';
import type { StatedFluxObject } from '../../../src/render/desired.ts';

function stated(path: string, more: Partial<StatedFluxObject['name']> = {}, spec: object = {}): StatedFluxObject {
  const name = { kind: 'Kustomization', namespace: 'flux-system', name: 'apps', ...more } as const;
  return { name, path, line: 1, object: { spec: { sourceRef: { name: 'fleet' }, ...spec } } };
}

const rows: readonly [title: string, stated: readonly StatedFluxObject[], folders: readonly string[]][] = [
  ['one of each name is one cluster', [stated('a/apps.yaml'), stated('b/infra.yaml', { name: 'infra' })], []],
  [
    'the folder that no other has, however deep the files lie',
    [stated('clusters/staging/apps.yaml'), stated('clusters/prod/flux-system/apps.yaml')],
    ['clusters/prod', 'clusters/staging'],
  ],
  [
    'clusters of regions',
    [stated('clusters/eu/a/apps.yaml'), stated('clusters/eu/b/apps.yaml'), stated('clusters/us/a/apps.yaml')],
    ['clusters/us', 'clusters/eu/a', 'clusters/eu/b'],
  ],
  ['files side by side', [stated('staging.yaml'), stated('prod.yaml')], ['prod.yaml', 'staging.yaml']],
  ['twice in one file is no second cluster', [stated('apps.yaml'), stated('apps.yaml')], []],
  [
    'a patch is no second cluster',
    [stated('base/apps.yaml'), stated('a/patch.yaml', {}, { sourceRef: undefined })],
    [],
  ],
  ['tenants are none', [stated('a/apps.yaml', { namespace: '' }), stated('b/apps.yaml', { namespace: '' })], []],
  [
    'releases tell none, for tenants and overlays share their names',
    [stated('a/r.yaml', { kind: 'HelmRelease' }), stated('b/r.yaml', { kind: 'HelmRelease' })],
    [],
  ],
];
for (const [title, given, folders] of rows) {
  test(title, () => assert.deepEqual(clusterFolders(given), folders));
}

test('what clusters share belongs to the one whose root leads to it', () => {
  const folders = ['clusters/prod', 'clusters/staging'];
  assert.equal(clusterOf(['clusters/staging/apps.yaml', 'apps/web.yaml'], folders), 'clusters/staging');
  assert.equal(clusterOf(['apps/web.yaml'], folders), undefined);
});
