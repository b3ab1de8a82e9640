import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { behindSource, deployedRevision } from '../../../src/flux/behindSource.ts';
import { canReconcile, reconcileChain, resumePatch, suspendPatch } from '../../../src/flux/changes.ts';
import { nextReconcile } from '../../../src/flux/durations.ts';
import { fluxState } from '../../../src/flux/fluxState.ts';
import { buildHierarchy } from '../../../src/flux/hierarchy.ts';
import { inventoryOf } from '../../../src/flux/inventory.ts';
import { objectHealth } from '../../../src/flux/objectHealth.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { reconcileOutcome, resumeOutcome, successText } from '../../../src/flux/outcomes.ts';
import { dependenciesOf, ownerOf, sourceOf } from '../../../src/flux/references.ts';
import { releaseDrift } from '../../../src/flux/releaseDrift.ts';
import { asFluxObject } from '../../../src/flux/sanitizeObject.ts';

function sanitize(raw: unknown) {
  return asFluxObject(raw as KubernetesObject);
}

describe('an object from a cluster', () => {
  it('is kept as it is when it is well formed, unknown fields included', () => {
    const raw = {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name: 'a', namespace: 'b', generation: 3, labels: { x: 'y' }, selfLink: '/x' },
      spec: {
        interval: '1h',
        suspend: false,
        chart: { spec: { chart: 'podinfo', version: '1.x', sourceRef: { kind: 'HelmRepository', name: 'c' } } },
        driftDetection: { mode: 'warn', ignore: [{ paths: ['/spec/replicas'] }] },
        values: { deep: [{ any: 1 }] },
      },
      status: {
        observedGeneration: 3,
        conditions: [
          { type: 'Ready', status: 'True', reason: 'x', message: 'y', lastTransitionTime: 'z', observedGeneration: 3 },
          { type: 'Drifted', status: 'False' },
          { type: 'Released', status: 'Unknown' },
        ],
        history: [{ version: 2, chartVersion: '1.0.0', status: 'deployed', testHooks: {} }],
        inventory: { entries: [{ id: 'a_b__ConfigMap', v: 'v1' }] },
        storageNamespace: 'b',
        lastAttemptedConfigDigest: 'sha256:1',
      },
    };
    assert.deepEqual(sanitize(raw), raw);
  });

  it('keeps the name of the chart that a HelmChart has where a HelmRelease has a template', () => {
    assert.equal(sanitize({ kind: 'HelmChart', spec: { chart: './charts/app' } }).spec?.['chart'], './charts/app');
  });

  const dropped: readonly [what: string, raw: unknown, expected: unknown][] = [
    ['conditions that are no list', { status: { conditions: { type: 'Ready' } } }, { status: {} }],
    [
      'conditions that are none, and fields of them that are no text',
      { status: { conditions: [null, 'x', {}, { type: 'Ready' }, { type: 'Ready', status: 'True', message: 7 }] } },
      { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
    ],
    [
      'a condition status that is none',
      { status: { conditions: [{ type: 'Ready', status: 'maybe' }] } },
      { status: { conditions: [] } },
    ],
    ['texts where numbers are expected', { status: { observedGeneration: '3', failures: '1' } }, { status: {} }],
    ['numbers that are none', { status: { observedGeneration: Number.NaN } }, { status: {} }],
    ['numbers where texts are expected', { spec: { interval: 60, path: 1, url: {} } }, { spec: {} }],
    ['texts where flags are expected', { spec: { suspend: 'true', prune: 1 } }, { spec: {} }],
    ['references without a name', { spec: { sourceRef: { kind: 'GitRepository' }, chartRef: 'x' } }, { spec: {} }],
    [
      'dependencies that are none',
      { spec: { dependsOn: [{ name: 'a' }, { namespace: 'b' }, null, 'c'] } },
      { spec: { dependsOn: [{ name: 'a' }] } },
    ],
    ['a list of dependencies that is none', { spec: { dependsOn: 'a' } }, { spec: {} }],
    ['a spec that is a list', { spec: [] }, {}],
    ['a status that is a text', { status: 'x' }, {}],
    ['an inventory that is a list', { status: { inventory: [{ name: 'a' }] } }, { status: {} }],
    [
      'inventory entries without an id',
      { status: { inventory: { entries: [{ v: 'v1' }, { id: 'a' }, null] } } },
      { status: { inventory: { entries: [{ id: 'a', v: '' }] } } },
    ],
    ['an artifact that is a text', { status: { artifact: 'main@sha1:1' } }, { status: {} }],
    [
      'metadata of an artifact that is no text',
      { status: { artifact: { revision: 5, metadata: { a: 'b', c: 1 } } } },
      { status: { artifact: { metadata: { a: 'b' } } } },
    ],
    ['a history that is none', { status: { history: {} } }, { status: {} }],
    ['snapshots that are none', { status: { history: [1, { version: '2' }] } }, { status: { history: [{}] } }],
    ['a chart template that is a number', { spec: { chart: 5 } }, { spec: {} }],
    ['a kubeConfig that is a text', { spec: { kubeConfig: 'x' } }, { spec: {} }],
    ['a mode that is no text', { spec: { driftDetection: { mode: true } } }, { spec: { driftDetection: {} } }],
  ];
  for (const [what, raw, expected] of dropped) {
    it(`loses ${what}`, () => {
      const clean = sanitize({ apiVersion: 'v1', kind: 'K', metadata: { name: 'n' }, ...(raw as object) });
      assert.deepEqual(clean, { apiVersion: 'v1', kind: 'K', metadata: { name: 'n' }, ...(expected as object) });
    });
  }

  it('loses labels and annotations that are no text', () => {
    const { metadata } = sanitize({
      metadata: {
        name: 'a',
        labels: { a: 1, b: 'c' },
        annotations: [],
        ownerReferences: [{ kind: 'X' }],
        finalizers: [1],
      },
    });
    assert.deepEqual(metadata, { name: 'a', labels: { b: 'c' }, ownerReferences: [], finalizers: [] });
  });

  for (const raw of [undefined, null, 5, 'x', [], {}, { metadata: null }, { metadata: { name: 7 } }]) {
    it(`has the empty name when it is ${raw === undefined ? 'undefined' : JSON.stringify(raw)}`, () => {
      assert.equal(sanitize(raw).metadata.name, '');
    });
  }

  it('cannot reach into the prototype of anything', () => {
    const raw: unknown = JSON.parse(
      '{"metadata":{"name":"a","labels":{"__proto__":"x"}},"spec":{"__proto__":{"suspend":true},"constructor":1}}',
    );
    const object = sanitize(raw);
    assert.equal(object.spec?.suspend, undefined);
    assert.equal(Object.getPrototypeOf(object.spec), Object.prototype);
    assert.equal(({} as Record<string, unknown>)['suspend'], undefined);
  });
});

