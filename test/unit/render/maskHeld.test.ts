/** What a Secret holds is masked wherever it is seen in the same build. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import type { FieldPath } from '../../../src/render/desired.ts';
import { maskByOrigin, maskSecretKinds } from '../../../src/render/originMask.ts';

const dots = '•••';
const key = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC';

function object(kind: string, rest: Record<string, unknown>): KubernetesObject {
  return { apiVersion: 'v1', kind, metadata: { name: 'paperless', namespace: 'documents' }, ...rest };
}

interface Row {
  readonly title: string;
  readonly held: string;
  readonly spec: unknown;
  readonly shown: unknown;
  readonly masked: readonly FieldPath[];
}

const rows: readonly Row[] = [
  {
    title: 'in a text',
    held: 'hunter2',
    spec: { url: 'redis://:hunter2@db', b: 'hunter' },
    shown: { url: dots, b: 'hunter' },
    masked: [['spec', 'url']],
  },
  { title: 'in base64', held: 'hunter2', spec: ['aHVudGVyMg=='], shown: [dots], masked: [['spec', 0]] },
  {
    title: 'within longer base64, wherever it begins',
    held: 'hunter2-word',
    spec: ['u:', 'us:', 'use:'].map((before) => Buffer.from(`${before}hunter2-word@db`).toString('base64')),
    shown: [dots, dots, dots],
    masked: [
      ['spec', 0],
      ['spec', 1],
      ['spec', 2],
    ],
  },
  {
    title: 'escaped for JSON and for a URL',
    held: 'hun"ter/2 word',
    spec: { json: JSON.stringify({ a: 'hun"ter/2 word' }), url: 'redis://:hun%22ter%2F2%20word@db', b: 'word' },
    shown: { json: dots, url: dots, b: 'word' },
    masked: [
      ['spec', 'json'],
      ['spec', 'url'],
    ],
  },
  { title: 'as a number', held: '12345678', spec: { pin: 12345678 }, shown: { pin: dots }, masked: [['spec', 'pin']] },
  {
    title: 'in keys',
    held: 'hunter2',
    spec: { hunter2: { a: 'b' }, 'x-hunter2': 'c', d: 'e' },
    shown: { [dots]: dots, [`${dots} (2)`]: dots, d: 'e' },
    masked: [
      ['spec', dots],
      ['spec', `${dots} (2)`],
    ],
  },
  {
    title: 'in one line of several',
    held: 'hunter2',
    spec: { file: 'a: b\nc: hunter2\n' },
    shown: { file: `a: b\n${dots}\n` },
    masked: [['spec', 'file']],
  },
  {
    title: 'over several lines',
    held: 'one two\nthree\n',
    spec: { file: 'a: b\none two\nthree\nc: d' },
    shown: { file: dots },
    masked: [['spec', 'file']],
  },
  {
    title: 'a key file that is indented elsewhere',
    held: `-----BEGIN KEY-----\n${key}\n-----END KEY-----\n`,
    spec: { file: `tls:\n    ${key}\nport: 1` },
    shown: { file: `tls:\n${dots}\nport: 1` },
    masked: [['spec', 'file']],
  },
  { title: 'not what is short', held: 'admin', spec: { user: 'admin' }, shown: { user: 'admin' }, masked: [] },
  {
    title: "not what is a part of the Secret's own name",
    held: 'paperless',
    spec: { database: 'paperless' },
    shown: { database: 'paperless' },
    masked: [],
  },
];

for (const { title, held, spec, shown, masked } of rows) {
  test(`what a Secret holds is masked beside it: ${title}`, () => {
    const secrets = [{ data: { a: Buffer.from(held).toString('base64') } }, { stringData: { a: held } }];
    for (const secret of secrets) {
      const { objects, notes } = maskSecretKinds([object('Secret', secret), object('ConfigMap', { spec })]);
      assert.deepEqual(objects[1], { object: object('ConfigMap', { spec: shown }), masked });
      assert.equal(notes.length, Math.min(masked.length, 1), 'it is said that something is masked, and else nothing');
    }
  });
}

test('words that every object has stay although a Secret holds them', () => {
  const secret = object('Secret', { stringData: { a: 'metadata', b: 'namespace', c: 'ConfigMap' } });
  const plain = object('ConfigMap', { data: { a: 'b' } });
  assert.deepEqual(maskSecretKinds([secret, plain]).objects[1], { object: plain, masked: [] });
});

test('what is no text, and what another kind of that name holds, masks nothing', () => {
  const binary = object('Secret', { data: { a: '/////////w==' } });
  const custom = { ...object('Secret', { stringData: { a: 'hunter2' } }), apiVersion: 'example.com/v1' };
  const plain = object('ConfigMap', { data: { a: 'hunter2', b: '�������' } });
  assert.deepEqual(maskSecretKinds([binary, custom, plain]).objects[2], { object: plain, masked: [] });
});

test('how many values are masked for that reason is said, and in which objects', () => {
  const secret = object('Secret', { stringData: { database: 'postgres' } });
  const named = (name: string, rest: Record<string, unknown>): KubernetesObject => ({
    ...object('ConfigMap', rest),
    metadata: { name, namespace: 'a' },
  });
  const many = ['one', 'two', 'three', 'four', 'five'].map((name) => named(name, { data: { a: 'postgres', b: 'c' } }));
  const rows: readonly (readonly [readonly KubernetesObject[], string | undefined])[] = [
    [[named('plain', { data: { a: 'b' } })], undefined],
    [
      many.slice(0, 1),
      '1 value is masked because a Secret of the same render holds the same text: in ConfigMap a/one.',
    ],
    [
      [named('keys', { data: { postgres: 'x', url: 'postgres://db' } })],
      '2 values are masked because a Secret of the same render holds the same text: in ConfigMap a/keys.',
    ],
    [
      many,
      '5 values are masked because a Secret of the same render holds the same text: in ConfigMap a/one, ConfigMap a/two, ConfigMap a/three and 2 more.',
    ],
  ];
  for (const [objects, message] of rows) {
    const notes = message === undefined ? [] : [{ severity: 'information', message }];
    assert.deepEqual(maskSecretKinds([secret, ...objects]).notes, notes);
    assert.deepEqual(maskByOrigin([secret, ...objects], [secret, ...objects]).notes, notes);
  }
});

test('a name that is masked is not told by the note', () => {
  const secret = object('Secret', { stringData: { a: 'canary-name' } });
  const other: KubernetesObject = { ...object('ConfigMap', {}), metadata: { name: 'canary-name' } };
  const { notes } = maskSecretKinds([secret, other]);
  assert.match(notes[0]?.message ?? '', /in ConfigMap •••\.$/);
});
