/** An object to be read and to be copied: without what the server adds, and never with what a Secret holds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { printYaml } from '../../../src/manifests/printYaml.ts';
import { cleanManifest, liveManifest } from '../../../src/view/liveManifest.ts';
import { anyObject, kustomization, secret } from '../../support/builders.ts';
import { dedent } from '../../support/treeText.ts';

const served: KubernetesObject = {
  ...kustomization('apps', {
    appliedBy: { kind: 'Kustomization', name: 'flux-system' },
    labels: { team: 'a', 'helm.toolkit.fluxcd.io/name': 'x', 'resourceset.fluxcd.controlplane.io/name': 'y' },
    annotations: {
      'reconcile.fluxcd.io/requestedAt': '2026-01-01T00:00:00Z',
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
      note: 'kept',
    },
    metadata: {
      uid: '1-2-3',
      resourceVersion: '42',
      creationTimestamp: '2025-01-01T00:00:00Z',
      finalizers: ['finalizers.fluxcd.io'],
      managedFields: [{ manager: 'flux' }],
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'x', uid: '1' }],
    },
  }),
};

test('to be copied: only what a person would have written', () => {
  assert.equal(
    printYaml(cleanManifest(served)),
    `${dedent(`
      apiVersion: kustomize.toolkit.fluxcd.io/v1
      kind: Kustomization
      metadata:
        name: apps
        namespace: flux-system
        labels:
          team: a
        annotations:
          note: kept
      spec:
        interval: 10m0s
        path: ./apps
        prune: true
        sourceRef:
          kind: GitRepository
          name: flux-system
    `)}\n`,
  );
});

test('to be read: everything but managedFields', () => {
  const text = printYaml(liveManifest(served));
  for (const part of ['uid: 1-2-3', 'resourceVersion: "42"', 'status:', 'lastAppliedRevision', 'requestedAt']) {
    assert.ok(text.includes(part), part);
  }
  assert.ok(!text.includes('managedFields'));
});

test('other finalizers stay, and nothing empty is left behind', () => {
  const object = anyObject('v1', 'ConfigMap', 'a', {
    metadata: { finalizers: ['finalizers.fluxcd.io', 'example.com/keep'] },
    labels: { 'kustomize.toolkit.fluxcd.io/name': 'x' },
  });
  const metadata = cleanManifest(object)['metadata'] as Record<string, unknown>;
  assert.deepEqual(metadata['finalizers'], ['example.com/keep']);
  assert.ok(!('labels' in metadata));
});

for (const [name, spec, expected] of [
  ['an address that the cluster gave', { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ports: [] }, { ports: [] }],
  ['no address, on purpose', { clusterIP: 'None', ports: [] }, { clusterIP: 'None', ports: [] }],
] as const) {
  test(`a Service with ${name}`, () => {
    assert.deepEqual(cleanManifest(anyObject('v1', 'Service', 'a', { fields: { spec } }))['spec'], expected);
  });
}

const canary = 'canary-8d1f';
const encoded = Buffer.from(canary).toString('base64');

const secrets: readonly (readonly [string, KubernetesObject])[] = [
  ['as it is', secret('a', canary)],
  [
    "with kubectl's copy of what it held before",
    secret('a', 'changed since', {
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ data: { password: encoded } }),
      },
    }),
  ],
  ['with stringData', anyObject('v1', 'Secret', 'a', { fields: { stringData: { password: canary } } })],
  [
    "with kubectl's copy of it",
    secret('a', canary, {
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ data: { password: encoded } }),
      },
    }),
  ],
  [
    "with some other tool's copy of it",
    secret('a', canary, { annotations: { 'example.com/original': `{"p":"${encoded}"}` } }),
  ],
  ['with a plain copy of it', secret('a', canary, { annotations: { hint: `the password is ${canary}` } })],
  ['with data of no known shape', anyObject('v1', 'Secret', 'a', { fields: { data: canary } })],
  [
    'with values of no known shape',
    anyObject('v1', 'Secret', 'a', { fields: { data: { a: [canary], b: { c: canary } } } }),
  ],
];

for (const [name, object] of secrets) {
  test(`a Secret ${name} shows nothing of what it holds`, () => {
    for (const text of [printYaml(liveManifest(object)), printYaml(cleanManifest(object))]) {
      assert.ok(!text.includes(canary), text);
      assert.ok(!text.includes(encoded), text);
    }
  });
}

test('the keys of a Secret are told, and annotations that give nothing away', () => {
  const text = printYaml(liveManifest(secret('a', canary, { annotations: { owner: 'team-a' } })));
  assert.ok(text.includes('password: •••'));
  assert.ok(text.includes('owner: team-a'));
});

test('the object that was given is left as it is', () => {
  const object = secret('a', canary);
  const before = structuredClone(object);
  liveManifest(object);
  cleanManifest(object);
  assert.deepEqual(object, before);
});
