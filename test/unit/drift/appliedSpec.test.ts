/** Whether what lives was applied with the spec that the Kustomization has now. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { specApplied, suspendedAlone } from '../../../src/drift/appliedSpec.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { owned, type Owned } from './ownedObject.ts';

type Fields = Readonly<Record<string, unknown>>;

function flux(generation: number | undefined, status: Fields, spec: Fields = {}): KubernetesObject {
  const metadata = { name: 'apps', namespace: 'flux-system', ...(generation !== undefined && { generation }) };
  return { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', metadata, spec, status };
}

const ready = (observedGeneration: number, status = 'True', reason = 'ReconciliationSucceeded') => ({
  conditions: [{ type: 'Ready', status, reason, observedGeneration }],
});
const suspended = { suspend: true };

const rows: readonly (readonly [what: string, object: KubernetesObject, verdict: string])[] = [
  ['it observes its generation', flux(2, { observedGeneration: 2, ...ready(2) }), 'yes'],
  [
    'it fails since, with the same spec',
    flux(2, { observedGeneration: 2, ...ready(2, 'False', 'BuildFailed') }),
    'yes',
  ],
  ['it has not seen its spec', flux(3, { observedGeneration: 2, ...ready(2) }), 'no'],
  [
    'it tries, and fails before it applies',
    flux(3, { observedGeneration: 2, ...ready(3, 'False', 'BuildFailed') }),
    'no',
  ],
  [
    'what it applied is not healthy',
    flux(3, { observedGeneration: 2, ...ready(3, 'False', 'HealthCheckFailed') }),
    'yes',
  ],
  ['it was not applied yet', flux(1, { observedGeneration: -1 }), 'no'],
  [
    'it observes what it will never try',
    flux(3, {
      observedGeneration: 3,
      conditions: [
        { type: 'Stalled', status: 'True' },
        { type: 'Ready', status: 'False', reason: 'InvalidCELExpression', observedGeneration: 3 },
      ],
    }),
    'no',
  ],
  ['it was suspended', flux(3, { observedGeneration: 3, ...ready(2) }, suspended), 'suspended'],
  ['it was suspended and changed', flux(4, { observedGeneration: 4, ...ready(2) }, suspended), 'no'],
  ['it failed before it was suspended', flux(3, { observedGeneration: 2, ...ready(2, 'False') }, suspended), 'no'],
  ['it is in no cluster', flux(undefined, {}), 'yes'],
];

for (const [what, object, verdict] of rows) {
  test(`${verdict}: ${what}`, () => {
    assert.equal(specApplied(object), verdict);
  });
}

const suspend = { 'f:spec': { 'f:suspend': {} } };
const spec = { 'f:spec': { 'f:path': {}, 'f:postBuild': {} } };
const writers: readonly (readonly [what: string, writers: readonly Owned[], isAlone: boolean])[] = [
  [
    'flux suspend',
    [
      ['kustomize-controller', spec, { operation: 'Apply' }],
      ['flux', suspend],
    ],
    true,
  ],
  ['flux, which has created it', [['flux', { 'f:spec': { ...spec['f:spec'], 'f:suspend': {} } }]], true],
  ['kubectl patch', [['kubectl-patch', suspend]], false],
  ['an editor', [['kubectl-edit', suspend]], false],
  [
    'its manifest',
    [['kustomize-controller', { 'f:spec': { ...spec['f:spec'], 'f:suspend': {} } }, { operation: 'Apply' }]],
    false,
  ],
  ['nobody who is known', [], false],
];

for (const [what, by, isAlone] of writers) {
  test(`suspended by ${what}: ${isAlone ? 'nothing else' : 'more'} may have been changed`, () => {
    assert.equal(suspendedAlone(owned({ ...flux(3, {}, suspended) }, by)), isAlone);
  });
}
