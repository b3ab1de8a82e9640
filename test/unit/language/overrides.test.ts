/** What other files make of a value: images entries, patches, substitution, reach. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkerOf, checkRepository } from '../../support/expectedDiagnostics.ts';

const deployment = (image: string, name = 'app'): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\nspec:\n  template:\n    spec:\n      containers:\n        - name: main\n          image: ${image}\n`;

const flux = (name: string, spec: string): string =>
  `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: ${name}\n  namespace: flux-system\nspec:\n  sourceRef: {kind: GitRepository, name: flux-system}\n${spec.replace(/^(?=.)/gm, '  ')}\n`;

const pinned = 'images:\n  - name: temporalio/server\n    newTag: 1.29.3';
const latest = 'temporalio/server:latest';
const marked = `${latest} #! warning image-latest`;

test('the only Flux Kustomization that builds a base sets the tag', () => {
  checkRepository({
    'apps/temporal/deployment.yaml': deployment(latest),
    'clusters/prod.yaml': flux('temporal', `path: ./apps/temporal\n${pinned}`),
  });
});

test('a second Flux Kustomization builds the same base without it', () => {
  const [message] = checkRepository({
    'apps/temporal/deployment.yaml': deployment(marked),
    'clusters/prod.yaml': flux('temporal', `path: ./apps/temporal\n${pinned}`),
    'clusters/test.yaml': flux('temporal-test', 'path: ./apps/temporal'),
  });
  assert.match(message ?? '', /flux-system\/temporal overrides it, flux-system\/temporal-test does not/);
});

test('the tag may be set anywhere on the way from the base up', () => {
  checkRepository({
    'base/kustomization.yaml': 'resources: [deployment.yaml]\n',
    'base/deployment.yaml': deployment(latest),
    'overlay/kustomization.yaml': `resources: [../base]\n${pinned}\n`,
    'clusters/prod.yaml': flux('temporal', 'path: ./overlay'),
  });
});

test('an overlay that no Flux Kustomization builds does not count against one that is built', () => {
  checkRepository({
    'base/kustomization.yaml': 'resources: [deployment.yaml]\n',
    'base/deployment.yaml': deployment(latest),
    'overlay/kustomization.yaml': `resources: [../base]\n${pinned}\n`,
    'old/kustomization.yaml': 'resources: [../base]\n',
    'clusters/prod.yaml': flux('temporal', 'path: ./overlay'),
  });
});

test('a component sets the tag for whoever takes it in', () => {
  checkRepository({
    'base/kustomization.yaml': 'resources: [deployment.yaml]\ncomponents: [../pins]\n',
    'base/deployment.yaml': deployment(latest),
    'pins/kustomization.yaml': `kind: Component\n${pinned}\n`,
  });
});

test('components of a Flux Kustomization are built, and their images count', () => {
  checkRepository({
    'base/kustomization.yaml': 'resources: [deployment.yaml]\n',
    'base/deployment.yaml': deployment(latest),
    'pins/kustomization.yaml': `kind: Component\n${pinned}\nresources: [job.yaml]\n`,
    'pins/job.yaml': deployment(latest, 'job'),
    'clusters/prod.yaml': flux('temporal', 'path: ./base\ncomponents: [../pins]'),
  });
});

test('renamed on the way, the image answers to its new name', () => {
  const files = (second: string): Record<string, string> => ({
    'base/kustomization.yaml':
      'resources: [deployment.yaml]\nimages:\n  - name: temporalio/server\n    newName: mirror/temporal\n',
    'base/deployment.yaml': deployment(second === 'mirror/temporal' ? latest : marked),
    'overlay/kustomization.yaml': `resources: [../base]\nimages:\n  - name: ${second}\n    newTag: 1.29.3\n`,
  });
  checkRepository(files('mirror/temporal'));
  checkRepository(files('temporalio/server'));
});

test('an entry that only renames decides no version', () => {
  checkRepository({
    'base/kustomization.yaml':
      'resources: [deployment.yaml]\nimages:\n  - name: temporalio/server\n    newName: mirror/temporal\n',
    'base/deployment.yaml': deployment(marked),
  });
});

test('images entries apply to container lists, not to Helm values', () => {
  checkRepository({
    'kustomization.yaml': `resources: [release.yaml]\n${pinned}\n`,
    'release.yaml': `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: a\nspec:\n  values:\n    image: ${latest} #! warning image-latest\n    containers:\n      - image: ${latest}\n`,
  });
});

test('a merge patch sets the image of the container with the same name', () => {
  const patch = (container: string): string =>
    deployment('temporalio/server:1.29.3').replace('name: main', `name: ${container}`);
  const files = (container: string, image: string): Record<string, string> => ({
    'base/kustomization.yaml': 'resources: [deployment.yaml]\npatches:\n  - path: patch.yaml\n',
    'base/deployment.yaml': deployment(image),
    'base/patch.yaml': patch(container),
  });
  checkRepository(files('main', latest));
  checkRepository(files('sidecar', marked));
});

test('patches of a Flux Kustomization count as well', () => {
  checkRepository({
    'apps/deployment.yaml': deployment(latest),
    'clusters/prod.yaml': flux(
      'apps',
      'path: ./apps\npatches:\n  - target: {kind: Deployment, name: "ap.*"}\n    patch: |\n      - op: replace\n        path: /spec/template/spec/containers/0/image\n        value: temporalio/server:1.29.3',
    ),
  });
});

test('a patch that states latest itself is reported where it stands', () => {
  checkRepository({
    'base/kustomization.yaml': 'resources: [deployment.yaml]\npatches:\n  - path: patch.yaml\n',
    'base/deployment.yaml': deployment('temporalio/server:1.29.3'),
    'base/patch.yaml': deployment(marked),
  });
});

test('a folder without kustomize file is built whole, folders with one by theirs', () => {
  checkRepository({
    'apps/a/deep/deployment.yaml': deployment(latest),
    'apps/b/kustomization.yaml': 'resources: [deployment.yaml]\n',
    'apps/b/deployment.yaml': deployment(latest),
    'apps/b/unused.yaml': deployment(`${latest} #! hint image-latest`),
    'clusters/prod.yaml': flux('apps', `path: ./apps\n${pinned}`),
  });
});

test('what no Flux Kustomization builds is a hint; without any, a warning', () => {
  const archived = deployment(`${latest} #! hint image-latest`);
  checkRepository({
    'apps/deployment.yaml': deployment(marked),
    '.archive/deployment.yaml': archived,
    'clusters/prod.yaml': flux('apps', 'path: ./apps'),
  });
  checkRepository({ '.archive/deployment.yaml': deployment(marked) });
});

test('a path with a variable builds whatever it may stand for', () => {
  checkRepository({
    'apps/prod/base/deployment.yaml': deployment(marked),
    'apps/prod/other/deployment.yaml': deployment(`${latest} #! hint image-latest`),
    'clusters/prod.yaml': flux('apps', 'path: ./apps/${ENVIRONMENT}/base'),
  });
});

test('an artifact put together from several folders hides what is built: no hints then', () => {
  checkRepository({
    'apps/deployment.yaml': deployment(marked),
    'other/deployment.yaml': deployment(marked),
    'clusters/prod.yaml': flux('apps', 'path: ./apps'),
    'clusters/more.yaml': flux('more', 'path: ./nowhere').replace('GitRepository', 'ExternalArtifact'),
  });
});

test('the root path of somebody else’s repository is not ours', () => {
  checkRepository({
    'apps/deployment.yaml': deployment(latest),
    'clusters/prod.yaml': flux('apps', `path: ./apps\n${pinned}`),
    'clusters/other.yaml': flux('other', 'path: ./').replace('name: flux-system}', 'name: elsewhere}'),
  });
});

test('a repository in a subfolder of what is open is followed by its own root', () => {
  checkRepository({
    'infra/repo/apps/deployment.yaml': deployment(latest),
    'infra/repo/clusters/prod.yaml': flux('apps', `path: ./apps\n${pinned}`),
  });
});

test('a FluxInstance builds the path that it synchronises', () => {
  checkRepository({
    'clusters/deployment.yaml': deployment(marked),
    'apps/deployment.yaml': deployment(marked),
    'other/deployment.yaml': deployment(`${latest} #! hint image-latest`),
    'clusters/apps.yaml': flux('apps', 'path: ./apps'),
    'clusters/instance.yaml': `apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nmetadata:\n  name: flux\nspec:\n  sync:\n    path: ./clusters\n`,
  });
});

test('kustomize trees that go round in circles end', { timeout: 5_000 }, () => {
  checkRepository({
    'a/kustomization.yaml': 'resources: [../b, deployment.yaml]\ncomponents: [../a]\n',
    'b/kustomization.yaml': 'resources: [../a]\n',
    'a/deployment.yaml': deployment(marked),
    'clusters/prod.yaml': flux('apps', 'path: ./a'),
  });
});

const substitute = (value: string): string => `path: ./apps\npostBuild:\n  substitute:\n    TAG: ${value}`;

test('an inline substitution decides, whatever the default', () => {
  checkRepository({
    'apps/deployment.yaml': deployment('foo:${TAG:-latest}'),
    'clusters/prod.yaml': flux('apps', substitute('1.2.3')),
  });
  const [message] = checkRepository({
    'apps/deployment.yaml': deployment('foo:${TAG:-1.2.3} #! warning image-latest'),
    'clusters/prod.yaml': flux('apps', substitute('latest')),
  });
  assert.match(message ?? '', /foo:latest .*postBuild\.substitute of flux-system\/apps/);
});

test('a default that is latest is what runs where nothing is substituted', () => {
  checkRepository({
    'apps/deployment.yaml': deployment('foo:${TAG:-latest} #! warning image-latest'),
    'clusters/prod.yaml': flux('apps', 'path: ./apps'),
  });
});

test('a variable that may come from the cluster is not guessed', () => {
  checkRepository({
    'apps/deployment.yaml': deployment('foo:${TAG:-latest}'),
    'clusters/prod.yaml': flux(
      'apps',
      'path: ./apps\npostBuild:\n  substituteFrom:\n    - kind: Secret\n      name: settings',
    ),
  });
});

test('each Kustomization substitutes for itself', () => {
  const [message] = checkRepository({
    'apps/deployment.yaml': deployment('foo:${TAG} #! warning image-latest'),
    'clusters/prod.yaml': flux('prod', substitute('1.2.3')),
    'clusters/test.yaml': flux('test', substitute('latest')),
  });
  assert.match(message ?? '', /of flux-system\/test$/);
});

const valuesFile = 'image:\n  repository: foo/bar\n  tag: latest #! warning image-latest\n';
const linked = {
  'app/kustomization.yaml':
    'resources: [release.yaml]\nconfigMapGenerator:\n  - name: app-values\n    files: [values.yaml=values.yaml]\n',
  'app/release.yaml': `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: a\nspec:\n  valuesFrom:\n    - kind: ConfigMap\n      name: app-values\n`,
};

test('a values file is judged when a HelmRelease reads it', () => {
  checkRepository({ ...linked, 'app/values.yaml': valuesFile });
  checkRepository({ 'app/values.yaml': valuesFile.replace(/ #!.*/, '') });
});

test('templates of a Helm chart are no manifests', () => {
  checkRepository({
    'charts/a/Chart.yaml': 'apiVersion: v2\nname: a\n',
    'charts/a/templates/deployment.yaml': deployment(latest),
    'charts/a/crds/x.yaml': deployment(latest),
    'charts/b/templates/deployment.yaml': deployment(marked),
  });
});

test('an edit of one file changes what is said about another', () => {
  const checker = checkerOf({
    'apps/deployment.yaml': deployment(latest),
    'clusters/prod.yaml': flux('temporal', `path: ./apps\n${pinned}`),
  });
  assert.deepEqual(checker.suspects(), ['apps/deployment.yaml']);
  assert.equal(checker.diagnostics('apps/deployment.yaml').length, 0);
  checker.update('clusters/prod.yaml', flux('temporal', 'path: ./apps'));
  assert.equal(checker.diagnostics('apps/deployment.yaml').length, 1);
  checker.remove('apps/deployment.yaml');
  assert.equal(checker.diagnostics('apps/deployment.yaml').length, 0);
  assert.equal(checker.size, 1);
});
