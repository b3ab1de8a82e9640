import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FluxSpec } from '../../../src/flux/objects.ts';
import { dependenciesOf, ownerOf, sourceOf } from '../../../src/flux/references.ts';
import { appliedBy, fluxObject, titleOf } from './fluxObject.ts';

describe('the owner of an object', () => {
  const rows: readonly [is: string, labels: Record<string, string> | undefined, expected: string][] = [
    [
      'the Kustomization that its labels name',
      appliedBy('Kustomization flux-system/apps'),
      'kustomize Kustomization flux-system/apps',
    ],
    ['the HelmRelease that its labels name', appliedBy('HelmRelease apps/podinfo'), 'helm HelmRelease apps/podinfo'],
    [
      'the FluxInstance that its labels name',
      appliedBy('FluxInstance flux-system/flux'),
      'operator FluxInstance flux-system/flux',
    ],
    [
      'the ResourceSet that its labels name',
      appliedBy('ResourceSet apps/tenants'),
      'resourceSet ResourceSet apps/tenants',
    ],
    [
      'the Kustomization before the release, as flux trace has it',
      { ...appliedBy('HelmRelease a/b'), ...appliedBy('Kustomization c/d') },
      'kustomize Kustomization c/d',
    ],
    ['nobody with half a name', { 'kustomize.toolkit.fluxcd.io/name': 'apps' }, 'nobody'],
    [
      'nobody with an empty name',
      { ...appliedBy('Kustomization a/b'), 'kustomize.toolkit.fluxcd.io/name': '' },
      'nobody',
    ],
    ['nobody without labels', undefined, 'nobody'],
  ];
  for (const [is, labels, expected] of rows) {
    it(`is ${is}`, () => {
      const owner = ownerOf(fluxObject('Namespace /apps', labels ? { labels } : {}));
      assert.equal(owner ? `${owner.by} ${titleOf(owner.id)}` : 'nobody', expected);
    });
  }
});

describe('the source of an object', () => {
  const rows: readonly [title: string, spec: FluxSpec, expected: string][] = [
    ['Kustomization apps/a', { sourceRef: { kind: 'GitRepository', name: 'repo' } }, 'GitRepository apps/repo'],
    [
      'Kustomization apps/a',
      { sourceRef: { kind: 'GitRepository', name: 'repo', namespace: '' } },
      'GitRepository apps/repo',
    ],
    [
      'Kustomization apps/a',
      { sourceRef: { kind: 'OCIRepository', name: 'repo', namespace: 'flux-system' } },
      'OCIRepository flux-system/repo',
    ],
    ['Kustomization apps/a', { sourceRef: { name: 'repo' } }, '-'],
    ['Kustomization apps/a', {}, '-'],
    [
      'HelmRelease apps/podinfo',
      { chart: { spec: { sourceRef: { kind: 'HelmRepository', name: 'charts' } } } },
      'HelmChart apps/apps-podinfo',
    ],
    [
      'HelmRelease apps/podinfo',
      { chart: { spec: { sourceRef: { kind: 'HelmRepository', name: 'charts', namespace: 'flux-system' } } } },
      'HelmChart flux-system/apps-podinfo',
    ],
    [
      'HelmRelease apps/podinfo',
      { chartRef: { kind: 'OCIRepository', name: 'podinfo' } },
      'OCIRepository apps/podinfo',
    ],
    ['HelmRelease apps/podinfo', { chartRef: { kind: 'HelmChart', name: 'c', namespace: 'x' } }, 'HelmChart x/c'],
    ['HelmRelease apps/podinfo', { chart: { spec: { chart: 'x' } } }, '-'],
    [
      'HelmChart apps/c',
      { sourceRef: { kind: 'HelmRepository', name: 'charts', namespace: 'ignored' } },
      'HelmRepository apps/charts',
    ],
    [
      'ExternalArtifact apps/split',
      { sourceRef: { apiVersion: 'source.extensions.fluxcd.io/v1beta1', kind: 'ArtifactGenerator', name: 'gen' } },
      'ArtifactGenerator apps/gen',
    ],
    ['ExternalArtifact apps/split', { sourceRef: { kind: 'ArtifactGenerator', name: 'gen' } }, '-'],
    ['GitRepository apps/repo', { sourceRef: { kind: 'GitRepository', name: 'x' } }, '-'],
    ['Namespace /apps', { sourceRef: { kind: 'GitRepository', name: 'x' } }, '-'],
  ];
  for (const [title, spec, expected] of rows) {
    it(`is ${expected} for ${title} with ${JSON.stringify(spec)}`, () => {
      assert.equal(titleOf(sourceOf(fluxObject(title, { spec }))), expected);
    });
  }

  it('is none for kinds of somebody else that are called like those of Flux', () => {
    const spec: FluxSpec = {
      sourceRef: { kind: 'GitRepository', name: 'x' },
      chartRef: { kind: 'HelmChart', name: 'x' },
    };
    for (const kind of ['Kustomization', 'HelmRelease', 'HelmChart']) {
      assert.equal(sourceOf(fluxObject(`${kind} a/b`, { apiVersion: 'example.com/v1', spec })), undefined);
    }
  });

  it('has the API group of its kind', () => {
    const artifact = fluxObject('ExternalArtifact a/b', {
      spec: {
        sourceRef: { apiVersion: 'source.extensions.fluxcd.io/v1beta1', kind: 'ArtifactGenerator', name: 'gen' },
      },
    });
    assert.equal(sourceOf(artifact)?.group, 'source.extensions.fluxcd.io');
    const apps = fluxObject('Kustomization a/b', { spec: { sourceRef: { kind: 'Bucket', name: 'x' } } });
    assert.equal(sourceOf(apps)?.group, 'source.toolkit.fluxcd.io');
  });
});

describe('the dependencies of an object', () => {
  it('are of its own kind, in its own namespace unless they name one', () => {
    const release = fluxObject('HelmRelease apps/podinfo', {
      spec: { dependsOn: [{ name: 'redis' }, { name: 'loki', namespace: 'logging' }, { name: 'x', namespace: '' }] },
    });
    assert.deepEqual(dependenciesOf(release).map(titleOf), [
      'HelmRelease apps/redis',
      'HelmRelease logging/loki',
      'HelmRelease apps/x',
    ]);
  });
  it('are none without dependsOn', () => {
    assert.deepEqual(dependenciesOf(fluxObject('Kustomization a/b')), []);
  });
});
