/**
 * What rules of later versions will report, and what none ever should: today's stay silent on all of it. A row moves
 * to its own rule's test when that rule comes.
 */
import { test } from 'node:test';
import { checkFile } from '../../support/expectedDiagnostics.ts';

const digest = `sha256:${'7'.repeat(64)}`;

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

const tags = ['3.10.0', '7', '"1.10"', '9.7', 'v1', '12:30:45'];

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
