/**
 * Who may do what in the test cluster: users with tokens, their kubeconfigs and their roles. One for each situation that a
 * product has to get right: everything, looking only, some namespaces only, one kind missing, nothing.
 */
import { randomBytes } from 'node:crypto';
import { fluxKinds } from '../../src/flux/kinds.ts';
import { type ApiClient } from './apiClient.ts';

/**
 * - `admin`: everything.
 * - `viewer`: reads what an editor shows; no Secret, no write of any kind.
 * - `partial`: as viewer, but may not read OCIRepositories.
 * - `tenant`: reads and patches Flux objects, Deployments, Pods and ConfigMaps in `tenantNamespaces`; nothing cluster-wide.
 * - `nobody`: authenticated, and that is all.
 */
export const userNames = ['admin', 'viewer', 'partial', 'tenant', 'nobody'] as const;
export type UserName = (typeof userNames)[number];

/** Exist from the start. */
export const tenantNamespaces = ['tenant-a', 'tenant-b'] as const;

export type Tokens = Readonly<Record<UserName, string>>;

export function newTokens(): Tokens {
  const token = () => randomBytes(24).toString('hex');
  return { admin: token(), viewer: token(), partial: token(), tenant: token(), nobody: token() };
}

/** For `kube-apiserver --token-auth-file`: token, user, uid, groups. */
export function tokenFile(tokens: Tokens): string {
  return userNames
    .map((name, index) => `${tokens[name]},${name},${index + 1},${name === 'admin' ? 'system:masters' : ''}\n`)
    .join('');
}

/** JSON, which is YAML. The context is called `context`; other users' contexts stand beside it in no file. */
export function kubeconfigText(
  cluster: { url: string; ca: string; context: string },
  user: string,
  token: string,
): string {
  const { url, ca, context } = cluster;
  const data = Buffer.from(ca).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: context, cluster: { server: url, 'certificate-authority-data': data } }],
    users: [{ name: `${context}-${user}`, user: { token } }],
    contexts: [{ name: context, context: { cluster: context, user: `${context}-${user}` } }],
    'current-context': context,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const look = ['get', 'list', 'watch'];
const fluxGroups = ['kustomize', 'helm', 'source', 'notification', 'image'].map((name) => `${name}.toolkit.fluxcd.io`);

const workloads: readonly Rule[] = [
  { apiGroups: ['apps', 'batch'], resources: ['*'], verbs: look },
  {
    apiGroups: [''],
    resources: ['configmaps', 'events', 'namespaces', 'persistentvolumeclaims', 'pods', 'serviceaccounts', 'services'],
    verbs: look,
  },
];

const roles: Readonly<Record<'viewer' | 'partial', readonly Rule[]>> = {
  viewer: [...workloads, { apiGroups: fluxGroups, resources: ['*'], verbs: look }],
  partial: [
    ...workloads,
    ...fluxKinds
      .filter(({ kind }) => kind !== 'OCIRepository')
      .map(({ group, plural }) => ({ apiGroups: [group], resources: [plural], verbs: look })),
  ],
};

const tenantRules: readonly Rule[] = [
  { apiGroups: fluxGroups, resources: ['*'], verbs: [...look, 'patch'] },
  { apiGroups: ['apps'], resources: ['*'], verbs: look },
  { apiGroups: [''], resources: ['configmaps', 'events', 'pods', 'services'], verbs: look },
];

/** Writes the roles and the tenant's namespaces. Server-side applies, so it may run again. */
export async function applyRoles(api: ApiClient): Promise<void> {
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const rbacObject = (kind: string, content: object) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    ...content,
  });
  const binding = (kind: string, roleKind: string, user: string) =>
    rbacObject(kind, {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: roleKind, name: user },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
    });
  const clusterWide = Object.entries(roles).flatMap(([user, rules]) => [
    api.apply(`${rbac}/clusterroles/${user}`, rbacObject('ClusterRole', { rules })),
    api.apply(`${rbac}/clusterrolebindings/${user}`, binding('ClusterRoleBinding', 'ClusterRole', user)),
  ]);
  const perNamespace = tenantNamespaces.map(async (namespace) => {
    await api.apply(`/api/v1/namespaces/${namespace}`, { apiVersion: 'v1', kind: 'Namespace' });
    const inNamespace = `${rbac}/namespaces/${namespace}`;
    await api.apply(`${inNamespace}/roles/tenant`, rbacObject('Role', { rules: tenantRules }));
    await api.apply(`${inNamespace}/rolebindings/tenant`, binding('RoleBinding', 'Role', 'tenant'));
  });
  await Promise.all([...clusterWide, ...perNamespace]);
}
