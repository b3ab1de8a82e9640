/** What may be shown of an object that Helm has stored: what a render shows at its place, and what is made of plain words. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Sealed } from '../../../src/base/sealed.ts';
import { PlainWords } from '../../../src/drift/plainWords.ts';
import { provenObject } from '../../../src/drift/provenObject.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import type { DesiredObject } from '../../../src/render/desired.ts';
import { KnownTexts } from '../../../src/render/maskKnownTexts.ts';

const dots = '•••';
const proof = {
  words: new PlainWords(new Set(['level', 'info', 'log', 'a', 'b', 'name', 'known', 'pin'])),
  known: new KnownTexts(['known-secret']),
};

function deployment(spec: unknown): KubernetesObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'canary-web' }, spec } as KubernetesObject;
}

interface Row {
  readonly title: string;
  readonly stored: unknown;
  /** What a render shows; absent: there is none. */
  readonly render?: unknown;
  readonly expected: unknown;
  readonly unproven: number;
}

const rows: readonly Row[] = [
  { title: 'plain words', stored: { x: 'level: INFO' }, expected: { x: 'level: INFO' }, unproven: 0 },
  { title: 'anything else', stored: { x: 'CANARY', n: 4711 }, expected: { x: dots, n: dots }, unproven: 2 },
  { title: 'switches and nothing', stored: { a: true, b: null }, expected: { a: true, b: null }, unproven: 0 },
  { title: 'a known secret of plain words', stored: { x: 'a known-secret' }, expected: { x: dots }, unproven: 0 },
  {
    title: 'lines for themselves',
    stored: { x: 'log: info\ncanary: b\nlevel: a' },
    expected: { x: `log: info\n${dots}\nlevel: a` },
    unproven: 1,
  },
  {
    title: 'what the render shows too',
    stored: { x: 'canary' },
    render: { x: 'canary' },
    expected: { x: 'canary' },
    unproven: 0,
  },
  {
    title: 'what the render masks, though its words are plain',
    stored: { x: 'info' },
    render: { x: dots },
    expected: { x: dots },
    unproven: 0,
  },
  {
    title: 'all below what the render masks',
    stored: { x: { y: ['info'] } },
    render: { x: dots },
    expected: { x: { y: [dots] } },
    unproven: 0,
  },
  {
    title: 'lines that the render masks',
    stored: { x: 'log: info\na: canary-old' },
    render: { x: `log: info\n${dots}` },
    expected: { x: `log: info\n${dots}` },
    unproven: 0,
  },
  {
    title: 'another plain value than the render has',
    stored: { x: 'info', y: 'canary' },
    render: { x: 'b', y: 'b' },
    expected: { x: 'info', y: dots },
    unproven: 1,
  },
  {
    title: 'items by their names',
    stored: {
      env: [
        { name: 'a', value: 'canary-1' },
        { name: 'b', value: 'info' },
      ],
    },
    render: { env: [{ name: 'b', value: dots }, { name: 'a', value: 'canary-1' }, { name: 'c' }] },
    expected: {
      env: [
        { name: 'a', value: 'canary-1' },
        { name: 'b', value: dots },
      ],
    },
    unproven: 0,
  },
  {
    title: 'items by their places, where both have as many; else those that are the same',
    stored: { same: ['canary-1', 'info'], other: ['canary-1', 'canary-2'] },
    render: { same: ['canary-1', dots], other: ['canary-2'] },
    expected: { same: ['canary-1', dots], other: [dots, 'canary-2'] },
    unproven: 1,
  },
  {
    title: 'keys that an author chooses, and no field of a kind',
    stored: { matchLabels: { canary: 'a', level: 'a' }, someField: 'a' },
    expected: { matchLabels: { [dots]: dots, level: 'a' }, someField: 'a' },
    unproven: 1,
  },
];

describe('values', () => {
  for (const { title, stored, render, expected, unproven } of rows) {
    test(title, () => {
      const shown = render === undefined ? undefined : desiredOf(deployment(render));
      const proven = provenObject(deployment(stored), shown, proof);
      assert.deepEqual(proven.desired.object, deployment(expected));
      assert.deepEqual(proven.desired.real.reveal(), deployment(stored));
      assert.equal(proven.unproven, unproven);
      assert.equal(proven.desired.masked.length > 0, JSON.stringify(expected).includes(dots));
    });
  }
});

function desiredOf(object: KubernetesObject): DesiredObject {
  return { object, real: new Sealed(object), masked: [], unstable: [] };
}

test('of a Secret no value is shown, whatever proves it', () => {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, data: { level: 'aW5mbw==' } };
  const { desired } = provenObject(secret, undefined, proof);
  assert.deepEqual((desired.object as { readonly data?: unknown }).data, { level: dots });
});
