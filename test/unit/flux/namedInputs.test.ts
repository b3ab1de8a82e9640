/** What a Flux object names beside Flux objects, and the objects that a health check names. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awaitedObjects } from '../../../src/flux/awaitedObjects.ts';
import { namedInputs } from '../../../src/flux/namedInputs.ts';
import type { FluxSpec } from '../../../src/flux/objects.ts';
import { fluxObject } from './fluxObject.ts';

const inputs: readonly (readonly [title: string, spec: FluxSpec, expected: readonly string[]])[] = [
  ['Kustomization apps/a', {}, []],
  [
    'Kustomization apps/a',
    {
      postBuild: {
        substituteFrom: [
          { kind: 'ConfigMap', name: 'x' },
          { kind: 'Secret', name: 'y', optional: true },
        ],
      },
    },
    ['ConfigMap apps/x: it takes variables from'],
  ],
  ['Kustomization apps/a', { decryption: { secretRef: { name: 'sops' } } }, ['Secret apps/sops: it decrypts with']],
  [
    'Kustomization apps/a',
    { serviceAccountName: 'tenant', kubeConfig: { secretRef: { name: 'k' } } },
    ['Secret apps/k: it takes its kubeconfig from', 'ServiceAccount apps/tenant: it acts as'],
  ],
  [
    'HelmRelease apps/a',
    {
      valuesFrom: [
        { kind: 'Secret', name: 'x', optional: false },
        { kind: 'Widget', name: 'y' },
        'z',
        { kind: 'Secret' },
      ],
    },
    ['Secret apps/x: it takes values from'],
  ],
  [
    'HelmRelease apps/a',
    { kubeConfig: { configMapRef: { name: 'k' } } },
    ['ConfigMap apps/k: it takes its kubeconfig from'],
  ],
  [
    'GitRepository apps/a',
    { secretRef: { name: 'a' }, proxySecretRef: { name: 'b' }, verify: { secretRef: { name: 'c' } } },
    ['Secret apps/a: it signs in with', 'Secret apps/b: it takes its proxy from', 'Secret apps/c: it verifies with'],
  ],
  ['OCIRepository apps/a', { certSecretRef: { name: 'ca' } }, ['Secret apps/ca: it takes certificates from']],
  // A field of that name means something else there.
  ['Kustomization apps/a', { secretRef: { name: 'a' } }, []],
];

for (const [title, spec, expected] of inputs) {
  test(`${title} with ${JSON.stringify(spec)} names ${expected.length === 0 ? 'nothing' : expected.join(', ')}`, () => {
    const named = namedInputs(fluxObject(title, { spec }));
    assert.deepEqual(
      named.map(({ id: { kind, namespace, name }, use }) => `${kind} ${namespace}/${name}: ${use}`),
      expected,
    );
  });
}

const sentences: readonly (readonly [message: string, expected: readonly string[]])[] = [
  ['', []],
  ['timeout waiting for: []', []],
  [
    "health check failed after 30.1s: timeout waiting for: [Deployment/apps/web status: 'InProgress', Job/apps/c status: 'Failed']",
    ['Deployment apps/web', 'Job apps/c'],
  ],
  [
    "failed early due to stalled resources: [ClusterIssuer/letsencrypt status: 'Failed']",
    ['ClusterIssuer /letsencrypt'],
  ],
  ["[Deployment/apps/web status: 'InProgress': no, Deployment/apps/web status: 'InProgress']", ['Deployment apps/web']],
  ["[Deployment/../../secrets status: 'x', lower/apps/web status: 'x', Deployment/apps/We%62 status: 'x']", []],
];

for (const [message, expected] of sentences) {
  test(`waited for by: ${message}`, () => {
    assert.deepEqual(
      awaitedObjects(message).map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`),
      expected,
    );
  });
}

test('no more than fifty are taken', () => {
  const many = Array.from({ length: 80 }, (_, index) => `Deployment/apps/web-${index} status: 'InProgress'`);
  assert.equal(awaitedObjects(`timeout waiting for: [${many.join(', ')}]`).length, 50);
});
