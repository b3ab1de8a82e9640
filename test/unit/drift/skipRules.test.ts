/** What objects say of themselves to kustomize-controller, by labels and annotations, on either side. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asksForForce, mergesOnly, skippedApply, skippedPrune } from '../../../src/drift/skipRules.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { kustomizationName } from '../../support/rendered.ts';

const group = 'kustomize.toolkit.fluxcd.io';

function says(text: string | undefined, part: 'labels' | 'annotations' = 'annotations'): KubernetesObject {
  const [key = '', value = ''] = (text ?? '').split(': ');
  const map = text === undefined ? {} : { [part]: { [`${group}/${key}`]: value } };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'apps', ...map } };
}

type Row = readonly [desired: string | undefined, live: string | undefined | null, because: string | undefined];

const skips: readonly Row[] = [
  [undefined, undefined, undefined],
  ['reconcile: disabled', undefined, 'reconcileDisabled'],
  ['reconcile: Disabled', null, 'reconcileDisabled'],
  [undefined, 'reconcile: DISABLED', 'reconcileDisabled'],
  ['reconcile: enabled', undefined, undefined],
  ['ssa: Ignore', null, 'ssaIgnore'],
  [undefined, 'ssa: ignore', 'ssaIgnore'],
  ['ssa: IfNotPresent', undefined, 'ssaIfNotPresent'],
  ['ssa: ifnotpresent', null, undefined],
  [undefined, 'ssa: IfNotPresent', undefined],
  ['ssa: Merge', undefined, undefined],
  ['prune: disabled', 'prune: disabled', undefined],
];

for (const [desired, live, because] of skips) {
  for (const part of ['labels', 'annotations'] as const) {
    const title = `${String(desired)} in Git and ${live === null ? 'no object' : String(live)} in the cluster, as ${part}`;
    test(`${title}: ${because ?? 'applied'}`, () => {
      const found = skippedApply(says(desired, part), live === null ? undefined : says(live, part));
      assert.equal(found?.because, because);
    });
  }
}

test('a reason names the side that says so', () => {
  assert.match(skippedApply(says('ssa: Ignore'), says(undefined))?.reason ?? '', /ssa: Ignore, so/);
  assert.match(skippedApply(says(undefined), says('ssa: Ignore'))?.reason ?? '', /ssa: Ignore in the cluster, so/);
});

test('Merge and force may be said by either side', () => {
  assert.equal(mergesOnly(says('ssa: merge'), says(undefined)), true);
  assert.equal(mergesOnly(says(undefined), says('ssa: Merge')), true);
  assert.equal(mergesOnly(says(undefined), says(undefined)), false);
  assert.equal(asksForForce(says('force: Enabled'), undefined), true);
  assert.equal(asksForForce(says(undefined), says('force: enabled')), true);
  assert.equal(asksForForce(says('force: true'), undefined), false);
});

const owned = { [`${group}/name`]: 'apps', [`${group}/namespace`]: 'flux-system' };

const prunes: readonly (readonly [
  text: string | undefined,
  labels: Readonly<Record<string, string>>,
  because: string | undefined,
])[] = [
  [undefined, owned, undefined],
  ['prune: Disabled', owned, 'pruneDisabled'],
  ['reconcile: disabled', owned, 'pruneDisabled'],
  ['ssa: Ignore', owned, 'pruneDisabled'],
  ['ssa: IfNotPresent', owned, undefined],
  [undefined, {}, 'otherOwner'],
  [undefined, { ...owned, [`${group}/name`]: 'other' }, 'otherOwner'],
  [undefined, { ...owned, [`${group}/namespace`]: 'other' }, 'otherOwner'],
];

for (const [text, labels, because] of prunes) {
  test(`pruning ${String(text)} with labels ${JSON.stringify(labels)}: ${because ?? 'deleted'}`, () => {
    const { metadata, ...rest } = says(text);
    const live = { ...rest, metadata: { ...metadata, labels } };
    assert.equal(skippedPrune(live, kustomizationName)?.because, because);
  });
}
