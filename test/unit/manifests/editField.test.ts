/** Changing one field of a YAML text: what is written, what stays as it was, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyEdit, type DocumentPath, editField, type EditRefusal } from '../../../src/manifests/editField.ts';
import { splitDocuments } from '../../../src/manifests/splitDocuments.ts';

interface Row {
  readonly name: string;
  readonly before: string;
  readonly path: DocumentPath;
  readonly value: unknown;
  /** Absent: the first. */
  readonly document?: number;
  readonly after?: string;
  readonly refused?: EditRefusal;
}

function checkEdit({ name, before, path, value, document = 0, after, refused }: Row): void {
  void test(name, () => {
    const span = splitDocuments(before)[document] ?? assert.fail('no such document');
    const result = editField(before, span, path, value);
    if ('refused' in result) {
      assert.equal(result.refused, refused, `refused: ${result.refused}`);
    } else {
      assert.equal(applyEdit(before, result.edit), after ?? 'a refusal');
    }
  });
}

const deployment = `# the shop
apiVersion: apps/v1
kind: Deployment
spec:
  replicas: 2 # one for each zone
  template:
    spec:
      containers:
        - name: shop # the shop itself
          image: 'shop:1.0'
          args: ["--port", "80"]
          env:
            - name: MODE
              value: "on"
        - name: proxy
          image: proxy:2.0
`;

const replaced: readonly Row[] = [
  {
    name: 'a number keeps the comment behind it',
    before: deployment,
    path: ['spec', 'replicas'],
    value: 3,
    after: deployment.replace('replicas: 2 #', 'replicas: 3 #'),
  },
  {
    name: 'a text keeps its single quotes',
    before: deployment,
    path: ['spec', 'template', 'spec', 'containers', 0, 'image'],
    value: "shop:it's",
    after: deployment.replace("'shop:1.0'", "'shop:it''s'"),
  },
  {
    name: 'a text keeps its double quotes, so that it stays a text',
    before: deployment,
    path: ['spec', 'template', 'spec', 'containers', 0, 'env', 0, 'value'],
    value: 'off',
    after: deployment.replace('"on"', '"off"'),
  },
  {
    name: 'a field of the second item of a list',
    before: deployment,
    path: ['spec', 'template', 'spec', 'containers', 1, 'image'],
    value: 'proxy:2.1',
    after: deployment.replace('proxy:2.0', 'proxy:2.1'),
  },
  {
    name: 'an item of a list in flow style',
    before: deployment,
    path: ['spec', 'template', 'spec', 'containers', 0, 'args', 1],
    value: '8080',
    after: deployment.replace('"80"', '"8080"'),
  },
  {
    name: 'a plain text that YAML 1.1 would read as a switch is quoted',
    before: 'a: x\n',
    path: ['a'],
    value: 'off',
    after: 'a: "off"\n',
  },
  {
    name: 'a plain text that looks like a number is quoted',
    before: 'a: x\n',
    path: ['a'],
    value: '10',
    after: 'a: "10"\n',
  },
  { name: 'a number in the place of a text', before: "a: 'x' # c\n", path: ['a'], value: 10, after: 'a: 10 # c\n' },
  { name: 'a switch', before: 'a: true\nb: 1\n', path: ['a'], value: false, after: 'a: false\nb: 1\n' },
  {
    name: 'a text with a comma in flow style is quoted',
    before: 'a: {b: x, c: y}\n',
    path: ['a', 'b'],
    value: 'p, q',
    after: 'a: {b: "p, q", c: y}\n',
  },
  {
    name: 'a text with a line break stays on its line',
    before: 'a: x\n',
    path: ['a'],
    value: 'p\nq',
    after: 'a: "p\\nq"\n',
  },
  { name: 'a key without a value gets one', before: 'a:\nb: 1\n', path: ['a'], value: 'x', after: 'a: x\nb: 1\n' },
  {
    name: 'Windows line ends stay, and are no part of what is written',
    before: 'a: 1 # c\r\nb:\r\n  c: 2\r\n',
    path: ['b', 'c'],
    value: 3,
    after: 'a: 1 # c\r\nb:\r\n  c: 3\r\n',
  },
  {
    name: 'the second of several documents, and no other',
    before: '---\na: 1\n---\n# second\na: 1\n---\na: 1\n',
    document: 1,
    path: ['a'],
    value: 2,
    after: '---\na: 1\n---\n# second\na: 2\n---\na: 1\n',
  },
  {
    name: 'an anchored value that nobody else uses',
    before: 'a: &x 1\nb: 2\n',
    path: ['a'],
    value: 3,
    after: 'a: &x 3\nb: 2\n',
  },
  {
    name: 'a block of lines',
    before: 'data:\n  conf: |\n    one\n    two\n  other: x\n',
    path: ['data', 'conf'],
    value: 'one\n\nthree\n',
    after: 'data:\n  conf: |\n    one\n\n    three\n  other: x\n',
  },
  {
    name: 'a block that loses its last line break, with a comment in its head',
    before: 'data:\n  conf: | # c\n    one\n  other: x\n',
    path: ['data', 'conf'],
    value: 'two',
    after: 'data:\n  conf: |- # c\n    two\n  other: x\n',
  },
  {
    name: 'a folded block becomes a literal one, which says what it says',
    before: 'a: >-\n  one\n  two\nb: 1\n',
    path: ['a'],
    value: 'one\ntwo',
    after: 'a: |-\n  one\n  two\nb: 1\n',
  },
  {
    name: 'what no block can say is quoted in its place',
    before: 'a: |\n  one\nb: 1\n',
    path: ['a'],
    value: ' one',
    after: 'a: " one"\nb: 1\n',
  },
  {
    name: 'a number in the place of a block',
    before: 'a: |\n  1\nb: 1\n',
    path: ['a'],
    value: 2,
    after: 'a: 2\nb: 1\n',
  },
  {
    name: 'a block at the end of a text with Windows line ends',
    before: 'data:\r\n  conf: |\r\n    one\r\n',
    path: ['data', 'conf'],
    value: 'two\n',
    after: 'data:\r\n  conf: |\r\n    two\r\n',
  },
];

