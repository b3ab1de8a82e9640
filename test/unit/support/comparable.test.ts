/** What counts as the same objects when two programs are compared, and what is told where they are not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differences, objectTitle, yamlObjects } from '../../support/comparable.ts';

const configMap = (data: string, name = 'a') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: apps }\ndata: ${data}\n`;

const rows: readonly (readonly [what: string, ours: string, theirs: string, ...expected: readonly string[]])[] = [
  ['the same in another order of keys', configMap('{ x: "1", y: "2" }'), configMap('{ y: "2", x: "1" }')],
  [
    'the same in another order of objects',
    `${configMap('{}')}---\n${configMap('{}', 'b')}`,
    `${configMap('{}', 'b')}---\n${configMap('{}')}`,
  ],
  ['a comment and an empty document', `# first\n---\n---\n${configMap('{}')}`, configMap('{}')],
  ['a list and its objects', `kind: List\nitems:\n- { kind: A }\n- { kind: B }\n`, '{ kind: A }\n---\n{ kind: B }\n'],
  ['words of YAML 1.1', '{ kind: A, on: yes, mode: 0644 }', '{ kind: A, "true": true, mode: 420 }'],
  ['a moment is a text', '{ kind: A, at: 2026-01-01 }', '{ kind: A, at: "2026-01-01" }'],
  ['a dot is a text', '{ kind: A, zone: ., size: .5 }', '{ kind: A, zone: ".", size: 0.5 }'],
  ['a number with colons is a text', '{ kind: A, at: 22:30 }', '{ kind: A, at: "22:30" }'],
  [
    'a text and a number',
    configMap('{ x: "1" }'),
    configMap('{ x: 1 }'),
    'v1 ConfigMap apps/a: data.x: ours "1", theirs 1',
  ],
  [
    'a key that one lacks',
    configMap('{ x: "1" }'),
    configMap('{}'),
    'v1 ConfigMap apps/a: data.x: ours "1", theirs nothing',
  ],
  ['null and nothing', configMap('{ x: }'), configMap('{}'), 'v1 ConfigMap apps/a: data.x: ours null, theirs nothing'],
  [
    'an object that one lacks',
    configMap('{}'),
    configMap('{}', 'b'),
    'only ours: v1 ConfigMap apps/a',
    'only theirs: v1 ConfigMap apps/b',
  ],
  [
    'an object twice',
    configMap('{}'),
    `${configMap('{}')}---\n${configMap('{}')}`,
    'only theirs: v1 ConfigMap apps/a (2)',
  ],
  [
    'one element of a list',
    '{ kind: A, list: [1, 2] }',
    '{ kind: A, list: [1, 3] }',
    'undefined A -/-: list[1]: ours 2, theirs 3',
  ],
  [
    'lists of different lengths',
    '{ kind: A, list: [1] }',
    '{ kind: A, list: [1, 2] }',
    'undefined A -/-: list: ours [1], theirs [1,2]',
  ],
];
for (const [what, ours, theirs, ...expected] of rows) {
  test(`compared objects: ${what}`, () => {
    assert.deepEqual(differences(yamlObjects(ours), yamlObjects(theirs)), expected);
  });
}

test('a text that is no YAML is refused', () => {
  assert.throws(() => yamlObjects('a: [1'), /no YAML/);
});

test('a title says what is missing', () => {
  assert.equal(objectTitle({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } }), 'v1 Namespace -/x');
});
