/** What warnings about whole objects take from renders: owners with their objects, releases with their charts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sealed } from '../../../src/base/sealed.ts';
import type { ObjectDifference } from '../../../src/drift/difference.ts';
import { identityWarnings } from '../../../src/drift/identityChange.ts';
import { identityOfRenders } from '../../../src/drift/identityOfRenders.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import type { RenderedKustomization, RenderedRelease } from '../../../src/render/desired.ts';
import { helmRelease, kustomization } from '../../support/builders.ts';

const desired = (object: KubernetesObject) => ({ object, real: new Sealed(object), masked: [], unstable: [] });
const config: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'default' },
};

const apps: RenderedKustomization = {
  kind: 'Kustomization',
  name: { kind: 'Kustomization', namespace: 'flux-system', name: 'apps' },
  inForce: kustomization('apps'),
  parents: [],
  objects: [desired(helmRelease('web')), desired(config)],
  variables: [],
  notes: [],
};

test('a Kustomization owns what it builds; of the releases in it no chart is known', () => {
  const { next, releases } = identityOfRenders([apps], []);
  assert.deepEqual(
    next.map(({ name, objects }) => [name.name, objects.map(({ kind }) => kind)]),
    [['apps', ['HelmRelease', 'ConfigMap']]],
  );
  assert.deepEqual(
    releases.map(({ inForce, chartName }) => [inForce.metadata.name, chartName]),
    [['web', undefined]],
  );
});

test('a release is taken as it is in force, with its chart, and owns nothing as a Kustomization does', () => {
  const release: RenderedRelease = {
    kind: 'HelmRelease',
    name: { kind: 'HelmRelease', namespace: 'default', name: 'web' },
    inForce: helmRelease('web'),
    parents: [],
    chart: { name: 'podinfo', version: '1.0.0', appVersion: '1', from: 'here' },
    release: { name: 'web', namespace: 'default' },
    objects: [desired(config)],
    values: [],
    chartNotes: '',
    notes: [],
  };
  const { next, releases } = identityOfRenders([release], []);
  assert.deepEqual({ next, releases }, { next: [], releases: [{ inForce: release.inForce, chartName: 'podinfo' }] });
});

const claim = 'apps_data__PersistentVolumeClaim';
const liveApps = {
  ...kustomization('apps', { namespace: 'flux-system', spec: { prune: true } }),
  status: { inventory: { entries: [{ id: claim, v: 'v1' }] } },
};
const sentences = (render: RenderedKustomization, compared: readonly ObjectDifference[]): readonly string[] =>
  identityWarnings({ live: [liveApps], ...identityOfRenders([render], compared) }).map(({ sentence }) => sentence);
const left = (change: Partial<ObjectDifference>): ObjectDifference => {
  const id = { group: '', kind: 'PersistentVolumeClaim', namespace: 'apps', name: 'data' };
  return { id, apiVersion: 'v1', change: 'delete', paths: [], ...change };
};

test('what a comparison has found to be kept is not told to be deleted', () => {
  const pruned = { ...apps, inForce: { ...apps.inForce, spec: { prune: true } } };
  assert.equal(sentences(pruned, [left({})]).length, 1);
  for (const because of ['pruneDisabled', 'resourcePolicyKeep', 'otherOwner'] as const) {
    assert.deepEqual(sentences(pruned, [left({ change: 'skip', because })]), []);
  }
});

test('an object whose name is masked is the one of the inventory', () => {
  const named = (name: string): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'apps' },
  });
  const masked = { ...desired(named('***')), real: new Sealed(named('data')) };
  const inForce = { ...apps.inForce, spec: { prune: true } };
  assert.deepEqual(sentences({ ...apps, inForce, objects: [masked] }, []), []);
});