describe('every question about an object', () => {
  const junk: readonly unknown[] = [
    null,
    true,
    -1,
    'x',
    '',
    [],
    [null],
    {},
    { a: null },
    [[{}]],
    { type: 1, name: [] },
  ];
  const fields = {
    metadata: ['namespace', 'generation', 'labels', 'annotations', 'ownerReferences', 'deletionTimestamp'],
    spec: [
      'suspend',
      'interval',
      'dependsOn',
      'kubeConfig',
      'path',
      'sourceRef',
      'chart',
      'chartRef',
      'type',
      'driftDetection',
    ],
    status: ['observedGeneration', 'conditions', 'artifact', 'inventory', 'history', 'lastAppliedRevision', 'phase'],
  };
  const kinds = [
    'kustomize.toolkit.fluxcd.io/v1 Kustomization',
    'helm.toolkit.fluxcd.io/v2 HelmRelease',
    'apps/v1 Deployment',
    'v1 Pod',
    'source.toolkit.fluxcd.io/v1 ExternalArtifact',
  ];

  function askEverything(raw: unknown): void {
    const object = sanitize(raw);
    fluxState(object);
    releaseDrift(object, '2.9.0');
    behindSource(object, object);
    deployedRevision(object);
    inventoryOf(object);
    ownerOf(object);
    sourceOf(object);
    dependenciesOf(object);
    nextReconcile(object);
    suspendPatch(object);
    resumePatch(object, 't');
    canReconcile(object);
    successText(object);
    reconcileOutcome(object, { token: 't', before: undefined });
    resumeOutcome(object, 1);
    reconcileChain(object, () => object);
    buildHierarchy([object]);
    objectHealth(raw as KubernetesObject, 0);
  }

  for (const title of kinds) {
    it(`has an answer for a ${title} with any junk in any field`, () => {
      const [apiVersion, kind] = title.split(' ');
      for (const [part, names] of Object.entries(fields)) {
        for (const name of names) {
          for (const value of junk) {
            const base = { apiVersion, kind, metadata: { name: 'n' }, spec: {}, status: {} };
            askEverything({ ...base, [part]: { ...(part === 'metadata' ? base.metadata : {}), [name]: value } });
          }
        }
        for (const value of junk.filter((value) => part !== 'metadata' || value !== null)) {
          askEverything({ apiVersion, kind, metadata: { name: 'n' }, [part]: value });
        }
      }
    });
  }
});