const added: readonly Row[] = [
  {
    name: 'a key at the end of its map, behind the comment of the last one',
    before: 'spec:\n  a: 1 # last\nother: 2\n',
    path: ['spec', 'b'],
    value: 'x',
    after: 'spec:\n  a: 1 # last\n  b: x\nother: 2\n',
  },
  {
    name: 'maps on the way are written too',
    before: 'spec:\n  a: 1\n',
    path: ['spec', 'driftDetection', 'mode'],
    value: 'warn',
    after: 'spec:\n  a: 1\n  driftDetection:\n    mode: warn\n',
  },
  {
    name: 'a text without a last line break',
    before: 'spec:\n  a: 1',
    path: ['spec', 'b'],
    value: 2,
    after: 'spec:\n  a: 1\n  b: 2',
  },
  {
    name: 'a map in an item of a list',
    before: 'list:\n  - name: a\n    x: 1\n  - name: b\n',
    path: ['list', 0, 'k'],
    value: 2,
    after: 'list:\n  - name: a\n    x: 1\n    k: 2\n  - name: b\n',
  },
  { name: 'a map in flow style', before: 'a: {b: 1}\n', path: ['a', 'c'], value: 'x', after: 'a: {b: 1, c: "x"}\n' },
  { name: 'an empty map in flow style', before: 'a: {}\n', path: ['a', 'c'], value: 1, after: 'a: {c: 1}\n' },
  {
    name: 'an item, in lists that stand at the column of their key',
    before: 'a:\n- x: 1\n  paths:\n  - /p\nb: 1\n',
    path: ['a', 1],
    value: { paths: ['/q'], target: { kind: 'Service' } },
    after: 'a:\n- x: 1\n  paths:\n  - /p\n- paths:\n  - /q\n  target:\n    kind: Service\nb: 1\n',
  },
  {
    name: 'an item, in lists that stand deeper than their key',
    before: 'a:\n  - x: 1 # c\nb: 1\n',
    path: ['a', 1],
    value: { paths: ['/q'] },
    after: 'a:\n  - x: 1 # c\n  - paths:\n      - /q\nb: 1\n',
  },
  { name: 'an item in flow style', before: 'a: [x]\n', path: ['a', 1], value: 'y', after: 'a: [x, "y"]\n' },
  {
    name: 'a list that is not there yet',
    before: 'a:\n  b: 1\r\n'.replaceAll(/\r?\n/g, '\r\n'),
    path: ['a', 'c', 0],
    value: 'x',
    after: 'a:\r\n  b: 1\r\n  c:\r\n    - x\r\n',
  },
  {
    name: 'a map behind a key without a value',
    before: 'a:\nb: 1\n',
    path: ['a', 'c'],
    value: 1,
    after: 'a:\n  c: 1\nb: 1\n',
  },
  {
    name: 'a document before another one',
    before: 'a:\n  b: 1\n---\nc: 1\n',
    path: ['a', 'x'],
    value: 1,
    after: 'a:\n  b: 1\n  x: 1\n---\nc: 1\n',
  },
  {
    name: 'behind an alias, whose text stands elsewhere',
    before: 'x: &x\n  y: 1\na:\n  b: *x\nc: 2\n',
    path: ['a', 'z'],
    value: 1,
    after: 'x: &x\n  y: 1\na:\n  b: *x\n  z: 1\nc: 2\n',
  },
  {
    name: 'behind a block of lines',
    before: 'a:\n  b: |\n    x\n\nc: 2\n',
    path: ['a', 'z'],
    value: 1,
    after: 'a:\n  b: |\n    x\n  z: 1\n\nc: 2\n',
  },
];

