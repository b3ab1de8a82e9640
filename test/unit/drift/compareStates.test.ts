/** Two renders of one owner: what its controller would do with each object, by its rules for what it deletes and leaves alone. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compareStates } from '../../../src/drift/compareStates.ts';
import type { FluxSpec } from '../../../src/flux/objects.ts';
import type { DesiredObject, RenderedKustomization } from '../../../src/render/desired.ts';
import {
  desired,
  kustomizationName,
  releaseName,
  renderedKustomization,
  renderedRelease,
} from '../../support/rendered.ts';

function owner(objects: readonly DesiredObject[], spec: FluxSpec = { prune: true }): RenderedKustomization {
  return renderedKustomization({
    objects,
    inForce: {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: kustomizationName.name, namespace: kustomizationName.namespace },
      spec,
    },
  });
}

function marked(annotations: Readonly<Record<string, string>>, more: Partial<DesiredObject> = {}): DesiredObject {
  return desired('ConfigMap', 'a', { metadata: { name: 'a', namespace: 'apps', annotations } }, more);
}

/** `change kind/name because` of all, in their order. */
function words(...sides: Parameters<typeof compareStates>): readonly string[] {
  return compareStates(...sides).map(({ change, id, because }) =>
    [change, `${id.kind}/${id.name}`, because].filter((word) => word !== undefined).join(' '),
  );
}

test('deleted ones first, then created, changed and same ones', () => {
  const before = owner([
    desired('ConfigMap', 'same'),
    desired('ConfigMap', 'a', { data: { k: '1' } }),
    desired('Job', 'gone'),
  ]);
  const after = owner([
    desired('ConfigMap', 'a', { data: { k: '2' } }),
    desired('Secret', 'new'),
    desired('ConfigMap', 'same'),
  ]);
  assert.deepEqual(words(before, after), [
    'delete Job/gone',
    'create Secret/new',
    'change ConfigMap/a',
    'none ConfigMap/same',
  ]);
});

test('a change has its fields, and says when pods are replaced', () => {
  const deployment = (replicas: number, image: string): DesiredObject =>
    desired('Deployment', 'web', {
      apiVersion: 'apps/v1',
      spec: { replicas, template: { spec: { containers: [{ name: 'web', image }] } } },
    });
  const [scaled] = compareStates(owner([deployment(1, 'a')]), owner([deployment(2, 'a')]));
  assert.deepEqual(scaled?.paths, [{ path: ['spec', 'replicas'], effect: 'replace' }]);
  assert.equal(scaled.restartsPods, undefined);
  const [updated] = compareStates(owner([deployment(1, 'a')]), owner([deployment(1, 'b')]));
  assert.equal(updated?.restartsPods, true);
});

test('what is masked is told to differ and shown on neither side', () => {
  const masked = (value: string): DesiredObject => ({
    ...desired('ConfigMap', 'a', { data: { k: '•••' } }, { masked: [['data', 'k']] }),
    real: desired('ConfigMap', 'a', { data: { k: value } }).real,
  });
  const all = compareStates(owner([masked('canary-1')]), owner([masked('canary-2')]));
  assert.deepEqual(all[0]?.paths, [{ path: ['data', 'k'], effect: 'replace' }]);
  assert.doesNotMatch(JSON.stringify(all), /canary/);
});

describe('an object that is gone', () => {
  const rows: readonly [title: string, spec: FluxSpec, annotations: Readonly<Record<string, string>>, words: string][] =
    [
      ['is deleted', { prune: true }, {}, 'delete ConfigMap/a'],
      ['stays without prune', { prune: false }, {}, 'skip ConfigMap/a pruneDisabled'],
      ['stays where prune is not said', {}, {}, 'skip ConfigMap/a pruneDisabled'],
      [
        'stays when it says so, in any case',
        { prune: true },
        { 'kustomize.toolkit.fluxcd.io/prune': 'Disabled' },
        'skip ConfigMap/a pruneDisabled',
      ],
      [
        'stays when Flux leaves it alone',
        { prune: true },
        { 'kustomize.toolkit.fluxcd.io/ssa': 'Ignore' },
        'skip ConfigMap/a pruneDisabled',
      ],
      [
        'goes when it was only created once',
        { prune: true },
        { 'kustomize.toolkit.fluxcd.io/ssa': 'IfNotPresent' },
        'delete ConfigMap/a',
      ],
    ];
  for (const [title, spec, annotations, expected] of rows) {
    test(title, () => assert.deepEqual(words(owner([marked(annotations)], spec), owner([], spec)), [expected]));
  }
});

