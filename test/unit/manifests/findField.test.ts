/** Where a text states a field of an object. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findField } from '../../../src/manifests/findField.ts';

const wanted = { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace: 'apps', name: 'shop' };

const manifest = (spec: string, more = ''): string =>
  `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: shop\n${more}spec:\n${spec}`;

/** `$0` marks the place. */
const rows: readonly (readonly [name: string, marked: string, stated: boolean | undefined])[] = [
  ['the field', manifest('  interval: 1h\n  $0suspend: true\n'), true],
  ['in flow style', manifest('  {interval: 1h, $0suspend: true}\n'), true],
  ['in quotes', manifest('  $0"suspend": true\n'), true],
  ['not a field of the same name elsewhere', manifest('  values:\n    suspend: true\n  $0suspend: false\n'), true],
  ['the document, where it does not state it', `# c\n---\n$0${manifest('  interval: 1h\n')}`, false],
  [
    'of its own namespace before one without',
    `${manifest('  suspend: true\n')}---\n${manifest('  $0suspend: true\n', '  namespace: apps\n')}`,
    true,
  ],
  [
    'not of another namespace',
    `${manifest('  suspend: true\n', '  namespace: other\n')}---\n${manifest('  $0suspend: true\n')}`,
    true,
  ],
  [
    'with Windows line ends and a mark in front',
    `\uFEFF${manifest('  $0suspend: true\n')}`.replaceAll('\n', '\r\n'),
    true,
  ],
  ['behind an alias', manifest('  <<: &a\n    $0suspend: true\n'), true],
  [
    'no spec at all',
    '$0apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: shop}\nspec:\n',
    false,
  ],
  ['another object', manifest('  suspend: true\n').replace('HelmRelease', 'Kustomization'), undefined],
  ['another name', manifest('  suspend: true\n').replace('name: shop', 'name: shop2'), undefined],
  ['nothing', '', undefined],
];

for (const [name, marked, stated] of rows) {
  test(`where a field is stated: ${name}`, () => {
    const offset = marked.indexOf('$0');
    const found = findField(marked.replace('$0', ''), wanted, ['spec', 'suspend']);
    assert.deepEqual(found, stated === undefined ? undefined : { offset, stated });
  });
}
