/** Which texts of a live Kustomization may come from a Secret of a parent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inheritedTexts } from '../../../src/drift/inheritedTexts.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';

type Fields = Readonly<Record<string, unknown>>;

function flux(spec: Fields): FluxObject {
  const entries = [{ id: 'prod_shop-web_apps_Deployment', v: 'v1' }];
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'apps', namespace: 'flux-system' },
    spec: { path: './apps', interval: '10m', ...spec },
    status: { inventory: { entries } },
  };
}

const patch = (...lines: readonly string[]) => ({ patches: [{ patch: lines.join('\n') }] });

const rows: readonly (readonly [what: string, spec: Fields, built: Fields | undefined, texts: readonly string[]])[] = [
  ['what says how and where', { targetNamespace: 'else' }, undefined, []],
  ['variables', { postBuild: { substitute: { A: 'one', B: 'two words' } } }, undefined, ['one', 'two words']],
  ['what stands in a name', { postBuild: { substitute: { A: 'shop', B: 'prod', C: 'sh' } } }, undefined, ['sh']],
  ['labels of all objects', { commonMetadata: { labels: { team: 'blue' } } }, undefined, ['blue']],
  ['values of a release', { values: { a: ['one'], b: { c: 4711, d: true } } }, undefined, ['one', '4711']],
  ['images', { images: [{ name: 'x', newTag: 'v1' }] }, undefined, ['x', 'v1']],
  [
    'values in the lines of a patch',
    patch('- op: add', '  value: "a b"', 'data: {}', 'plain line'),
    undefined,
    ['a b', 'plain line'],
  ],
  [
    'what the files give just so is plain',
    { postBuild: { substitute: { A: 'same', B: 'before', C: 'gone' } } },
    { postBuild: { substitute: { A: 'same', B: '•••' } } },
    ['before', 'gone'],
  ],
  ['lines of a patch that the files give', patch('a: same', 'b: before'), patch('a: same', '•••'), ['before']],
];

for (const [what, spec, built, texts] of rows) {
  test(`texts of a live Kustomization: ${what}`, () => {
    assert.deepEqual(inheritedTexts(flux(spec), built && flux(built)).contents, texts);
  });
}

const operations = [
  { op: 'add', path: '/spec/rules/0', value: { path: '/hook', op: 'in' } },
  { op: 'copy', from: '/a', path: '/b' },
];
const steered = ['op: add', 'path: /spec/rules/0', 'op: copy', 'from: /a', 'path: /b'];
const ingress = [
  '# which',
  'apiVersion: v1',
  'kind: Ingress',
  'metadata:',
  '  name: front',
  '  labels:',
  '    name: own',
  'spec:',
  '  path: /hook',
  '  kind: Some',
  'name: top',
];

const steering: readonly (readonly [what: string, spec: Fields, steering: readonly string[], contents: string[]])[] = [
  ['operations on one line', { patches: [{ patch: JSON.stringify(operations) }] }, steered, ['/hook', 'in']],
  [
    'operations on lines',
    patch(
      '- op: add',
      '  path: /spec/rules/0',
      '  value:',
      '    path: /hook',
      '    op: in',
      '- from: /a',
      '  op: copy',
    ),
    ['op: add', 'path: /spec/rules/0', 'from: /a', 'op: copy'],
    ['/hook', 'in'],
  ],
  [
    'an object that is merged',
    patch(...ingress),
    ['apiVersion: v1', 'kind: Ingress', 'name: front'],
    ['# which', 'own', '/hook', 'Some', 'top'],
  ],
  [
    'the same on one line',
    { patches: [{ patch: '{"kind":"Ingress","metadata":{"name":"front"},"spec":{"kind":"Some"}}' }] },
    ['kind: Ingress', 'name: front'],
    ['Some'],
  ],
  [
    'a target, and post-renderers alike',
    {
      postRenderers: [
        { kustomize: { patches: [{ patch: '- op: remove\n  path: /a', target: { kind: 'Job', name: 'a.*' } }] } },
      ],
    },
    ['op: remove', 'path: /a', 'kind: Job', 'name: a.*'],
    [],
  ],
  [
    'values of a release are an author’s',
    { values: { patch: 'kind: Job\nop: add', target: { kind: 'Job' } } },
    [],
    ['Job', 'add'],
  ],
  ['no JSON', { patches: [{ patch: '[{op: add' }] }, [], ['[{op: add']],
];

for (const [what, spec, steers, contents] of steering) {
  test(`what says where a patch goes is no content: ${what}`, () => {
    const found = inheritedTexts(flux(spec));
    assert.deepEqual(found.steering, steers);
    assert.deepEqual(found.contents, contents);
  });
}