describe('when the Kustomization itself is gone', () => {
  const rows: readonly [title: string, spec: FluxSpec, words: string][] = [
    ['it mirrors prune', { prune: true }, 'delete ConfigMap/a'],
    ['it mirrors that it does not prune', { prune: false }, 'skip ConfigMap/a pruneDisabled'],
    ['Delete wins over prune', { prune: false, deletionPolicy: 'Delete' }, 'delete ConfigMap/a'],
    ['WaitForTermination deletes', { prune: false, deletionPolicy: 'WaitForTermination' }, 'delete ConfigMap/a'],
    ['Orphan wins over prune', { prune: true, deletionPolicy: 'Orphan' }, 'skip ConfigMap/a pruneDisabled'],
    ['a suspended one deletes nothing', { prune: true, suspend: true }, 'skip ConfigMap/a pruneDisabled'],
  ];
  for (const [title, spec, expected] of rows) {
    test(title, () => assert.deepEqual(words(owner([desired('ConfigMap', 'a')], spec), undefined), [expected]));
  }
});

describe('a HelmRelease', () => {
  const keep = desired('ConfigMap', 'a', {
    metadata: { name: 'a', namespace: 'apps', annotations: { 'helm.sh/resource-policy': 'keep' } },
  });
  test('deletes what its chart lacks by now, but what is to be kept', () => {
    const before = renderedRelease({ objects: [keep, desired('ConfigMap', 'b')] });
    assert.deepEqual(words(before, renderedRelease()), ['delete ConfigMap/b', 'skip ConfigMap/a pruneDisabled']);
  });
  test('takes all with it when it is deleted, unless it is suspended', () => {
    const inForce = {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name: releaseName.name, namespace: releaseName.namespace },
    };
    const objects = [desired('ConfigMap', 'b')];
    assert.deepEqual(words(renderedRelease({ objects, inForce }), undefined), ['delete ConfigMap/b']);
    const suspended = renderedRelease({ objects, inForce: { ...inForce, spec: { suspend: true } } });
    assert.deepEqual(words(suspended, undefined), ['skip ConfigMap/b pruneDisabled']);
  });
  test('hooks are no part of it', () => {
    const hook = desired('Job', 'test', {}, { role: { hook: ['test'] } });
    assert.deepEqual(words(undefined, renderedRelease({ objects: [hook] })), []);
  });
});

describe('what says that it is left alone', () => {
  const skipped = (skipped: 'ssa Ignore' | 'ssa IfNotPresent' | 'reconcile disabled', k: string): DesiredObject =>
    desired('ConfigMap', 'a', { data: { k } }, { role: { skipped } });
  const rows: readonly [title: string, before: DesiredObject | undefined, after: DesiredObject, words: string][] = [
    ['Ignore is never written', undefined, skipped('ssa Ignore', '1'), 'skip ConfigMap/a ssaIgnore'],
    ['IfNotPresent is created', undefined, skipped('ssa IfNotPresent', '1'), 'create ConfigMap/a'],
    [
      'and not changed',
      skipped('ssa IfNotPresent', '1'),
      skipped('ssa IfNotPresent', '2'),
      'skip ConfigMap/a ssaIfNotPresent',
    ],
    [
      'disabled is not changed',
      skipped('reconcile disabled', '1'),
      skipped('reconcile disabled', '2'),
      'skip ConfigMap/a reconcileDisabled',
    ],
  ];
  for (const [title, before, after, expected] of rows) {
    test(title, () => assert.deepEqual(words(owner(before ? [before] : []), owner([after])), [expected]));
  }
});
