/** Settings that come over the wire: each field alone may be wrong, and the others still count. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readServerSettings } from '../../../src/server/serverSettings.ts';

const defaults = { diagnosticsEnabled: true, ruleSeverity: {}, diagnosticsIgnore: [] };

const rows: readonly (readonly [what: string, raw: unknown, read: object])[] = [
  ['nothing', undefined, defaults],
  ['null', null, defaults],
  ['a text', 'diagnosticsEnabled', defaults],
  ['an empty object', {}, defaults],
  [
    'everything',
    { diagnosticsEnabled: false, ruleSeverity: { 'image-latest': 'off' }, diagnosticsIgnore: ['a/**'] },
    { diagnosticsEnabled: false, ruleSeverity: { 'image-latest': 'off' }, diagnosticsIgnore: ['a/**'] },
  ],
  [
    'one field of a wrong type',
    { diagnosticsEnabled: 'no', diagnosticsIgnore: ['a'] },
    { ...defaults, diagnosticsIgnore: ['a'] },
  ],
  ['a list with something else in it', { diagnosticsIgnore: ['a', 1] }, defaults],
  [
    'an unknown severity among known ones',
    { ruleSeverity: { a: 'loud', b: 'hint' } },
    { ...defaults, ruleSeverity: { b: 'hint' } },
  ],
  ['fields that are none of the server’s', { kubeconfig: ['x'], context: 'y' }, defaults],
];

for (const [what, raw, read] of rows) {
  test(`settings from ${what}`, () => {
    assert.deepEqual(readServerSettings(raw), read);
  });
}
