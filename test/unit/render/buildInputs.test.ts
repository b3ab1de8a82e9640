/** Which edits make a build be made again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BuildCache } from '../../../src/render/buildCache.ts';
import { InputsOfTrees, TreeInputs } from '../../../src/render/buildInputs.ts';
import { snapshotOf } from '../../support/snapshot.ts';

const files = {
  'apps/kustomization.yaml': `resources: [a.yaml, ../base, https://example.com/x.yaml]
components: [../parts]
patches: [{ path: patch.yaml, target: { kind: ConfigMap } }]
configMapGenerator: [{ name: m, files: [k=../data/file.txt], envs: [../data/x.env] }]
replacements: [{ path: ../data/replacement.yaml }]
`,
  'apps/a.yaml': 'a',
  'apps/patch.yaml': 'p',
  'apps/unused.yaml': 'u',
  'base/kustomization.yml': 'resources: [b.yaml]\n',
  'base/b.yaml': 'b',
  'parts/kustomization.yaml': 'resources: []\n',
  'data/file.txt': 'f',
  'data/x.env': 'e',
  'data/replacement.yaml': 'r',
  'flat/one.yaml': '1',
  'flat/two.txt': '2',
  'flat/own/Kustomization': 'resources: [in.yaml]\n',
  'flat/own/in.yaml': 'i',
  'flat/own/out.yaml': 'o',
  // Within a folder of its own kustomize file nothing is looked for.
  'flat/own/deep/kustomization.yaml': 'resources: [d.yaml]\n',
  'flat/own/deep/d.yaml': 'd',
  'opaque/kustomization.yaml': 'generators: [gen.yaml]\n',
};

async function inputs(changed: Readonly<Record<string, string>> = {}): Promise<TreeInputs> {
  const all = { ...files, ...changed };
  return new TreeInputs(new Map(Object.keys(all).map((path) => [path, path])), await snapshotOf(all));
}

test('files of a build', async () => {
  const tree = await inputs();
  assert.deepEqual(tree.files('./apps', []), [
    'apps/a.yaml',
    'apps/kustomization.yaml',
    'apps/patch.yaml',
    'base/b.yaml',
    'base/kustomization.yml',
    'data/file.txt',
    'data/replacement.yaml',
    'data/x.env',
    'parts/kustomization.yaml',
  ]);
  assert.deepEqual(tree.files('/flat/', []), [
    'flat/one.yaml',
    'flat/own/Kustomization',
    'flat/own/in.yaml',
    'flat/two.txt',
  ]);
  assert.deepEqual(tree.files('base', ['../parts']), [
    'base/b.yaml',
    'base/kustomization.yml',
    'parts/kustomization.yaml',
  ]);
  assert.deepEqual(tree.files('opaque', []), Object.keys(files).sort());
  assert.deepEqual(tree.files('nowhere', []), []);
});

test('the version changes with these files, and with no other', async () => {
  const before = (await inputs()).version('apps', []);
  assert.equal((await inputs()).version('apps', []), before);
  assert.equal((await inputs({ 'apps/unused.yaml': 'changed' })).version('apps', []), before);
  for (const path of ['apps/a.yaml', 'base/b.yaml', 'data/x.env', 'parts/kustomization.yaml']) {
    assert.notEqual((await inputs({ [path]: 'resources: [changed]' })).version('apps', []), before, path);
  }
  const flat = (await inputs()).version('flat', []);
  assert.notEqual((await inputs({ 'flat/new.yaml': 'n' })).version('flat', []), flat);
});

test('what a build reads is asked once for each state and each view of it, and two states do not mix', async () => {
  const all = new InputsOfTrees();
  const places = new Map(Object.keys(files).map((path) => [path, path]));
  const before = await snapshotOf(files);
  const edited = await snapshotOf({ ...files, 'apps/a.yaml': 'changed' });
  const shorter = await snapshotOf({ ...files, 'apps/kustomization.yaml': 'resources: [a.yaml]\n' });

  const inputs = all.of(places, before);
  const version = inputs.version('apps', []);
  assert.equal(all.of(places, before), inputs);
  assert.equal(inputs.version('apps', []), version);
  // The places of an edited file are the same ones; only the state is another.
  assert.notEqual(all.of(places, edited).version('apps', []), version);
  assert.deepEqual(all.of(places, shorter).files('apps', []), ['apps/a.yaml', 'apps/kustomization.yaml']);
  assert.equal(all.of(places, before).version('apps', []), version);

  const moved = new Map([['a.yaml', 'apps/a.yaml']]);
  assert.deepEqual(all.of(moved, before).files('', []), ['a.yaml']);
});

test('a path is one with its components, whatever they are called', async () => {
  const tree = await inputs();
  const [alone, withParts, split] = [
    tree.version('base', []),
    tree.version('base', ['../parts']),
    tree.version('base', ['..', 'parts']),
  ];
  assert.equal(new Set([alone, withParts, split]).size, 3);
  assert.deepEqual(tree.files('base', []), ['base/b.yaml', 'base/kustomization.yml']);
});

test('builds are kept, the least recently used go first, and those with secrets after one more render', () => {
  const cache = new BuildCache<string>(2);
  cache.set('a', 'A', false);
  cache.set('b', 'B', false);
  assert.equal(cache.get('a'), 'A');
  cache.set('c', 'C', false);
  assert.deepEqual(
    ['a', 'b', 'c'].map((key) => cache.get(key)),
    ['A', undefined, 'C'],
  );

  cache.set('s', 'S', true);
  cache.set('t', 'T', true);
  cache.beginRender();
  assert.equal(cache.get('s'), 'S');
  cache.beginRender();
  assert.deepEqual(
    ['s', 't'].map((key) => cache.get(key)),
    ['S', undefined],
  );
  cache.beginRender();
  cache.beginRender();
  assert.equal(cache.get('s'), undefined);
  assert.equal(cache.get('a'), 'A');
});
