/** Which fields a Flux object leaves out of its comparison, and what is left of an object without them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ignoreRules, pointerPath, withFieldsOf, withoutPointers } from '../../../src/drift/ignoreRules.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';

const web: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web-1', namespace: 'shop', labels: { tier: 'front' }, annotations: { scaled: 'yes' } },
};

const targets: readonly (readonly [title: string, target: unknown, selects: boolean])[] = [
  ['no target', undefined, true],
  ['an empty target', {}, true],
  ['a kind', { kind: 'Deployment' }, true],
  ['another kind', { kind: 'StatefulSet' }, false],
  ['a part of a kind: expressions are for the whole', { kind: 'Deploy' }, false],
  ['an expression', { kind: 'Deploy.*|Stateful.*' }, true],
  ['an alternative is anchored as a whole', { name: 'web|x' }, false],
  ['an expression that does not look at case', { kind: '(?i)deployment' }, true],
  ['a group and a version', { group: 'apps', version: 'v1' }, true],
  ['another group', { group: 'batch' }, false],
  ['a name by expression', { name: 'web-\\d' }, true],
  ['another namespace', { namespace: 'other' }, false],
  ['labels', { labelSelector: 'tier in (front, back)' }, true],
  ['other labels', { labelSelector: 'tier=back' }, false],
  ['annotations', { annotationSelector: 'scaled' }, true],
  ['all must hold', { kind: 'Deployment', labelSelector: 'tier=back' }, false],
];

for (const [title, target, selects] of targets) {
  test(`a rule with ${title} ${selects ? 'holds' : 'does not hold'}`, () => {
    const rules = ignoreRules([{ paths: ['/spec/replicas'], ...(target === undefined ? {} : { target }) }]);
    assert.deepEqual(rules.pointersFor(web), selects ? ['/spec/replicas'] : []);
    assert.equal(rules.problem, undefined);
  });
}

for (const [title, target] of [
  ['an expression that is none', { name: '(' }],
  ['a label selector that is none', { labelSelector: 'a in b' }],
] as const) {
  test(`${title} is a problem that the controller has too, and selects nothing`, () => {
    const rules = ignoreRules([{ paths: ['/spec'], target }]);
    assert.deepEqual(rules.pointersFor(web), []);
    assert.match(rules.problem ?? '', /^The ignore rules have/);
  });
}

test('an expression that never ends is given up', () => {
  const rules = ignoreRules([{ paths: ['/spec'], target: { name: '(a+)+b' } }]);
  const long = { ...web, metadata: { name: 'a'.repeat(60) } };
  assert.deepEqual(rules.pointersFor(long), []);
  assert.match(rules.problem ?? '', /cannot be used/);
});

for (const stated of [undefined, null, 'text', [null], [{ paths: 'text' }], [{ paths: [1], target: 3 }]]) {
  test(`what is no rule passes nothing over: ${JSON.stringify(stated)}`, () => {
    assert.deepEqual(ignoreRules(stated).pointersFor(web), []);
  });
}

const object = { metadata: { annotations: { 'a/b~c': 'x' } }, list: [{ n: 1 }, { n: 2 }] };

const pointers: readonly (readonly [pointer: string, path: readonly (string | number)[] | undefined])[] = [
  ['/metadata/annotations/a~1b~0c', ['metadata', 'annotations', 'a/b~c']],
  ['/list/1/n', ['list', 1, 'n']],
  ['/list/-1/n', ['list', 1, 'n']],
  ['/list/2', undefined],
  ['/list/-3', undefined],
  ['/nothing/there', undefined],
  ['', undefined],
  ['list', undefined],
  ['/constructor', undefined],
];

for (const [pointer, path] of pointers) {
  test(`the pointer ${JSON.stringify(pointer)} leads ${path ? 'to a field' : 'nowhere'}`, () => {
    assert.deepEqual(pointerPath(pointer, object), path);
  });
}

test('fields are left out of maps and lists, and what is not there is no matter', () => {
  assert.deepEqual(withoutPointers(object, ['/list/0', '/metadata/annotations', '/x/y']), {
    metadata: {},
    list: [{ n: 2 }],
  });
});

test('fields stay as they are in the other object: changed, missing, or added', () => {
  const next = { spec: { replicas: 3, paused: true, template: {} } };
  const live = { spec: { replicas: 5, template: { x: 1 }, more: 'm' } };
  assert.deepEqual(withFieldsOf(next, live, ['/spec/replicas', '/spec/paused', '/spec/more', '/gone/x']), {
    spec: { replicas: 5, template: {}, more: 'm' },
  });
});
