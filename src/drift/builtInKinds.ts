/** Which kinds an API server has of itself, and which of them the Flux controllers know by their Go types. Facts alone. */
import { groupOf } from '../flux/kinds.ts';

/** Groups of client-go's scheme (k8s.io/client-go kubernetes/scheme/register.go). */
const typedGroups: ReadonlySet<string> = new Set([
  '',
  'admissionregistration.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'extensions',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'storagemigration.k8s.io',
]);

/** Served by every API server, but not among those types. */
const otherGroups: ReadonlySet<string> = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io']);

export function isBuiltIn(apiVersion: string): boolean {
  const group = groupOf(apiVersion);
  return typedGroups.has(group) || otherGroups.has(group);
}

/** Whether the controllers read and write the object by its Go type before they send it (pkg/ssa/normalize). */
export function isTyped({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): boolean {
  const isRole = apiVersion === 'rbac.authorization.k8s.io/v1' && (kind === 'Role' || kind === 'ClusterRole');
  return typedGroups.has(groupOf(apiVersion)) && !isRole; // passed over: kustomize-controller issue 1041
}
