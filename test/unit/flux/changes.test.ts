import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  canReconcile,
  canSuspend,
  newRequestToken,
  reconcileChain,
  reconcilePatch,
  resumePatch,
  suspendPatch,
} from '../../../src/flux/changes.ts';
import { idOf } from '../../../src/flux/objectKey.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { fluxObject, titleOf } from './fluxObject.ts';

describe('a request for a reconcile', () => {
  it('sets the one annotation and nothing else', () => {
    assert.deepEqual(reconcilePatch('t'), { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 't' } } });
  });
  // trap 5
  it('carries force and reset in the same patch with the same token', () => {
    assert.deepEqual(reconcilePatch('t', { force: true, reset: true }), {
      metadata: {
        annotations: {
          'reconcile.fluxcd.io/requestedAt': 't',
          'reconcile.fluxcd.io/forceAt': 't',
          'reconcile.fluxcd.io/resetAt': 't',
        },
      },
    });
    assert.deepEqual(reconcilePatch('t', { force: false, reset: false }), reconcilePatch('t'));
  });
  it('has a token that is a time with nanoseconds and differs within one millisecond', () => {
    const now = Date.parse('2026-01-01T00:00:00.123Z');
    assert.equal(
      newRequestToken(now, () => 0.000042),
      '2026-01-01T00:00:00.123000042Z',
    );
    assert.equal(
      newRequestToken(now, () => 0.999999999),
      '2026-01-01T00:00:00.123999999Z',
    );
    assert.equal(new Set(Array.from({ length: 50 }, () => newRequestToken(now))).size, 50);
  });
});

describe('suspend and resume', () => {
  const spec = (suspend: unknown) => ({ spec: { suspend } });
  const annotation = (name: string, value: string, more = {}) => ({
    metadata: { annotations: { [name]: value, ...more } },
  });
  const rows: readonly [title: string, suspend: unknown, resume: unknown][] = [
    // trap 4: the field goes, it is not set to false
    ['Kustomization a/b', spec(true), spec(null)],
    ['HelmRelease a/b', spec(true), spec(null)],
    ['GitRepository a/b', spec(true), spec(null)],
    ['Alert a/b', spec(true), spec(null)],
    [
      'ArtifactGenerator a/b',
      annotation('source.extensions.fluxcd.io/reconcile', 'disabled'),
      annotation('source.extensions.fluxcd.io/reconcile', 'enabled'),
    ],
    [
      'ResourceSet a/b',
      annotation('fluxcd.controlplane.io/reconcile', 'disabled'),
      annotation('fluxcd.controlplane.io/reconcile', 'enabled', { 'reconcile.fluxcd.io/requestedAt': 't' }),
    ],
    ['ExternalArtifact a/b', undefined, undefined],
  ];
  for (const [title, suspend, resume] of rows) {
    it(`are the right patches for ${title}`, () => {
      const object = fluxObject(title);
      assert.deepEqual(suspendPatch(object), suspend);
      assert.deepEqual(resumePatch(object, 't'), resume);
      assert.equal(canSuspend(object), suspend !== undefined);
    });
  }
  it('are not offered twice', () => {
    assert.equal(canSuspend(fluxObject('Kustomization a/b', { spec: { suspend: true } })), false);
  });
});

describe('a reconcile can be asked for', () => {
  const rows: readonly [is: string, object: FluxObject, expected: ReturnType<typeof canReconcile>][] = [
    ['of a Kustomization', fluxObject('Kustomization a/b'), 'yes'],
    ['of a HelmRepository', fluxObject('HelmRepository a/b', { spec: { type: 'default' } }), 'yes'],
    // trap 1
    ['not of a suspended one', fluxObject('Kustomization a/b', { spec: { suspend: true } }), 'suspended'],
    ['not of an OCI HelmRepository', fluxObject('HelmRepository a/b', { spec: { type: 'oci' } }), 'static'],
    [
      'not of a suspended OCI HelmRepository',
      fluxObject('HelmRepository a/b', { spec: { type: 'oci', suspend: true } }),
      'static',
    ],
    ['not of an ExternalArtifact', fluxObject('ExternalArtifact a/b'), 'static'],
    ['not of an Alert', fluxObject('Alert a/b'), 'static'],
  ];
  for (const [is, object, expected] of rows) {
    it(`${is}: ${expected}`, () => assert.equal(canReconcile(object), expected));
  }
});

