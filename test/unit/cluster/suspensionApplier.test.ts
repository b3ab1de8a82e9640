/** Whose manifest has the last word on whether an object is suspended, as `managedFields` tell. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { suspensionApplier } from '../../../src/cluster/controllerOf.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { helmRelease, kustomization } from '../../support/builders.ts';

const entry = (operation: string, fieldsV1: object, manager = 'kustomize-controller') => ({
  manager,
  operation,
  fieldsV1,
});
const suspend = { 'f:spec': { 'f:interval': {}, 'f:suspend': {} } };
const byApps = { appliedBy: { kind: 'Kustomization', name: 'apps' } } as const;
const apps = { group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization', namespace: 'flux-system', name: 'apps' };
const disabled = { 'f:metadata': { 'f:annotations': { 'f:fluxcd.controlplane.io/reconcile': {} } } };

const ofKind = (apiVersion: string, kind: string, fields: object): FluxObject => ({
  ...kustomization('a', { ...byApps, metadata: { managedFields: [entry('Apply', fields)] } }),
  apiVersion,
  kind,
});

for (const [name, object, expected] of [
  [
    'its applier sets the field',
    helmRelease('a', { ...byApps, metadata: { managedFields: [entry('Apply', suspend)] } }),
    apps,
  ],
  [
    'its applier leaves the field alone, and flux has set it',
    helmRelease('a', {
      ...byApps,
      metadata: {
        managedFields: [entry('Apply', { 'f:spec': { 'f:interval': {} } }), entry('Update', suspend, 'flux')],
      },
    }),
    undefined,
  ],
  [
    'somebody applies it who has left no label',
    helmRelease('a', { metadata: { managedFields: [entry('Apply', suspend)] } }),
    'unnamed',
  ],
  ['nothing is known of its fields', kustomization('a', byApps), undefined],
  ['its kind is suspended by an annotation', ofKind('fluxcd.controlplane.io/v1', 'ResourceSet', disabled), apps],
  [
    'its kind is suspended by an annotation, and a field of that name is another thing',
    ofKind('fluxcd.controlplane.io/v1', 'ResourceSet', suspend),
    undefined,
  ],
  ['its kind cannot be suspended', ofKind('source.toolkit.fluxcd.io/v1', 'ExternalArtifact', suspend), undefined],
  [
    'the entries are no entries',
    helmRelease('a', { metadata: { managedFields: [null, 'x', { operation: 'Apply' }] } }),
    undefined,
  ],
] as const) {
  test(`who sets a suspension back where ${name}`, () => assert.deepEqual(suspensionApplier(object), expected));
}
