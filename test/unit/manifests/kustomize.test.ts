/** kustomize files as data, and which files a path builds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BuildGraph } from '../../../src/manifests/buildGraph.ts';
import { overrideImage, readKustomizeFile } from '../../../src/manifests/kustomizeFile.ts';
import { patchSets, readPatches } from '../../../src/manifests/kustomizePatch.ts';
import { parseYaml } from '../../../src/manifests/parseManifests.ts';
import { reachableFiles, reaches, readBuildGraph } from '../../../src/manifests/reachableFiles.ts';
import { repository } from '../../support/memoryRepository.ts';

test('a kustomize file says what it builds on and what it overrides', () => {
  const file = readKustomizeFile(`
resources: [a.yaml, ../b, 7]
bases: [old]
components: [../c]
images:
  - {name: foo, newTag: 1.2.3, digest: x}
  - {name: bar, newName: baz, newTag: 7}
  - {newTag: lost}
patches:
  - path: patch.yaml
    target: {kind: Deployment}
  - patch: |
      kind: A
      metadata: {name: a}
      tag: x
patchesStrategicMerge:
  - merge.yaml
configMapGenerator:
  - name: values
    files: [values.yaml, x=other.yaml]
`);
  assert.deepEqual(file?.resources, ['a.yaml', '../b', 'old']);
  assert.deepEqual(file.components, ['../c']);
  assert.deepEqual(
    file.images.map(({ name, newName, newTag }) => [name, newName, newTag]),
    [
      ['foo', undefined, '1.2.3'],
      ['bar', 'baz', '7'],
    ],
  );
  assert.deepEqual(
    file.patches.map((patch) => patch.file),
    ['patch.yaml', undefined, 'merge.yaml'],
  );
  assert.deepEqual(file.configMaps, [{ name: 'values', files: ['values.yaml', 'other.yaml'] }]);
});

test('what is no kustomize file is none', () => {
  assert.equal(readKustomizeFile('a: ['), undefined);
  assert.equal(readKustomizeFile('- a\n'), undefined);
  assert.equal(readKustomizeFile('apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n'), undefined);
  assert.deepEqual(readKustomizeFile('{}')?.resources, []);
});

const entry = (name: string, rest: object) => ({
  name,
  newName: undefined,
  newTag: undefined,
  digest: undefined,
  tagSuffix: undefined,
  ...rest,
});

test('images entries are applied in order, under the name that the image has by then', () => {
  const start = { name: 'a', decided: false };
  const rename = entry('a', { newName: 'b' });
  assert.deepEqual(overrideImage(start, [rename]), { name: 'b', decided: false });
  assert.deepEqual(overrideImage(start, [rename, entry('b', { newTag: '1' })]), { name: 'b', decided: true });
  assert.deepEqual(overrideImage(start, [rename, entry('a', { newTag: '1' })]), { name: 'b', decided: false });
  assert.deepEqual(overrideImage(start, [entry('a', { digest: 'x' })]), { name: 'a', decided: true });
  assert.deepEqual(overrideImage(start, [entry('a', { tagSuffix: '-x' })]), { name: 'a', decided: true });
  assert.deepEqual(overrideImage(start, [entry('a', { newTag: '' })]), { name: 'a', decided: false });
});

const value = {
  kind: 'Deployment',
  name: 'web',
  places: [['spec', 'containers', { index: 0, name: 'main' }, 'image']],
};

const patchRows: readonly (readonly [what: string, patch: string, sets: boolean])[] = [
  [
    'a merge patch of the container',
    'patch: |\n  kind: Deployment\n  metadata: {name: web}\n  spec: {containers: [{name: main, image: x}]}',
    true,
  ],
  [
    'another container',
    'patch: |\n  kind: Deployment\n  metadata: {name: web}\n  spec: {containers: [{name: side, image: x}]}',
    false,
  ],
  [
    'another object',
    'patch: |\n  kind: Deployment\n  metadata: {name: api}\n  spec: {containers: [{name: main, image: x}]}',
    false,
  ],
  [
    'another kind',
    'patch: |\n  kind: StatefulSet\n  metadata: {name: web}\n  spec: {containers: [{name: main, image: x}]}',
    false,
  ],
  [
    'a target by kind',
    'target: {kind: Deployment}\npatch: |\n  kind: any\n  spec: {containers: [{name: main, image: x}]}',
    true,
  ],
  [
    'a target by pattern',
    'target: {name: w.*}\npatch: |\n  - {op: replace, path: /spec/containers/0/image, value: x}',
    true,
  ],
  [
    'a pattern that does not fit',
    'target: {name: a.*}\npatch: |\n  - {op: replace, path: /spec/containers/0/image, value: x}',
    false,
  ],
  [
    'a pattern that is not followed',
    'target: {name: "(web|api)"}\npatch: |\n  - {op: replace, path: /spec/containers/0/image, value: x}',
    true,
  ],
  [
    'a selector by label',
    'target: {labelSelector: "a=b"}\npatch: |\n  - {op: replace, path: /spec/containers/0/image, value: x}',
    true,
  ],
  [
    'the whole container',
    'target: {kind: Deployment}\npatch: |\n  - {op: replace, path: /spec/containers/0, value: {}}',
    true,
  ],
  [
    'another item',
    'target: {kind: Deployment}\npatch: |\n  - {op: replace, path: /spec/containers/01/image, value: x}',
    false,
  ],
  ['a removal', 'target: {kind: Deployment}\npatch: |\n  - {op: remove, path: /spec/containers/0/image}', false],
  ['operations without target', 'patch: |\n  - {op: replace, path: /spec/containers/0/image, value: x}', false],
  ['no patch at all', 'patch: "just text"', false],
];

for (const [what, text, sets] of patchRows) {
  test(`a patch of ${what} ${sets ? 'sets' : 'leaves'} the image`, () => {
    const [patch] = readPatches(parseYaml(`patches:\n  - ${text.replaceAll('\n', '\n    ')}\n`).nodes[0]);
    assert.ok(patch);
    assert.equal(patchSets(patch, patch.content, value), sets);
  });
}

const files = {
  'clusters/prod/apps.yaml': '',
  'apps/kustomization.yaml':
    'resources: [a, ../shared/b.yaml, https://example.com/x.yaml, missing.yaml, ../../outside.yaml]\n',
  'apps/a/kustomization.yaml':
    'resources: [a.yaml]\ncomponents: [../../components/c]\npatches:\n  - path: patch.yaml\n',
  'apps/a/a.yaml': '',
  'apps/a/patch.yaml': '',
  'apps/a/unused.yaml': '',
  'shared/b.yaml': '',
  'shared/other.yaml': '',
  'components/c/kustomization.yml': 'kind: Component\nresources: [c.yaml]\n',
  'components/c/c.yaml': '',
  'plain/x.yaml': '',
  'plain/deep/y.yml': '',
  'plain/own/kustomization.yaml': 'resources: [z.yaml]\n',
  'plain/own/z.yaml': '',
  'plain/own/unused.yaml': '',
  'circle/kustomization.yaml': 'resources: [../circle, ../apps]\n',
};

const reach: Readonly<Record<string, readonly string[]>> = {
  './apps': [
    'apps/a/a.yaml',
    'apps/a/kustomization.yaml',
    'apps/a/patch.yaml',
    'apps/kustomization.yaml',
    'components/c/c.yaml',
    'components/c/kustomization.yml',
    'shared/b.yaml',
  ],
  '/shared/': ['shared/b.yaml', 'shared/other.yaml'],
  plain: ['plain/deep/y.yml', 'plain/own/kustomization.yaml', 'plain/own/z.yaml', 'plain/x.yaml'],
  nowhere: [],
  '../outside': [],
};

for (const [path, wanted] of Object.entries(reach)) {
  test(`what ${path} builds`, async () => {
    assert.deepEqual([...(await reachableFiles(path, repository(files)))].sort(), wanted);
  });
}

test('a file is reached from outside the path, or not from inside it', async () => {
  const memory = repository(files);
  assert.equal(await reaches('./apps', 'shared/b.yaml', memory), true);
  assert.equal(await reaches('./apps', './apps/a/a.yaml', memory), true);
  assert.equal(await reaches('./apps', 'apps/a/unused.yaml', memory), false);
  assert.equal(await reaches('./circle', 'apps/a/a.yaml', memory), true);
  assert.equal(await reaches('./apps', '../elsewhere.yaml', memory), false);
});

test('a cancelled reading ends with what it has', async () => {
  const graph = await readBuildGraph(repository(files), AbortSignal.abort());
  assert.equal(graph.kustomizeFile('apps'), undefined);
});

test('a path is tried from every folder above the Kustomization', () => {
  const graph = new BuildGraph(['repo/apps/a.yaml', 'repo/clusters/prod/x.yaml', 'apps.yaml'], new Map());
  assert.deepEqual(graph.buildFolders('./apps', 'repo/clusters/prod/x.yaml'), ['repo/apps']);
  assert.deepEqual(graph.buildFolders('./${X}/apps', 'repo/clusters/prod/x.yaml'), ['repo/apps']);
  assert.deepEqual(graph.buildFolders('./none', 'repo/clusters/prod/x.yaml'), []);
  assert.deepEqual(graph.buildFolders('', 'x.yaml'), ['']);
});
