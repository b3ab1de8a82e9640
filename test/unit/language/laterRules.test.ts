/**
 * What rules of later versions will report, and what none ever should: today's four stay silent on all of it. A row moves
 * to its own rule's test when that rule comes.
 */
import { test } from 'node:test';
import { checkFile } from '../../support/expectedDiagnostics.ts';

const digest = `sha256:${'7'.repeat(64)}`;

const source = (kind: string, spec: string): string =>
  `apiVersion: source.toolkit.fluxcd.io/v1\nkind: ${kind}\nmetadata:\n  name: a\nspec:\n${spec.replace(/^(?=.)/gm, '  ')}\n`;

const sources: Readonly<Record<string, string>> = {
  'an OCIRepository by range': source('OCIRepository', 'url: oci://ghcr.io/a/b\nref:\n  semver: 41.x.x'),
  'an OCIRepository by a range without end': source(
    'OCIRepository',
    'url: oci://ghcr.io/a/b\nref:\n  semver: ">= 1.8.0-rc.0"',
  ),
  'an OCIRepository with tag and digest': source(
    'OCIRepository',
    `url: oci://ghcr.io/a/b\nref:\n  tag: 0.10.3\n  digest: ${digest}`,
  ),
  'an OCIRepository without ref': source('OCIRepository', 'url: oci://ghcr.io/a/b'),
  'an OCIRepository by latest': source('OCIRepository', 'url: oci://ghcr.io/a/b\nref:\n  tag: latest'),
  'an OCIRepository by two numbers': source('OCIRepository', 'url: oci://ghcr.io/a/b\nref:\n  tag: "5.1"'),
  'an OCIRepository with a plus in the tag': source(
    'OCIRepository',
    'url: oci://ghcr.io/a/b\nref:\n  tag: 1.2.3+build1',
  ),
  'a GitRepository on a branch': source(
    'GitRepository',
    'url: https://github.com/hmcts/hmcts-charts\nref:\n  branch: master',
  ),
  'a GitRepository on a branch that looks like a tag': source(
    'GitRepository',
    'url: https://github.com/a/b\nref:\n  branch: v1.8.4',
  ),
  'a GitRepository by commit': source(
    'GitRepository',
    'url: https://github.com/a/b\nref:\n  branch: main\n  commit: 7ab65dc8f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0',
  ),
  'a GitRepository without ref': source('GitRepository', 'url: https://github.com/a/b'),
  'a GitRepository by tag and range': source(
    'GitRepository',
    'url: https://github.com/a/b\nref:\n  tag: v1.0.0\n  semver: ">=1.0.0"',
  ),
};

for (const [what, text] of Object.entries(sources)) {
  test(`${what} is another rule’s matter`, () => void checkFile(text));
}

const bases: readonly string[] = [
  'github.com/org/repo//deploy',
  'https://github.com/org/repo//deploy?ref=main',
  'https://github.com/org/repo/releases/latest/download/install.yaml',
  'https://raw.githubusercontent.com/org/repo/refs/tags/v1.2.3/x.yaml',
  'https://raw.githubusercontent.com/prometheus-community/helm-charts/kube-prometheus-stack-85.2.0/crds/x.yaml',
  'github.com/fluxcd/flux2/manifests/install?ref=v2.9.4',
  'https://github.com/org/repo//c?version=v1.2.3',
];

for (const base of bases) {
  test(`the remote base ${base} is another rule’s matter`, () => {
    checkFile(`resources:\n  - ${base}\ncomponents:\n  - ${base}\n`, 'apps/kustomization.yaml');
  });
}

const entries: Readonly<Record<string, string>> = {
  'a number as new tag': '{name: foo, newTag: 1.10}',
  'a tag in the new name': '{name: foo, newName: "bar:2"}',
  'tag and digest': `{name: foo, newTag: latest, digest: "${digest}"}`,
  'a suffix that makes the tag another one': '{name: foo, newTag: latest, tagSuffix: -v1}',
  'a new name alone': '{name: foo, newName: bar}',
  'an exact tag': '{name: foo, newTag: 1.2.3}',
};

for (const [what, entry] of Object.entries(entries)) {
  test(`an images entry with ${what} is another rule’s matter`, () => {
    checkFile(`images:\n  - ${entry}\n`, 'apps/kustomization.yaml');
  });
}

const release = (values: string): string =>
  `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: a\nspec:\n  values:\n${values.replace(/^(?=.)/gm, '    ')}\n`;

const tags = [
  '1.10',
  '0123456',
  '2025-01-01',
  '1e3',
  '3.10.0',
  '7',
  '"1.10"',
  'pr-1216',
  'rolling',
  'stable',
  '9.7',
  'v1',
  '12:30:45',
];

for (const tag of tags) {
  test(`the tag ${tag} is another rule’s matter`, () => {
    checkFile(release(`image:\n  repository: foo/bar\n  tag: ${tag}`));
  });
}

test('a marker in single quotes is another rule’s matter, and promises no automation', () => {
  checkFile(release("image: foo/bar:1.2.3 # {'$imagepolicy': 'ns:name'}"));
});

test('versions of operators and environment variables are never checked', () => {
  checkFile(
    `apiVersion: elasticsearch.k8s.elastic.co/v1\nkind: Elasticsearch\nmetadata:\n  name: a\nspec:\n  version: latest\n  nodeSets:\n    - podTemplate:\n        spec:\n          containers:\n            - name: a\n              env:\n                - name: RELATED_IMAGE_A\n                  value: foo/bar:latest\n`,
  );
});
