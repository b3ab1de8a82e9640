/** Which objects live in a namespace. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { type Scope, scopeAmong } from '../../../src/render/objectScope.ts';

const definition = (group: string, kind: string, scope: unknown): KubernetesObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'any' },
  spec: { group, names: { kind }, scope },
});

const scopeOf = scopeAmong([
  definition('example.com', 'Widget', 'Namespaced'),
  definition('example.com', 'Region', 'Cluster'),
  definition('apps', 'Deployment', 'Cluster'),
  { apiVersion: 'example.com/v1', kind: 'CustomResourceDefinition', metadata: { name: 'no definition' } },
]);

const rows: readonly (readonly [string, string, Scope])[] = [
  ['v1', 'ConfigMap', 'namespace'],
  ['v1', 'Namespace', 'cluster'],
  ['v1', 'PersistentVolume', 'cluster'],
  ['v1', 'PersistentVolumeClaim', 'namespace'],
  ['apps/v1', 'Deployment', 'namespace'],
  ['rbac.authorization.k8s.io/v1', 'Role', 'namespace'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'cluster'],
  ['networking.k8s.io/v1', 'Ingress', 'namespace'],
  ['networking.k8s.io/v1', 'IngressClass', 'cluster'],
  ['policy/v1', 'PodDisruptionBudget', 'namespace'],
  ['apiregistration.k8s.io/v1', 'APIService', 'cluster'],
  ['gateway.networking.k8s.io/v1', 'Gateway', 'unknown'],
  ['snapshot.storage.k8s.io/v1', 'VolumeSnapshot', 'unknown'],
  ['monitoring.coreos.com/v1', 'ServiceMonitor', 'unknown'],
  ['example.com/v1', 'Widget', 'namespace'],
  ['example.com/v1beta1', 'Region', 'cluster'],
  ['example.com/v1', 'Other', 'unknown'],
  ['constructor/v1', 'Any', 'unknown'],
];

for (const [apiVersion, kind, expected] of rows) {
  test(`${apiVersion} ${kind}: ${expected}`, () => {
    assert.equal(scopeOf({ apiVersion, kind, metadata: { name: 'any' } }), expected);
  });
}
