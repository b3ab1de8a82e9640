/** Which documents of a file state an object that a Kustomization applies, and on which line each stands. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainDocuments } from '../../../src/manifests/plainDocuments.ts';

const deployment = 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: apps\nspec: {}\n';
const configMap =
  "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  labels:\n    name: no\n  name: 'settings'\ndata:\n  name: x\n";
const role = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: system:My_role\n';
const release =
  'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: a\nspec:\n  chart:\n    spec:\n      chart: a\n';

const rows: readonly (readonly [what: string, text: string, found: readonly string[]])[] = [
  ['a deployment', deployment, ['0 apps/Deployment apps/web']],
  ['one without a namespace', configMap, ['0 /ConfigMap -/settings']],
  ['a name that only RBAC has', role, ['0 rbac.authorization.k8s.io/ClusterRole -/system:My_role']],
  [
    'several, with comments before them',
    `# of the team\n---\n${deployment}---\n# two\n\n${configMap}`,
    ['2 apps/Deployment apps/web', '11 /ConfigMap -/settings'],
  ],
  ['CRLF', `---\r\n${configMap.replaceAll('\n', '\r\n')}`, ['1 /ConfigMap -/settings']],
  ['what has lenses of its own is left out', `${release}---\n${deployment}`, ['9 apps/Deployment apps/web']],
  [
    'a patch of a release is an object like any other',
    release.replace(/ {2}chart[^]*/, '  suspend: true\n'),
    ['0 helm.toolkit.fluxcd.io/HelmRelease -/a'],
  ],
  ['kustomize’s own file', 'apiVersion: kustomize.config.k8s.io/v1\nkind: Kustomization\nmetadata:\n  name: a\n', []],
  ['a name that is filled in later', deployment.replace('web', '${APP}'), []],
  ['a namespace that is filled in later', deployment.replace('namespace: apps', 'namespace: ${NS}'), []],
  ['values of a chart', 'image:\n  kind: x\nreplicas: 1\n', []],
  ['nothing', '', []],
];

for (const [what, text, expected] of rows) {
  test(what, () => {
    const found = plainDocuments(text).map(
      ({ line, group, kind, namespace = '-', name }) => `${line} ${group}/${kind} ${namespace}/${name}`,
    );
    assert.deepEqual(found, expected);
  });
}

test('a bundle of many gives the first ones alone', () => {
  assert.equal(plainDocuments(Array.from({ length: 80 }, () => deployment).join('---\n')).length, 50);
});

test('an offset is in the document that it lies in', () => {
  const text = `${deployment}---\n${configMap}`;
  const [first, second] = plainDocuments(text);
  assert.deepEqual(
    [first?.document, second?.document],
    [
      { start: 0, end: deployment.length },
      { start: deployment.length, end: text.length },
    ],
  );
});
