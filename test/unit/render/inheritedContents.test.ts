/** A Flux object as it lives with what its parents put into it from Secrets marked: as another text, or as a mask. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { markInherited, maskInherited } from '../../../src/render/inheritedContents.ts';
import { scramble } from '../../../src/render/scramble.ts';

const canary = 'canary-7';
const other = scramble(canary);
const dots = '•••';

function object(spec: unknown): KubernetesObject {
  return { apiVersion: 'x/v1', kind: 'Kustomization', metadata: { name: 'apps' }, spec } as KubernetesObject;
}

const rows: readonly (readonly [what: string, spec: (text: string, port: unknown) => unknown])[] = [
  ['a variable', (text) => ({ postBuild: { substitute: { A: text, B: 'plain' }, substituteFrom: [] } })],
  ['values of a release, a number too', (text, port) => ({ values: { a: ['x', { b: text }], port, on: true } })],
  ['a label of all', (text) => ({ commonMetadata: { labels: { team: text } } })],
  ['a line of a patch', (text) => ({ patches: [{ patch: `- op: add\n  path: /a\n  value: "${text}"\n` }] })],
  [
    'a value of a patch that is JSON',
    (text) => ({ patches: [{ patch: JSON.stringify([{ op: 'add', path: '/a', value: { b: text } }], undefined, 2) }] }),
  ],
  ['an image', (text) => ({ images: [{ name: 'x', newTag: text }] })],
];

for (const [what, spec] of rows) {
  test(`marked: ${what}`, () => {
    const real = object(spec(canary, 4711));
    const texts = new Set([canary, '4711']);
    const twin = markInherited(real, texts);
    assert.equal(twin.real, real);
    assert.equal(twin.secret, true);
    assert.deepEqual(twin.scrambled, object(spec(other, Number(scramble('4711')))));
    assert.deepEqual(maskInherited(real, texts), object(spec(dots, dots)));
  });
}

for (const [what, spec] of [
  ['how and where it is built says nothing', { path: canary, sourceRef: { name: canary } }],
  ['a text that only holds another', { values: { a: `${canary}-of-another` } }],
  ['a switch', { values: { on: true } }],
  ['without a spec', undefined],
] as const) {
  test(`not marked: ${what}`, () => {
    const real = object(spec);
    const twin = markInherited(real, new Set([canary, 'true']));
    assert.deepEqual(twin, { real, scrambled: real, secret: false });
  });
}

test('a patch of which everything may be older keeps which object it changes, where and how', () => {
  const operations = (text: string, space?: number) =>
    JSON.stringify([{ op: 'add', path: '/a', value: text }], undefined, space);
  const merged = (text: string) => `kind: Job\nmetadata:\n  name: add\nspec:\n  name: ${text}\n`;
  const target = { kind: 'Job', name: 'add' };
  const spec = (first: string, second: string) => ({ patches: [{ patch: first, target }, { patch: second }] });
  const all = new Set([canary, 'add', '/a', 'Job']);
  assert.deepEqual(
    markInherited(object(spec(operations(canary), merged(canary))), all).scrambled,
    object(spec(operations(other, 2), merged(other))),
  );
  const known = new Set(['name: add']);
  assert.deepEqual(
    maskInherited(object(spec(operations(canary), merged(canary))), known),
    object({
      patches: [
        { patch: operations(canary), target: { ...target, name: dots } },
        { patch: merged(canary).replace('  name: add', `  name: ${dots}`) },
      ],
    }),
  );
});
