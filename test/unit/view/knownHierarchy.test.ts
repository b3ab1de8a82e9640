/** Who applied whom is asked anew only when an answer could differ. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { hierarchyOf } from '../../../src/view/knownHierarchy.ts';
import { failing, helmRelease, inventoryEntry, kustomization } from '../../support/builders.ts';
import { objectId, surveyOf } from '../../support/shownTree.ts';

const owner = (name: string, lists: readonly string[] = []): FluxObject =>
  kustomization(name, {
    status: {
      inventory: {
        entries: [
          inventoryEntry(objectId('ConfigMap', 'x')),
          ...lists.map((item) => inventoryEntry(objectId('HelmRelease', item, 'default', 'helm.toolkit.fluxcd.io'))),
        ],
      },
    },
  });

const of = (cluster: object, ...objects: FluxObject[]) =>
  hierarchyOf(cluster, [...surveyOf({ objects }).views.values()]);

const child = (parent: string, more: Parameters<typeof helmRelease>[1] = {}): FluxObject =>
  helmRelease('web', { ...more, appliedBy: { kind: 'Kustomization', name: parent } });

for (const [name, before, after, isSame] of [
  ['a state', [owner('a'), child('a')], [owner('a'), child('a', { conditions: failing('InstallFailed', 'no') })], true],
  [
    'what is not of Flux in an inventory',
    [owner('a')],
    [kustomization('a', { status: { inventory: { entries: [] } } })],
    true,
  ],
  ['an owner', [owner('a'), owner('b'), child('a')], [owner('a'), owner('b'), child('b')], false],
  ['an inventory', [owner('a'), helmRelease('web')], [owner('a', ['web']), helmRelease('web')], false],
  ['an object that comes', [owner('a')], [owner('a'), owner('b')], false],
  ['an object that goes', [owner('a'), owner('b')], [owner('a')], false],
  ['one that is replaced by another', [owner('a'), owner('b')], [owner('a'), owner('c')], false],
  [
    'a cluster that the objects are sent to',
    [owner('a', ['web']), helmRelease('web')],
    [{ ...owner('a', ['web']), spec: { kubeConfig: {} } }, helmRelease('web')],
    false,
  ],
] as const satisfies readonly (readonly [string, readonly FluxObject[], readonly FluxObject[], boolean])[]) {
  test(`when ${name} changes, the hierarchy is ${isSame ? 'the same' : 'another'}`, () => {
    const cluster = {};
    const first = of(cluster, ...before);
    assert.equal(of(cluster, ...after) === first, isSame);
  });
}

test('another cluster has a hierarchy of its own', () => {
  const objects = [owner('a')];
  assert.notEqual(of({}, ...objects), of({}, ...objects));
});

test('a release that moves is found below its new owner', () => {
  const cluster = {};
  const web = objectId('HelmRelease', 'web', 'default', 'helm.toolkit.fluxcd.io');
  assert.equal(of(cluster, owner('a'), owner('b'), child('a')).parent(web)?.name, 'a');
  assert.equal(of(cluster, owner('a'), owner('b'), child('b')).parent(web)?.name, 'b');
});
