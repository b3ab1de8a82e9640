/** YAML of all kinds becomes objects with positions, or problems; nothing throws. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseManifests, parseYaml } from '../../../src/manifests/parseManifests.ts';
import { asMap, isUnset, itemsOf, plainText, stringAt, valueAt } from '../../../src/manifests/yamlNode.ts';

const object = (name: string, rest = ''): string => `apiVersion: v1\nkind: Thing\nmetadata:\n  name: ${name}\n${rest}`;

function names(text: string, path = 'a.yaml'): string[] {
  return parseManifests(text, path).manifests.map(({ name }) => name);
}

const documents: readonly (readonly [what: string, text: string, names: readonly string[]])[] = [
  ['one document', object('a'), ['a']],
  ['several documents', `${object('a')}---\n${object('b')}---\n${object('c')}`, ['a', 'b', 'c']],
  ['a marker with content and comment', `--- # first\n${object('a')}...\n---\n${object('b')}`, ['a', 'b']],
  ['empty documents', `---\n---\n\n---\n# nothing\n---\n${object('a')}---\n`, ['a']],
  ['comments before the first marker', `# head\n\n---\n${object('a')}`, ['a']],
  ['a directive', `%YAML 1.2\n---\n${object('a')}`, ['a']],
  ['a byte order mark and CRLF', `\uFEFF${object('a')}---\n${object('b')}`.replaceAll('\n', '\r\n'), ['a', 'b']],
  ['dashes in a block that are no marker', object('a', 'text: |\n  ---\n  x\n'), ['a']],
  ['flow style', '{"apiVersion": "v1", "kind": "Thing", "metadata": {"name": "a"}}', ['a']],
  [
    'a List and a typed list',
    `apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: A, metadata: {name: a}}\n  - {apiVersion: v1, kind: PodList, items: [{apiVersion: v1, kind: B, metadata: {name: b}}]}\n`,
    ['a', 'b'],
  ],
  ['a name that is a number', object('1234'), ['1234']],
  [
    'no kind, no apiVersion, no object',
    'apiVersion: v1\n---\nkind: A\n---\nkind: A\napiVersion:\n---\n- kind\n- apiVersion\n---\nkind apiVersion\n',
    [],
  ],
  ['values and other files', 'image:\n  tag: latest\n', []],
  [
    'a custom resource definition',
    'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: a\n',
    [],
  ],
  ['nothing', '', []],
];

for (const [what, text, wanted] of documents) {
  test(`objects of ${what}`, () => {
    assert.deepEqual(names(text), wanted);
    assert.deepEqual(parseManifests(text, 'a.yaml').problems, []);
  });
}

const broken: readonly (readonly [what: string, text: string])[] = [
  ['an unclosed quote', 'apiVersion: v1\nkind: A\nmetadata: {name: "x\n'],
  ['an unclosed bracket', 'apiVersion: v1\nkind: A\nlist: [a\n'],
  ['a tab', 'apiVersion: v1\nkind: A\nmetadata:\n\tname: x\n'],
  ['a template', 'apiVersion: v1\nkind: A\n{{- if .x }}\nmetadata:\n  name: {{ .Values.name }}\n{{- end }}\n'],
  ['an unknown alias', 'apiVersion: v1\nkind: A\nmetadata: *nobody\n'],
  ['a node that contains itself', 'apiVersion: v1\nkind: A\nmetadata: &a\n  b: *a\n'],
];

for (const [what, text] of broken) {
  test(`${what} is a problem of its document, and of no other`, () => {
    const { manifests, problems } = parseManifests(`${object('a')}---\n${text}---\n${object('c')}`, 'x.yaml');
    assert.deepEqual(
      manifests.map(({ name }) => name),
      ['a', 'c'],
    );
    assert.equal(problems.length, 1);
    assert.ok((problems[0]?.start ?? 0) >= object('a').length);
  });
}

test('positions are offsets into the whole text, quotes inside', () => {
  const text = `# head\n---\n${object('a')}---\n${object('b', 'spec:\n  image: "foo:1" # c\n  plain: foo:2\n')}`;
  const root = parseManifests(text, 'a.yaml').manifests[1]?.root;
  const image = valueAt(root, 'spec', 'image');
  const plain = valueAt(root, 'spec', 'plain');
  assert.equal(text.slice(image?.start, image?.end), '"foo:1"');
  assert.equal(text.slice(plain?.start, plain?.end), 'foo:2');
  const key = asMap(valueAt(root, 'spec'))?.entries.get('plain')?.keySpan;
  assert.equal(text.slice(key?.start, key?.end), 'plain');
});

test('a value that is not written is shown at its key', () => {
  const text = object('a', 'spec:\n  version:\n  chart: x\n');
  const version = valueAt(parseManifests(text, 'a.yaml').manifests[0]?.root, 'spec', 'version');
  assert.ok(isUnset(version));
  assert.equal(text.slice(version?.start, version?.end), 'version');
});

test('numbers, dates and nulls keep what was written', () => {
  const { nodes } = parseYaml('a: 1.10\nb: 2025-01-01\nc: 0123\nd: ~\ne: true\nf: "1.10"\ng: 1e3\n');
  const read = (key: string): string | undefined => plainText(valueAt(nodes[0], key));
  assert.deepEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(read), [
    '1.10',
    '2025-01-01',
    '0123',
    undefined,
    undefined,
    '1.10',
    '1e3',
  ]);
});

test('aliases and merge keys are followed, own keys win, the first merged map wins', () => {
  const { nodes } = parseYaml(
    'a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*a, *b]\n  x: 3\nd: *a\ne: &a {x: 9}\nf: *a\n',
  );
  const at = (...keys: string[]): string | undefined => plainText(valueAt(nodes[0], ...keys));
  assert.deepEqual([at('c', 'x'), at('c', 'y'), at('c', 'z'), at('d', 'x'), at('f', 'x')], ['3', '1', '2', '1', '9']);
});

test('the last of two equal keys counts, as for the controllers', () => {
  assert.equal(stringAt(parseYaml('a: x\na: y\n').nodes[0], 'a'), 'y');
});

test('keys that are no text are left out', () => {
  const { nodes, problems } = parseYaml('? [a]\n: 1\n1: one\ntrue: yes\n');
  assert.deepEqual(problems, []);
  assert.deepEqual([...(asMap(nodes[0])?.entries.keys() ?? [])], ['1', 'true']);
});

test('kustomize files need neither apiVersion nor kind', () => {
  for (const path of ['kustomization.yaml', 'a/kustomization.yml', 'a/b/Kustomization']) {
    assert.deepEqual(
      parseManifests('resources: [a.yaml]\n', path).manifests.map(({ group, kind }) => `${group}/${kind}`),
      ['kustomize.config.k8s.io/Kustomization'],
    );
  }
});

test('SOPS and generated files are marked', () => {
  const encrypted = parseManifests(object('a', 'sops:\n  mac: x\n'), 'a.yaml').manifests[0]?.encrypted;
  const plain = parseManifests(object('a', 'sops: no\n'), 'a.yaml').manifests[0]?.encrypted;
  assert.deepEqual([encrypted, plain], [true, false]);
  assert.ok(
    parseManifests(`---\n# This manifest was generated by flux. DO NOT EDIT.\n${object('a')}`, 'a.yaml').generated,
  );
});

test('a document may be declined before it is parsed', () => {
  const { manifests } = parseManifests(`${object('a')}---\n${object('b')}`, 'a.yaml', (text) =>
    text.includes('name: b'),
  );
  assert.deepEqual(
    manifests.map(({ name }) => name),
    ['b'],
  );
});

const bomb = (levels: number): string =>
  Array.from({ length: levels }, (_, i) =>
    i === 0
      ? 'a0: &a0 [x,x,x,x,x,x,x,x,x,x]'
      : `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(',')}]`,
  ).join('\n');

test('hostile texts end soon, as a problem or as what they are', { timeout: 30_000 }, () => {
  const head = 'apiVersion: v1\nkind: A\n';
  const reasonOf = (text: string): string | undefined => parseManifests(head + text, 'a.yaml').problems[0]?.reason;
  assert.equal(reasonOf(bomb(12)), 'aliases');
  assert.equal(reasonOf(`a: ${'['.repeat(100_000)}`), 'syntax');
  assert.equal(reasonOf(`a: ${'{a: '.repeat(50_000)}`), 'syntax');
  assert.equal(reasonOf(`a:\n  ${'- '.repeat(50_000)}x`), 'syntax');
  assert.equal(reasonOf(`a: ${'x'.repeat(1_000_001)}`), 'size');
  assert.equal(reasonOf(`a: &a x\nb: [${'*a,'.repeat(50_000)}]`), undefined);
  assert.equal(names(`${'---\n'.repeat(100_000)}${object('a')}`).length, 1);
  assert.equal(names(`${'#\r\n'.repeat(100_000)}${object('a')}`).length, 1);
});

test('a bundle of definitions is read past, however large', () => {
  const definition = `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: ${'x'.repeat(700_000)}\n`;
  assert.deepEqual(names(`${definition}---\n${definition}---\n${definition}---\n${object('a')}`), ['a']);
});

test('lists are read item by item, other nodes have none', () => {
  const [node] = parseYaml('a: [1, 2]\n').nodes;
  assert.equal(itemsOf(valueAt(node, 'a')).length, 2);
  assert.equal(itemsOf(node).length, 0);
  assert.equal(itemsOf(undefined).length, 0);
});
