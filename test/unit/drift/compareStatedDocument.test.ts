/** Which text of a repository is compared for an object that cannot be rendered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sealed } from '../../../src/base/sealed.ts';
import { compareStatedDocument, type StatedDocumentToCompare } from '../../../src/drift/compareStatedDocument.ts';
import type { Comparison } from '../../../src/drift/difference.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import type { FluxName, StatedFluxObject } from '../../../src/render/desired.ts';
import { memoryFiles } from '../../support/memoryFiles.ts';
import { DriftCluster } from './driftCluster.ts';

const apps: FluxName = { kind: 'Kustomization', namespace: 'flux-system', name: 'apps' };

function text(kind: string, name: string, namespace = 'apps'): string {
  return JSON.stringify({ apiVersion: 'v1', kind, metadata: { name, namespace } });
}

function statedAt(path: string, name: FluxName = apps): StatedFluxObject {
  const object = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: name.kind, metadata: { name: name.name } };
  return { name, path, line: 1, object };
}

const flux = (namespace: string): string =>
  JSON.stringify({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'apps', namespace },
  });

interface Given extends Partial<Pick<StatedDocumentToCompare, 'target' | 'object' | 'path'>> {
  readonly files: Readonly<Record<string, string>>;
  readonly stated?: readonly StatedFluxObject[];
}

async function compare({
  files,
  stated = [],
  target = apps,
  ...more
}: Given): Promise<Comparison & { sent: readonly string[]; owners: readonly string[] }> {
  const cluster = new DriftCluster().serve('kustomize.toolkit.fluxcd.io/v1 Kustomization kustomizations');
  const owners: string[] = [];
  const comparison = await compareStatedDocument({
    ...more,
    target,
    why: 'it is broken',
    state: { label: 'working tree', key: 'now', files: memoryFiles(files), remotes: [] },
    ownerOf: (path) => {
      owners.push(path);
      return Promise.resolve(undefined);
    },
    renderer: { stated: () => Promise.resolve(stated) },
    read: (manifest) =>
      Promise.resolve(
        new Sealed(
          manifest
            .reveal()
            .split('\n')
            .map((line) => JSON.parse(line) as KubernetesObject),
        ),
      ),
    api: cluster.api,
    cluster: { fluxObject: () => Promise.resolve(undefined) },
    signal: new AbortController().signal,
  });
  const sent = cluster.sent.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`);
  return { ...comparison, sent, owners };
}

const web = {
  title: 'ConfigMap apps/web',
  stated: { group: '', kind: 'ConfigMap', name: 'web', namespace: 'apps' },
  path: 'apps/web.yaml',
};

test('one object of a file of several', async () => {
  const files = {
    'apps/web.yaml': [text('Secret', 'web'), text('ConfigMap', 'web'), text('ConfigMap', 'b')].join('\n'),
  };
  const found = await compare({ files, object: web });
  assert.deepEqual(found.sent, ['ConfigMap apps/web']);
  assert.deepEqual(found.owners, ['apps/web.yaml']);
  assert.deepEqual(found.target, apps);
});

test('the document of the Kustomization itself, of the file that was asked about', async () => {
  const files = { 'a/apps.yaml': flux('flux-system'), 'b/apps.yaml': flux('flux-system') };
  const stated = [statedAt('a/apps.yaml'), statedAt('b/apps.yaml')].map((one) => ({ ...one, name: apps }));
  assert.deepEqual((await compare({ files, stated, path: 'b/apps.yaml' })).owners, ['b/apps.yaml']);
  assert.deepEqual((await compare({ files, stated })).owners, ['a/apps.yaml']);
});

test('a name without a namespace takes the one of the file', async () => {
  const files = { 'a/apps.yaml': flux('flux-system') };
  const stated = [statedAt('a/apps.yaml', { ...apps, name: 'other' }), statedAt('a/apps.yaml')];
  const found = await compare({ files, stated, target: { ...apps, namespace: '' } });
  assert.deepEqual(found.target, apps);
  assert.deepEqual(found.sent, ['Kustomization flux-system/apps']);
});

test('the document of a target that its file gives no namespace is compared as it was asked for', async () => {
  const stated = [statedAt('a/apps.yaml', { ...apps, namespace: '' })];
  const bare = JSON.stringify({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'apps' },
  });
  const found = await compare({ files: { 'a/apps.yaml': bare }, stated });
  assert.deepEqual(found.sent, ['Kustomization flux-system/apps']);
  assert.deepEqual(found.target, apps);
});

test('an object is not looked for in the namespace of its Kustomization', async () => {
  const bare = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' } });
  const object = { ...web, stated: { ...web.stated, namespace: undefined } };
  const found = await compare({ files: { 'apps/web.yaml': bare }, object });
  assert.deepEqual(found.sent, []);
  assert.equal(found.objects[0]?.change, 'unknown');
});

const missing: readonly (readonly [what: string, given: Given, says: RegExp])[] = [
  [
    'no file states it',
    { files: {}, stated: [statedAt('a', { ...apps, namespace: 'b' })] },
    /no file states Kustomization flux-system\/apps/,
  ],
  ['the file has gone', { files: {}, object: web }, /apps\/web\.yaml is not there any more/],
  [
    'the document has gone',
    { files: { 'apps/web.yaml': text('Secret', 'web') }, object: web },
    /ConfigMap apps\/web is not in apps\/web\.yaml any more/,
  ],
];

for (const [what, given, says] of missing) {
  test(`${what}: that is said`, async () => {
    await assert.rejects(compare(given), (error: Error & { reason?: string }) => {
      assert.equal(error.reason, 'notFound');
      assert.match(error.message, says);
      return true;
    });
  });
}
