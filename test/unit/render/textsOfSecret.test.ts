/** What is known of a Secret's content, so that it can be masked elsewhere. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { textsOfSecret } from '../../../src/render/textsOfSecret.ts';

const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64');
const bytes = Uint8Array.from([0xff, 0xfe, 0x00, 0x81, 0x9c]);

interface Row {
  readonly title: string;
  readonly fields: unknown;
  readonly apiVersion?: string;
  readonly expected: readonly string[];
}

const rows: readonly Row[] = [
  {
    title: 'data is decoded',
    fields: { data: { a: base64('swordfish'), b: base64('ß') } },
    expected: ['swordfish', 'ß'],
  },
  { title: 'stringData stands as it is', fields: { stringData: { a: 'swordfish' } }, expected: ['swordfish'] },
  {
    title: 'bytes are told as copies of them are written',
    fields: { data: { key: base64(bytes) } },
    expected: [base64(bytes)],
  },
  { title: 'what is empty tells nothing', fields: { data: { a: '', b: null } }, expected: [] },
  { title: 'data of another form tells nothing', fields: { data: ['a'], stringData: 'b' }, expected: [] },
  { title: 'a value that is no text tells nothing', fields: { stringData: { a: { b: 'c' }, n: 7 } }, expected: [] },
  { title: 'another kind', fields: { data: { a: base64('x') } }, apiVersion: 'example.com/v1', expected: [] },
];

for (const { title, fields, apiVersion = 'v1', expected } of rows) {
  test(title, () => {
    const object = { apiVersion, kind: 'Secret', metadata: { name: 'x' }, ...(fields as object) } as KubernetesObject;
    assert.deepEqual(textsOfSecret(object), expected);
  });
}
