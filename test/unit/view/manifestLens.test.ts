/** What stands over an object of a file that Kustomizations apply. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObjectId } from '../../../src/flux/objectKey.ts';
import { manifestLens } from '../../../src/view/manifestLens.ts';

function appliers(...titles: readonly string[]): readonly ObjectId[] {
  return titles.map((title) => {
    const [namespace = '', name = ''] = title.split('/');
    return { group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization', namespace, name };
  });
}

const rows: readonly (readonly [what: string, by: readonly ObjectId[], title: string | undefined])[] = [
  ['nobody: no line', [], undefined],
  ['one', appliers('flux-system/workloads'), 'Applied by ks/workloads · Diff'],
  ['two that share a base', appliers('a/production', 'a/staging'), 'Applied by ks/production and ks/staging · Diff'],
  ['two of one name', appliers('blue/web', 'green/web'), 'Applied by ks/blue/web and ks/green/web · Diff'],
  ['three', appliers('a/x', 'a/y', 'a/z'), 'Applied by ks/x, ks/y and ks/z · Diff'],
  ['many', appliers('a/v', 'a/w', 'a/x', 'a/y', 'a/z'), 'Applied by ks/v, ks/w, ks/x and 2 more · Diff'],
];

for (const [what, by, title] of rows) {
  test(what, () => {
    assert.equal(manifestLens('Deployment apps/web', by, 'homelab')?.title, title);
  });
}

test('the tooltip says what is compared with what, and that one is to be chosen', () => {
  const tooltip = (...titles: readonly string[]) =>
    manifestLens('Deployment apps/web', appliers(...titles), 'homelab')?.tooltip;
  assert.equal(tooltip('a/x'), 'Compare Deployment apps/web in homelab with this file, as applied by ks/x.');
  assert.match(tooltip('a/x', 'a/y') ?? '', /as applied by ks\/x and ks\/y\. You choose which one\.$/);
});

test('a name cannot bring an icon along', () => {
  const lens = manifestLens('x', appliers('a/$(bug)'), 'homelab');
  assert.doesNotMatch(lens?.title ?? '', /(?<!\\)\$\(bug\)/);
});
