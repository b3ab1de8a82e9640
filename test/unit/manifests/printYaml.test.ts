/** Objects as YAML: in the order of a manifest, and the same object when read back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { printYaml } from '../../../src/manifests/printYaml.ts';

test('fields stand as a person writes them, the status last', () => {
  const text = printYaml({
    status: { ready: true },
    zeta: 1,
    spec: {},
    kind: 'A',
    metadata: { uid: '1', annotations: {}, name: 'web', labels: {}, namespace: 'default' },
    apiVersion: 'v1',
  });
  assert.deepEqual(
    text.split('\n').flatMap((line) => /^ {0,2}([a-zA-Z]+):/.exec(line)?.[1] ?? []),
    [
      'apiVersion',
      'kind',
      'metadata',
      'name',
      'namespace',
      'labels',
      'annotations',
      'uid',
      'spec',
      'zeta',
      'status',
      'ready',
    ],
  );
});

for (const [name, value] of [
  ['words that YAML 1.1 takes for truth', { a: 'yes', b: 'on', c: 'n', d: 'true' }],
  ['text that looks like a number', { a: '0x10', b: '1e3', c: '010', d: '1:30', e: '0o7' }],
  ['text that looks like a date', { a: '2026-01-01' }],
  ['nothing', { a: null, b: '', c: [], d: {} }],
  ['several lines', { a: 'one\ntwo\n', b: 'one\n\n  two', c: '\n', d: ' leading' }],
  ['marks', { a: '# no comment', b: '- no list', c: '{no: map}', d: '*no', e: '&no', f: '!no', g: '"', h: "'" }],
  ['lines of spaces', { a: `${'word '.repeat(20)}\r\nb\n \n\n`, b: `${'word '.repeat(20)}\r\nb\n \nc`, c: 'a\n \n' }],
  ['long text', { a: 'word '.repeat(100) }],
  ['numbers', { a: 1, b: 1.5, c: -0.001, d: 1e21 }],
] as const) {
  for (const version of ['1.1', '1.2'] as const) {
    test(`${name} reads back the same in YAML ${version}`, () => {
      assert.deepEqual(parse(printYaml(value), { version }), value);
    });
  }
}

test('the same list twice is written twice: aliases hinder comparing', () => {
  const list = ['a'];
  assert.equal(printYaml({ one: list, two: list }), 'one:\n  - a\ntwo:\n  - a\n');
});

test('metadata of another shape is no reason to fail', () => {
  assert.equal(printYaml({ metadata: 'odd', kind: 'A' }), 'kind: A\nmetadata: odd\n');
});

test('long lines are not folded', () => {
  assert.equal(printYaml({ a: 'word '.repeat(50).trim() }).split('\n').length, 2);
});