const removed: readonly Row[] = [
  {
    name: 'a key of a map in flow style goes with the comma behind it',
    before: 'a: { b: 1, c: 2 } # both\n',
    path: ['a', 'b'],
    value: undefined,
    after: 'a: { c: 2 } # both\n',
  },
  {
    name: 'the last key of a map in flow style goes with the comma before it',
    before: 'a: {b: 1,\r\n    c: [2, 3]}\r\n',
    path: ['a', 'c'],
    value: undefined,
    after: 'a: {b: 1}\r\n',
  },
  {
    name: 'a key goes with its comment and what hangs below it',
    before: 'a:\n  b: # c\n    c: 1\n  d: 2\n',
    path: ['a', 'b'],
    value: undefined,
    after: 'a:\n  d: 2\n',
  },
  {
    name: 'the last key of a map is for a person',
    before: 'a:\n  b: 1\n',
    path: ['a', 'b'],
    value: undefined,
    refused: 'structure',
  },
  {
    name: 'the first key of an item is for a person',
    before: 'a:\n  - b: 1\n    c: 2\n',
    path: ['a', 0, 'b'],
    value: undefined,
    refused: 'structure',
  },
];

const refused: readonly Row[] = [
  { name: 'an anchor that another field uses', before: 'a: &x 1\nb: *x\n', path: ['a'], value: 2, refused: 'shared' },
  { name: 'an alias of what stands elsewhere', before: 'a: &x 1\nb: *x\n', path: ['b'], value: 2, refused: 'shared' },
  {
    name: 'a field of a merged map',
    before: 'base: &x\n  r: 1\na:\n  <<: *x\n  s: 1\n',
    path: ['a', 'r'],
    value: 2,
    refused: 'shared',
  },
  { name: 'a map in the place of a scalar', before: 'a: 1\n', path: ['a'], value: { b: 1 }, refused: 'structure' },
  { name: 'a scalar in the place of a map', before: 'a:\n  b: 1\n', path: ['a'], value: 1, refused: 'structure' },
  { name: 'a way through a scalar', before: 'a: 1\n', path: ['a', 'b'], value: 1, refused: 'noPlace' },
  { name: 'past the end of a list', before: 'a:\n  - 1\n', path: ['a', 3], value: 1, refused: 'noPlace' },
  { name: 'to take away what is not there', before: 'a: 1\n', path: ['b'], value: undefined, refused: 'noPlace' },
  { name: 'a document with an error', before: 'a: [1\nb: 2\n', path: ['b'], value: 1, refused: 'unreadable' },
  {
    name: 'a document of a template',
    before: '{{ if .x }}\na: 1\n{{ end }}\n',
    path: ['a'],
    value: 2,
    refused: 'unreadable',
  },
];

for (const row of [...replaced, ...added, ...removed, ...refused]) {
  checkEdit(row);
}

void test('a key that is written twice: the last one counts, as for the readers that Flux uses', () => {
  const before = 'a: 1\na: 2\n';
  const result = editField(before, { start: 0, end: before.length }, ['a'], 3);
  assert.ok('edit' in result);
  assert.equal(applyEdit(before, result.edit), 'a: 1\na: 3\n');
});
