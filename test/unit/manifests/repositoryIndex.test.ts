/** What files say about each other, asked directly: what changes an answer, and what the index forgets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayHoldFacts, noFacts, readFileFacts } from '../../../src/manifests/fileFacts.ts';
import { parseManifests } from '../../../src/manifests/parseManifests.ts';
import { type BuildValue, RepositoryIndex } from '../../../src/manifests/repositoryIndex.ts';

function factsOf(path: string, text: string) {
  return readFileFacts(parseManifests(text, path));
}

function indexOf(files: Readonly<Record<string, string>>): RepositoryIndex {
  const index = new RepositoryIndex();
  for (const [path, text] of Object.entries(files)) {
    index.update(path, factsOf(path, text));
  }
  return index;
}

const flux = (name: string, spec: string): string =>
  `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: ${name}\nspec:\n  sourceRef: {kind: GitRepository, name: repo}\n${spec}`;

const release = (name: string, spec: string): string =>
  `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: ${name}\nspec:\n${spec}`;

const image: BuildValue = {
  kind: 'Deployment',
  name: 'web',
  places: [['spec', 'image']],
  image: 'foo',
};

test('a file without facts is known, and nothing else', () => {
  assert.equal(factsOf('a.yaml', 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n'), noFacts);
  assert.equal(factsOf('values.yaml', 'a: 1\n'), noFacts);
  assert.equal(factsOf('broken.yaml', 'apiVersion: v1\nkind: [\n'), noFacts);
});

test('only documents that may matter are worth parsing', () => {
  const worth = [
    'image: a',
    'initImage: a',
    'tag: 1',
    'chart:',
    'apiVersion: kustomize.toolkit.fluxcd.io/v1',
    'apiVersion: fluxcd.controlplane.io/v1',
  ];
  assert.ok(worth.every(mayHoldFacts));
  assert.ok(!mayHoldFacts('apiVersion: v1\nkind: Service\nspec:\n  ports: []\n'));
  assert.ok(!mayHoldFacts('apiVersion: v1\nkind: ConfigMap\ndata:\n  image: a\n'));
  assert.ok(mayHoldFacts('apiVersion: v1\nkind: List\nitems:\n  - kind: ConfigMap\n  - image: a\n'));
});

test('an update says whether answers may have changed', () => {
  const index = new RepositoryIndex();
  const path = 'clusters/a.yaml';
  assert.equal(index.update(path, factsOf(path, flux('a', '  path: ./apps\n'))), true);
  assert.equal(index.update(path, factsOf(path, `# a comment\n${flux('a', '  path: ./apps\n')}`)), false);
  assert.equal(index.update(path, factsOf(path, flux('a', '  path: ./other\n'))), true);
  assert.equal(index.remove(path), true);
  assert.equal(index.remove(path), false);
  assert.equal(index.size, 0);
});

test('a new file may be the one that a tree names', () => {
  const index = indexOf({
    'clusters/a.yaml': flux('a', '  path: ./apps\n'),
    'apps/kustomization.yaml': 'resources: [late.yaml]\n',
  });
  assert.equal(index.mayBeBuilt('apps/late.yaml'), false);
  index.update('apps/late.yaml', noFacts);
  assert.equal(index.mayBeBuilt('apps/late.yaml'), true);
  index.remove('apps/late.yaml');
  assert.equal(index.mayBeBuilt('apps/late.yaml'), false);
});

test('without Flux Kustomizations that can be followed, anything may be built', () => {
  assert.equal(indexOf({ 'a.yaml': '' }).mayBeBuilt('a.yaml'), true);
  assert.equal(indexOf({ 'a.yaml': '', 'c.yaml': flux('c', '  path: ./elsewhere\n') }).mayBeBuilt('a.yaml'), true);
});

test('who keeps and who replaces a value', () => {
  const index = indexOf({
    'apps/web.yaml': '',
    'clusters/prod.yaml': flux('prod', '  path: ./apps\n  images:\n    - {name: foo, newTag: 1.2.3}\n'),
    'clusters/test.yaml': flux('test', '  path: ./apps\n  images:\n    - {name: other, newTag: 1.2.3}\n'),
  });
  assert.deepEqual(index.overrides('apps/web.yaml', image), { kept: ['test'], replaced: ['prod'] });
  assert.deepEqual(index.overrides('apps/web.yaml', { ...image, image: undefined }), {
    kept: ['prod', 'test'],
    replaced: [],
  });
  assert.deepEqual(index.overrides('nowhere.yaml', image), { kept: [], replaced: [] });
});

test('entries of a Flux Kustomization take the place of those of the kustomize file with the same name', () => {
  const files = (entry: string): Record<string, string> => ({
    'apps/kustomization.yaml': 'resources: [web.yaml]\nimages:\n  - {name: foo, newTag: 1.2.3}\n',
    'apps/web.yaml': '',
    'clusters/prod.yaml': flux('prod', `  path: ./apps\n  images:\n    - ${entry}\n`),
  });
  assert.deepEqual(indexOf(files('{name: bar, newTag: 1}')).overrides('apps/web.yaml', image).replaced, ['prod']);
  assert.deepEqual(indexOf(files('{name: foo, newName: x/foo}')).overrides('apps/web.yaml', image).kept, ['prod']);
});

test('a tree that is taken in along many ways is walked once', { timeout: 10_000 }, () => {
  const files: Record<string, string> = {
    'l0/web.yaml': '',
    'l0/a/kustomization.yaml': 'resources: [../web.yaml]\n',
    'l0/b/kustomization.yaml': 'resources: [../web.yaml]\n',
  };
  for (let level = 1; level < 40; level += 1) {
    const below = `resources: [../../l${level - 1}/a, ../../l${level - 1}/b]\n`;
    files[`l${level}/a/kustomization.yaml`] = below;
    files[`l${level}/b/kustomization.yaml`] = below;
  }
  const { kept } = indexOf(files).overrides('l0/web.yaml', image);
  assert.deepEqual(kept, ['l39/a', 'l39/b']);
});

test('what a variable becomes, and by whom', () => {
  const index = indexOf({
    'apps/web.yaml': '',
    'clusters/a.yaml': flux('a', '  path: ./apps\n  postBuild:\n    substitute: {TAG: "1.2.3", N: 7}\n'),
    'clusters/b.yaml': flux('b', '  path: ./elsewhere\n  postBuild:\n    substitute: {TAG: latest}\n'),
    'clusters/c.yaml': flux(
      'c',
      '  path: ./apps\n  postBuild:\n    substitute: {NESTED: "${TAG}"}\n    substituteFrom: [{kind: ConfigMap, name: x}]\n',
    ),
  });
  assert.deepEqual(index.substitution('apps/web.yaml', 'TAG'), {
    values: [{ by: 'a', value: '1.2.3' }],
    unknown: true,
  });
  assert.deepEqual(index.substitution('apps/web.yaml', 'N').values, [{ by: 'a', value: '7' }]);
  assert.deepEqual(index.substitution('apps/web.yaml', 'NESTED'), { values: [], unknown: true });
  assert.deepEqual(index.substitution('other.yaml', 'TAG'), { values: [], unknown: false });
});

test('sources of a release’s chart, over all documents of that name', () => {
  const index = indexOf({
    'base.yaml': release(
      'web',
      '  chart:\n    spec:\n      chart: a\n      sourceRef: {kind: HelmRepository, name: r}\n',
    ),
    'git.yaml': release(
      'web',
      '  chart:\n    spec:\n      chart: a\n      sourceRef: {kind: GitRepository, name: r}\n',
    ),
    'patch.yaml': release('web', '  chart:\n    spec:\n      version: 1.2.3\n'),
  });
  assert.deepEqual([...index.chartSources('web')].sort(), ['GitRepository', 'HelmRepository']);
  assert.equal(index.chartSources('other').size, 0);
});

test('a values file is one that a generated ConfigMap carries into a release', () => {
  const files = {
    'app/kustomization.yaml': 'configMapGenerator:\n  - name: app-values\n    files: [values.yaml=./prod.yaml]\n',
    'app/prod.yaml': '',
    'app/values.yaml': '',
  };
  const linked = indexOf({
    ...files,
    'app/release.yaml': release('a', '  valuesFrom:\n    - {kind: ConfigMap, name: app-values}\n'),
  });
  assert.equal(linked.isValuesFile('app/prod.yaml'), true);
  assert.equal(linked.isValuesFile('app/values.yaml'), false);
  const secret = indexOf({
    ...files,
    'app/release.yaml': release('a', '  valuesFrom:\n    - {kind: Secret, name: app-values}\n'),
  });
  assert.equal(secret.isValuesFile('app/prod.yaml'), false);
});

test('files below a folder, and nothing beside it', () => {
  const index = indexOf({ 'a/b.yaml': '', 'a/b/c.yaml': '', 'ab/c.yaml': '' });
  assert.deepEqual(index.below('a').sort(), ['a/b.yaml', 'a/b/c.yaml']);
  assert.deepEqual(index.below('a/b'), ['a/b/c.yaml']);
  assert.deepEqual(index.below('a/b.yaml'), ['a/b.yaml']);
  assert.equal(index.below('').length, 3);
});

test('JSON patches in files count for those that they target', () => {
  const index = indexOf({
    'base/kustomization.yaml':
      'resources: [web.yaml]\npatches:\n  - path: patch.yaml\n    target: {kind: Deployment, name: web}\n',
    'base/web.yaml': '',
    'base/patch.yaml': '- op: replace\n  path: /spec/image\n  value: foo:1.2.3\n',
  });
  assert.deepEqual(index.overrides('base/web.yaml', image).replaced, ['base']);
  assert.deepEqual(index.overrides('base/web.yaml', { ...image, name: 'api' }).kept, ['base']);
});

test('facts of a FluxInstance and of its chart name the path that is synchronised', () => {
  const instance =
    'apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nmetadata: {name: flux}\nspec:\n  sync: {path: clusters/a}\n';
  assert.deepEqual(factsOf('a.yaml', instance).syncPaths, ['clusters/a']);
  const chart = release('flux-instance', '  values:\n    instance:\n      sync: {path: clusters/b}\n');
  assert.deepEqual(factsOf('a.yaml', chart).syncPaths, ['clusters/b']);
});