describe('reconciling with the source', () => {
  const git = fluxObject('GitRepository flux-system/repo');
  const apps = fluxObject('Kustomization apps/apps', {
    spec: { sourceRef: { kind: 'GitRepository', name: 'repo', namespace: 'flux-system' } },
  });
  const charts = fluxObject('HelmRepository charts/podinfo');
  const ociCharts = fluxObject('HelmRepository charts/podinfo', { spec: { type: 'oci' } });
  const chart = fluxObject('HelmChart charts/apps-podinfo', {
    spec: { sourceRef: { kind: 'HelmRepository', name: 'podinfo' } },
  });
  const release = fluxObject('HelmRelease apps/podinfo', {
    spec: { chart: { spec: { sourceRef: { kind: 'HelmRepository', name: 'podinfo', namespace: 'charts' } } } },
  });
  const suspend = (object: FluxObject): FluxObject => ({ ...object, spec: { ...object.spec, suspend: true } });
  const generator = fluxObject('ArtifactGenerator apps/split');
  const external = fluxObject('ExternalArtifact apps/split', {
    spec: {
      sourceRef: { apiVersion: 'source.extensions.fluxcd.io/v1beta1', kind: 'ArtifactGenerator', name: 'split' },
    },
  });
  const fromExternal = fluxObject('Kustomization apps/split', {
    spec: { sourceRef: { kind: 'ExternalArtifact', name: 'split' } },
  });
  const circular = fluxObject('HelmChart a/b', { spec: { sourceRef: { kind: 'HelmChart', name: 'b' } } });

  const rows: readonly [is: string, start: FluxObject, others: readonly FluxObject[], expected: string][] = [
    ['takes the source first', apps, [git], 'GitRepository flux-system/repo, Kustomization apps/apps'],
    ['of a source is the source alone', git, [], 'GitRepository flux-system/repo'],
    [
      'of a release goes through its chart',
      release,
      [chart, charts],
      'HelmRepository charts/podinfo, HelmChart charts/apps-podinfo, HelmRelease apps/podinfo',
    ],
    // trap 6
    [
      'of a release passes over an OCI HelmRepository',
      release,
      [chart, ociCharts],
      'HelmChart charts/apps-podinfo, HelmRelease apps/podinfo',
    ],
    ['is refused when the object is suspended', suspend(apps), [git], 'suspended Kustomization apps/apps'],
    ['is refused when the source is suspended', apps, [suspend(git)], 'suspended GitRepository flux-system/repo'],
    [
      'is refused when the last link is suspended',
      release,
      [chart, suspend(charts)],
      'suspended HelmRepository charts/podinfo',
    ],
    ['is refused when the source is missing', apps, [], 'notFound GitRepository flux-system/repo'],
    ['is refused when the chart is not made yet', release, [], 'notFound HelmChart charts/apps-podinfo'],
    [
      'goes to the generator of an ExternalArtifact',
      fromExternal,
      [external, generator],
      'ArtifactGenerator apps/split, Kustomization apps/split',
    ],
    ['is refused when the generator is not known', fromExternal, [external], 'unsupported ExternalArtifact apps/split'],
    [
      'is refused when an ExternalArtifact names no producer',
      fromExternal,
      [fluxObject('ExternalArtifact apps/split')],
      'unsupported ExternalArtifact apps/split',
    ],
    ['ends when a source names itself', circular, [circular], 'HelmChart a/b'],
  ];
  for (const [is, start, others, expected] of rows) {
    it(is, () => {
      const chain = reconcileChain(start, (id) => others.find((other) => titleOf(idOf(other)) === titleOf(id)));
      const text =
        chain.state === 'chain'
          ? chain.steps.map((step) => titleOf(idOf(step))).join(', ')
          : `${chain.reason} ${titleOf(chain.id)}`;
      assert.equal(text, expected);
    });
  }
});
