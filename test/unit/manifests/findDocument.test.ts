/** The line at which a text states an object. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DocumentLine, findDocument } from '../../../src/manifests/findDocument.ts';

const wanted = { group: 'apps', kind: 'Deployment', namespace: 'apps', name: 'shop' };

function manifest(more = '', kind = 'Deployment', apiVersion = 'apps/v1'): string {
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: shop\n${more}`;
}

const rows: readonly (readonly [name: string, text: string, place: DocumentLine | undefined])[] = [
  ['the first line', manifest(), { line: 0, length: 19 }],
  ['behind a marker and comments', `---\n# the shop\n\n${manifest()}`, { line: 3, length: 19 }],
  ['of the document that states it', `${manifest('', 'Service', 'v1')}---\n${manifest()}`, { line: 5, length: 19 }],
  ['with Windows line ends', `# c\n${manifest()}`.replaceAll('\n', '\r\n'), { line: 1, length: 19 }],
  [
    'of its namespace',
    `${manifest('  namespace: other\n')}---\n${manifest('  namespace: apps\n')}`,
    { line: 6, length: 19 },
  ],
  [
    'an item of a List',
    `apiVersion: v1\nkind: List\nitems:\n  - ${manifest().trimEnd().replaceAll('\n', '\n    ')}\n`,
    { line: 3, length: 23 },
  ],
  ['another group', manifest('', 'Deployment', 'example.com/v1'), undefined],
  ['another namespace', manifest('  namespace: other\n'), undefined],
  ['another object that only names it', manifest().replace('name: shop', 'name: x\n  labels: {app: shop}'), undefined],
  ['broken YAML', `${manifest()}spec: [\n`, undefined],
  ['nothing', '', undefined],
];

for (const [name, text, place] of rows) {
  void test(`where an object is stated: ${name}`, () => {
    assert.deepEqual(findDocument(text, wanted), place);
  });
}
