/** The rule that passes over a field: where it is put among those that there are, and whether a cluster knows it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ignoreEdit, type IgnoreEdit, jsonPointer, servesIgnore } from '../../../src/drift/ignoreEdit.ts';
import { ignoreRules } from '../../../src/drift/ignoreRules.ts';
import { applyEdit, editField } from '../../../src/manifests/editField.ts';
import { parseYaml } from '../../../src/manifests/parseManifests.ts';
import { plainValue } from '../../../src/manifests/plainValue.ts';
import { valueOf } from '../../../src/drift/wantedField.ts';

const id = { group: 'apps', kind: 'Deployment', namespace: 'apps', name: 'shop' };
const target = { kind: 'Deployment', name: 'shop', namespace: 'apps' };
const field = { id, path: ['spec', 'replicas'] };

interface Row {
  readonly name: string;
  readonly rules?: unknown;
  readonly edit: IgnoreEdit | undefined;
}

const rows: readonly Row[] = [
  {
    name: 'the first rule',
    edit: { path: ['spec', 'driftDetection', 'ignore', 0], value: { paths: ['/spec/replicas'], target } },
  },
  {
    name: 'one more field of a target that has a rule',
    rules: [{ paths: ['/x'] }, { paths: ['/spec/paused'], target }],
    edit: { path: ['spec', 'driftDetection', 'ignore', 1, 'paths', 1], value: '/spec/replicas' },
  },
  {
    name: 'a rule without a target is left alone, for the last of several such alone counts',
    rules: [{ paths: ['/spec/paused'] }],
    edit: { path: ['spec', 'driftDetection', 'ignore', 1], value: { paths: ['/spec/replicas'], target } },
  },
  {
    name: 'a rule that selects more is not widened',
    rules: [{ paths: ['/spec/paused'], target: { kind: 'Deployment' } }],
    edit: { path: ['spec', 'driftDetection', 'ignore', 1], value: { paths: ['/spec/replicas'], target } },
  },
  { name: 'what is ignored already', rules: [{ paths: ['/spec/replicas'], target }], edit: undefined },
];

for (const { name, rules, edit } of rows) {
  void test(`ignoring a field: ${name}`, () => {
    const document = rules === undefined ? { spec: {} } : { spec: { driftDetection: { mode: 'warn', ignore: rules } } };
    assert.deepEqual(ignoreEdit(document, 'HelmRelease', field), edit);
  });
}

void test('what is written selects the object alone, and the field in it', () => {
  const text = 'spec:\n  driftDetection:\n    mode: warn # for now\n    ignore:\n    - paths: [/a]\n';
  const odd = { ...id, kind: 'CustomResourceDefinition', namespace: '', name: 'a.b.io' };
  const path = ['metadata', 'annotations', 'a/b~c'];
  const [root] = parseYaml(text).nodes;
  const edit = ignoreEdit(root && plainValue(root), 'HelmRelease', { id: odd, path }) ?? assert.fail('an edit');
  const result = editField(text, { start: 0, end: text.length }, edit.path, edit.value);
  assert.ok('edit' in result);
  const after = applyEdit(text, result.edit);
  assert.equal(
    after,
    `${text}    - paths:\n      - /metadata/annotations/a~1b~0c\n      target:\n        kind: CustomResourceDefinition\n        name: a\\.b\\.io\n`,
  );
  const [written] = parseYaml(after).nodes;
  const rules = ignoreRules(valueOf(written && plainValue(written), ['spec', 'driftDetection', 'ignore']));
  const object = (name: string) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name },
  });
  assert.deepEqual(rules.pointersFor(object('a.b.io')), ['/a', jsonPointer(path)]);
  assert.deepEqual(rules.pointersFor(object('axb.io')), ['/a']);
});

void test('a Kustomization keeps its rules elsewhere', () => {
  const edit = ignoreEdit({ spec: {} }, 'Kustomization', field);
  assert.deepEqual(edit?.path, ['spec', 'ignore', 0]);
});

void test('whether a cluster knows spec.ignore is asked of the version that is used', () => {
  const version = (name: string, spec: Readonly<Record<string, unknown>>) => ({
    name,
    schema: { openAPIV3Schema: { properties: { spec: { properties: spec } } } },
  });
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'kustomizations.kustomize.toolkit.fluxcd.io' },
    spec: { versions: [version('v1beta2', { path: {} }), version('v1', { path: {}, ignore: {} }), { name: 'v2' }] },
  };
  assert.equal(servesIgnore(definition, 'v1'), true);
  assert.equal(servesIgnore(definition, 'v1beta2'), false);
  assert.equal(servesIgnore(definition, 'v2'), undefined);
  assert.equal(servesIgnore(definition, 'v3'), undefined);
});
