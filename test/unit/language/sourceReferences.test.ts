/** What a source follows: which field of its reference counts, whose the source is, and what is left alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyConfig } from '../../../src/language/repositoryConfig.ts';
import { checkerOf, checkFile, checkRepository } from '../../support/expectedDiagnostics.ts';

const digest = `sha256:${'7'.repeat(64)}`;
const commit = '7ab65dc8f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0';

const source = (kind: string, spec: string): string =>
  `apiVersion: source.toolkit.fluxcd.io/v1\nkind: ${kind}\nmetadata:\n  name: charts\nspec:\n${spec.replace(/^(?=.)/gm, '  ')}\n`;
const git = (ref: string): string => source('GitRepository', `url: https://github.com/a/b\nref:\n  ${ref}`);
const oci = (ref: string): string => source('OCIRepository', `url: oci://ghcr.io/a/b\nref:\n  ${ref}`);

const rows: Readonly<Record<string, string>> = {
  'a GitRepository without ref follows master': source(
    'GitRepository',
    'url: https://github.com/a/b #! warning source-no-ref https://github.com/a/b',
  ),
  'an empty ref is none': source(
    'GitRepository',
    'url: https://github.com/a/b #! warning source-no-ref\nref: {tag: ""}',
  ),
  'a branch': git('branch: main #! information source-branch main'),
  'a branch that looks like a tag': git('branch: v1.8.4 #! information source-branch v1.8.4'),
  'a commit below its branch': git(`branch: main\n  commit: ${commit}`),
  'a commit': git(`commit: ${commit}`),
  'a tag': git('tag: v1.2.3'),
  'a tag that names no version': git('tag: stable #! information source-branch stable'),
  'a name of a tag': git('name: refs/tags/v1.2.3'),
  'a name of a branch': git('name: refs/heads/main #! information source-branch'),
  'a name of a pull request': git('name: refs/pull/420/head #! information source-branch'),
  'a range without end': git('semver: ">=1.0.0" #! warning source-semver-open ">=1.0.0"'),
  'a range with an end': git('semver: 1.x #! information source-semver-range 1.x'),
  'an exact version as range': git('semver: 1.2.3'),
  'a tag that a range would overrule by the documentation': git(
    'tag: v1.0.0\n  semver: ">=1.0.0" #! information source-dead-field ">=1.0.0"',
  ),
  'a variable that nothing defines': git('branch: ${GIT_BRANCH}'),
  'a variable with a default': git('branch: ${GIT_BRANCH:=main} #! information source-branch'),
  'a template of a ResourceSet': git('branch: << inputs.branch >>'),
  'an OCIRepository without ref follows latest': source(
    'OCIRepository',
    'url: oci://ghcr.io/a/b #! warning source-oci-latest oci://ghcr.io/a/b',
  ),
  'a registry of this machine may follow latest, said or not': [
    source('OCIRepository', 'url: oci://localhost:5000/b'),
    source('OCIRepository', 'url: oci://localhost:5000/b\nref:\n  tag: latest'),
    source('OCIRepository', 'url: oci://${REGISTRY:=localhost:5000}/b'),
  ].join('---\n'),
  'a range that cannot be read': git('semver: latest #! error chart-version-invalid latest'),
  'a version of four parts as range': oci('semver: "1.2.3.4" #! error chart-version-invalid "1.2.3.4"'),
  'a range that is a number': oci('semver: 1.10 #! error chart-version-invalid 1.10'),
  'a range that lets nothing in': git('semver: "1,2" #! error chart-version-invalid'),
  'the tag latest': oci('tag: latest #! warning source-oci-latest latest'),
  'a tag that is a word': oci('tag: stable #! information source-oci-latest stable'),
  'the build of a pull request': oci('tag: pr-12 #! information source-oci-latest'),
  'a tag with a plus': oci('tag: 1.2.3+build1 #! error image-invalid 1.2.3+build1'),
  'a tag of two numbers needs the chart to be judged': oci('tag: "5.1"'),
  'an exact tag': oci('tag: 1.2.3'),
  'a digest beside the tag that it overrules': oci(`tag: latest\n  digest: ${digest}`),
  'every version': oci('semver: "*" #! warning source-semver-open "*"'),
  'pre-releases of every later version': oci('semver: ">= 1.8.0-rc.0" #! warning source-semver-open'),
  'a range within one major version': oci('semver: 41.x.x #! information source-semver-range'),
  'a range that overrules a tag': oci(
    'semver: 1.x #! information source-semver-range\n  tag: 1.2.3 #! information source-dead-field 1.2.3',
  ),
  'a digest that overrules a range': oci(`digest: ${digest}\n  semver: 1.x #! information source-dead-field`),
  'a registry of this machine': source('OCIRepository', 'url: oci://localhost:5000/a\nref:\n  tag: local'),
  'a registry of the cluster': source(
    'OCIRepository',
    'url: oci://registry.default.svc.cluster.local:5000/a\nref:\n  tag: latest',
  ),
  'a bucket and a HelmRepository have no version': `${source('Bucket', 'bucketName: a')}---\n${source('HelmRepository', 'url: https://example.com')}`,
  'a patch misses nothing': source('GitRepository', 'interval: 1h'),
  'a range in a patch that says nothing of the address': source(
    'GitRepository',
    'ref:\n  semver: "*" #! warning source-semver-open',
  ),
  'a branch in such a patch may be of the same owner': source(
    'GitRepository',
    'ref:\n  branch: main #! hint source-branch',
  ),
};

for (const [what, text] of Object.entries(rows)) {
  test(what, () => void checkFile(text));
}

test('sources inside a ResourceSet are sources', () => {
  const item = oci('semver: "*" #! warning source-semver-open').replace(/^(?=.)/gm, '      ');
  checkFile(
    `apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSet\nmetadata:\n  name: a\nspec:\n  resources:\n    -${item.slice(5)}`,
  );
});

const owners: readonly (readonly [url: string, mark: string])[] = [
  ['https://github.com/example/fleet', ''],
  ['ssh://git@github.com/Example/fleet.git', ''],
  ['${URL:=https://github.com/example/fleet}', ''],
  ['https://github.com/example/charts', 'hint source-branch'],
  ['https://github.com/other/charts', 'information source-branch'],
  ['https://git.example.net/tools/charts', 'hint source-branch'],
];

for (const [url, mark] of owners) {
  test(`a branch of ${url} is ${mark === '' ? 'the repository itself' : mark}`, () => {
    const checker = checkerOf({
      'a.yaml': source('GitRepository', `url: ${url}\nref:\n  branch: main`),
    });
    checker.remotes = ['git@github.com:example/fleet.git'];
    checker.inherit({ ...emptyConfig, ownHosts: ['git.example.net'] });
    const found = checker
      .diagnostics('a.yaml')
      .map(({ severity, code }) => `${['', 'error', 'warning', 'information', 'hint'][severity ?? 0]} ${String(code)}`);
    assert.deepEqual(found, mark === '' ? [] : [mark]);
  });
}

test('the source that flux bootstrap writes is the repository itself', () => {
  checkFile(git('branch: main'), 'clusters/lab/flux-system/gotk-sync.yaml');
});

test('an artifact that is named like the repository is its own', () => {
  const checker = checkerOf({
    'own.yaml': source('OCIRepository', 'url: oci://ghcr.io/example/fleet/manifests\nref:\n  tag: latest'),
    'other.yaml': source('OCIRepository', 'url: oci://ghcr.io/example/charts\nref:\n  tag: latest'),
  });
  checker.remotes = ['https://github.com/example/fleet'];
  assert.deepEqual(checker.diagnostics('own.yaml'), []);
  assert.equal(checker.diagnostics('other.yaml').length, 1);
});

test('what is wrong is told of the own repository too', () => {
  const checker = checkerOf({
    'git.yaml': source('GitRepository', 'url: https://github.com/example/fleet\nref:\n  semver: 1.x\n  tag: v1.0.0'),
    'oci.yaml': source('OCIRepository', 'url: oci://ghcr.io/example/fleet/manifests\nref:\n  tag: 1.2.3+b'),
  });
  checker.remotes = ['https://github.com/example/fleet'];
  assert.deepEqual(
    ['git.yaml', 'oci.yaml'].flatMap((path) => checker.diagnostics(path).map(({ code }) => code)),
    ['source-dead-field', 'image-invalid'],
  );
});

test('a setting for the rule wins over what is known of the owner', () => {
  const checker = checkerOf(
    { 'a.yaml': source('GitRepository', 'url: https://github.com/example/charts\nref:\n  branch: main') },
    { ruleSeverity: { 'source-branch': 'error' } },
  );
  checker.remotes = ['https://github.com/example/fleet'];
  assert.equal(checker.diagnostics('a.yaml')[0]?.severity, 1);
});

test('an overlay that pins the source makes the finding go away', () => {
  const files = (patched: boolean) => ({
    'base/source.yaml': git(`branch: main${patched ? '' : ' #! information source-branch'}`),
    'base/kustomization.yaml': 'resources: [source.yaml]\n',
    'prod/kustomization.yaml': `resources: [../base]\n${patched ? 'patches:\n  - path: pin.yaml\n' : ''}`,
    'prod/pin.yaml': git('tag: v1.2.3'),
    'cluster.yaml':
      'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: prod\n  namespace: flux-system\nspec:\n  path: ./prod\n  sourceRef: {kind: GitRepository, name: flux-system}\n',
  });
  checkRepository(files(true));
  checkRepository(files(false));
});

test('messages say what happens, and that a tag wins whatever the documentation says', () => {
  const said = (text: string): string[] =>
    checkerOf({ 'a.yaml': text })
      .diagnostics('a.yaml')
      .map(({ message }) => (typeof message === 'string' ? message : message.value));
  assert.deepEqual(said(git('tag: v1.0.0\n  semver: "1.x"')), [
    'semver has no effect: tag decides, although Flux’s documentation says otherwise',
  ]);
  assert.deepEqual(said(git('branch: v1.8.4')), [
    'v1.8.4 looks like a tag, but branch only finds branches: every push to it is applied',
  ]);
  assert.deepEqual(said(oci('tag: 1.2.3+a+b')), ['1.2.3+a+b is no tag that a registry accepts: write 1.2.3_a_b']);
});

const flux = (version: string): string =>
  `apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nmetadata:\n  name: flux\nspec:\n  distribution:\n    version: ${version}\n    artifact: oci://ghcr.io/controlplaneio-fluxcd/flux-operator-manifests:latest\n  sync:\n    ref: refs/heads/main\n`;

test('the version of Flux that an operator installs', () => {
  checkFile(flux('2.7.x'));
  checkFile(flux('2.7.5'));
  checkFile(flux('latest #! error chart-version-invalid latest'));
  checkFile(flux('"2.7.0.1" #! error chart-version-invalid'));
  checkFile(flux('2.10 #! error chart-version-invalid 2.10'));
  checkFile(flux('"2.10"'));
  checkFile(flux('2.x #! hint source-semver-range 2.x'));
  checkFile(flux('"*" #! information source-semver-open "*"'));
  checkFile(
    'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: flux\nspec:\n  chartRef: {kind: OCIRepository, name: flux-instance}\n  values:\n    instance:\n      distribution:\n        version: 2.x #! hint source-semver-range\n',
  );
});

test('a commit that an overlay adds decides before the branch of its base', () => {
  const base = (mark: string) => source('GitRepository', `url: https://github.com/a/b\nref:\n  branch: main${mark}`);
  const overlay = (ref: string) => ({
    'base/kustomization.yaml': 'resources: [source.yaml]\n',
    'lab/kustomization.yaml': 'resources: [../base]\npatches:\n  - path: patch.yaml\n',
    'lab/patch.yaml': source('GitRepository', `ref:\n  ${ref}`),
  });
  checkRepository({ ...overlay(`commit: ${commit}`), 'base/source.yaml': base('') });
  checkRepository({ ...overlay('tag: v1.2.3'), 'base/source.yaml': base('') });
  const bare = (mark: string) => source('GitRepository', `url: https://github.com/a/b${mark}`);
  checkRepository({ ...overlay('tag: v1.2.3'), 'base/source.yaml': bare('') });
  checkRepository({ ...overlay(''), 'base/source.yaml': bare(' #! warning source-no-ref') });
  // A branch has no say beside a tag.
  const tagged = source(
    'GitRepository',
    'url: https://github.com/a/b\nref:\n  tag: stable #! information source-branch',
  );
  const branch = overlay('branch: dev #! hint source-branch');
  checkRepository({ ...branch, 'base/source.yaml': tagged });
});
