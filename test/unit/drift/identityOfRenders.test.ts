/** What warnings about whole objects take from renders: owners with their objects, releases with their charts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sealed } from '../../../src/base/sealed.ts';
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
  const { next, releases } = identityOfRenders([apps]);
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
  assert.deepEqual(identityOfRenders([release]), {
    next: [],
    releases: [{ inForce: release.inForce, chartName: 'podinfo' }],
  });
});
