/**
 * Which objects live in a namespace, as far as that can be told without asking a cluster: the kinds that every API server has,
 * and those whose definition is among the rendered objects. Everything else is unknown.
 */
import { groupOf } from '../flux/kinds.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asText, fieldAt } from '../flux/untyped.ts';

/** Kinds of Kubernetes 1.36 that live in no namespace, by group; every other kind of these groups lives in one. */
const clusterKinds: Readonly<Record<string, readonly string[]>> = {
  '': ['ComponentStatus', 'Namespace', 'Node', 'PersistentVolume'],
  'admissionregistration.k8s.io': [
    'MutatingAdmissionPolicy',
    'MutatingAdmissionPolicyBinding',
    'MutatingWebhookConfiguration',
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding',
    'ValidatingWebhookConfiguration',
  ],
  'apiextensions.k8s.io': ['CustomResourceDefinition'],
  'apiregistration.k8s.io': ['APIService'],
  apps: [],
  'authentication.k8s.io': ['SelfSubjectReview', 'TokenReview'],
  'authorization.k8s.io': ['SelfSubjectAccessReview', 'SelfSubjectRulesReview', 'SubjectAccessReview'],
  autoscaling: [],
  batch: [],
  'certificates.k8s.io': ['CertificateSigningRequest', 'ClusterTrustBundle'],
  'coordination.k8s.io': [],
  'discovery.k8s.io': [],
  'events.k8s.io': [],
  extensions: ['PodSecurityPolicy'],
  'flowcontrol.apiserver.k8s.io': ['FlowSchema', 'PriorityLevelConfiguration'],
  'networking.k8s.io': ['IngressClass', 'IPAddress', 'ServiceCIDR'],
  'node.k8s.io': ['RuntimeClass'],
  policy: ['PodSecurityPolicy'],
  'rbac.authorization.k8s.io': ['ClusterRole', 'ClusterRoleBinding'],
  'resource.k8s.io': ['DeviceClass', 'DeviceTaintRule', 'ResourceSlice'],
  'scheduling.k8s.io': ['PriorityClass'],
  'storage.k8s.io': ['CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment', 'VolumeAttributesClass'],
};

export type Scope = 'namespace' | 'cluster' | 'unknown';

/** Answers for the objects of one render, among which its own definitions are. */
export function scopeAmong(objects: readonly KubernetesObject[]): (object: KubernetesObject) => Scope {
  const defined = new Map<string, Scope>();
  for (const { apiVersion, kind, spec } of objects) {
    if (kind === 'CustomResourceDefinition' && groupOf(apiVersion) === 'apiextensions.k8s.io') {
      const key = `${asText(fieldAt(spec, 'group')) ?? ''}/${asText(fieldAt(spec, 'names', 'kind')) ?? ''}`;
      defined.set(key, fieldAt(spec, 'scope') === 'Cluster' ? 'cluster' : 'namespace');
    }
  }
  return ({ apiVersion, kind }) => {
    const group = groupOf(apiVersion);
    const known = Object.hasOwn(clusterKinds, group) ? clusterKinds[group] : undefined;
    if (known) {
      return known.includes(kind) ? 'cluster' : 'namespace';
    }
    return defined.get(`${group}/${kind}`) ?? 'unknown';
  };
}
