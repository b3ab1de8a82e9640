/** Titles and addresses of rendered documents: an address is enough to make the document again, and made-up ones are refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  parseRenderedAddress,
  renderedAddress,
  renderedTitle,
  type RenderedSubject,
  renderKey,
} from '../../../src/view/renderedSubject.ts';
import { kustomizationName, releaseName } from '../../support/rendered.ts';

const applied: RenderedSubject = {
  aspect: 'applied',
  name: releaseName,
  root: '/home/me/fleet',
  path: 'apps/shop.yaml',
  choice: undefined,
};

const subjects: readonly (readonly [RenderedSubject, string])[] = [
  [applied, 'HelmRelease apps/shop: what Flux applies'],
  [
    { ...applied, aspect: 'values', choice: { owner: kustomizationName, path: 'clusters/production/apps.yaml' } },
    'HelmRelease apps/shop: effective values (clusters/production/apps.yaml)',
  ],
  [
    { ...applied, choice: { owner: undefined, path: 'spare/shop.yaml' } },
    'HelmRelease apps/shop: what Flux applies (spare/shop.yaml)',
  ],
  [
    {
      aspect: 'variables',
      name: { ...kustomizationName, namespace: '' },
      root: 'C:\\Users\\me\\fleet #1?',
      path: undefined,
      choice: undefined,
    },
    'Kustomization apps: variables',
  ],
];

for (const [subject, title] of subjects) {
  test(title, () => {
    assert.equal(renderedTitle(subject), title);
    const address = renderedAddress(subject);
    assert.deepEqual(parseRenderedAddress(address), subject);
    // What a tab shows is the last part of the path, and the whole title must be in it.
    assert.equal(address.path.split('/').at(-1), title.replaceAll('/', '∕'));
  });
}

test('two documents about one object are rendered once, those of two choices are not', () => {
  const more = { ...releaseName, path: 'a field of a wider type' };
  assert.equal(renderKey(applied), renderKey({ ...applied, name: more }));
  assert.notEqual(renderKey(applied), renderKey({ ...applied, choice: { owner: kustomizationName, path: 'a.yaml' } }));
  assert.notEqual(renderKey(applied), renderKey({ ...applied, path: 'other/shop.yaml' }));
  assert.notEqual(renderKey(applied), renderKey({ ...applied, root: '/elsewhere' }));
});

const madeUp = [
  '',
  'no JSON',
  'null',
  '[]',
  '{"aspect":"applied"}',
  '{"aspect":"toString","name":{"kind":"HelmRelease","namespace":"a","name":"b"},"root":"/"}',
  '{"aspect":"applied","name":{"kind":"Pod","namespace":"a","name":"b"},"root":"/"}',
  '{"aspect":"applied","name":{"kind":"HelmRelease","namespace":"a","name":"b"},"root":7}',
  '{"aspect":"applied","name":{"kind":"HelmRelease","namespace":"a","name":"b"},"root":"/","choice":{}}',
];

for (const query of madeUp) {
  test(`no document: ${query}`, () => assert.equal(parseRenderedAddress({ query }), undefined));
}
