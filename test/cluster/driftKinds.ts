/**
 * Kinds that drift is tried on: how an object of each stands in Git, and its fields by what Git says of them. Data alone; what
 * is done to the fields is `driftCases.ts`' matter.
 */
import type { ApiObject } from './apiClient.ts';
import type { EditPath } from './fieldEdits.ts';
import { containerOf, podFields, podTemplate } from './driftPods.ts';

/** Where a field sits, which decides how much of it the API server takes for one value. */
export type FieldPlace = 'plain' | 'map' | 'keyed' | 'atomic list' | 'atomic map';

export interface DriftField {
  readonly path: EditPath;
  readonly place: FieldPlace;
  /**
   * `stated`: Git sets it. `free`: Git does not, and neither does the server. `defaulted`: Git does not, the server does. `item`:
   * a list that takes one more.
   */
  readonly stands: 'stated' | 'free' | 'defaulted' | 'item';
  /** Valid, and other than what stands there. */
  readonly values: readonly unknown[];
  /** May be taken away as well: the kind needs it not, or the server has a default for it. */
  readonly optional?: true;
  /** Of a field in an atomic map or list: the ancestor that is one value. */
  readonly whole?: EditPath;
  /** The same quantity, written otherwise: the values are equal to what Git has. */
  readonly sameQuantity?: true;
}

export interface DriftKind {
  readonly kind: string;
  /** As in Git, without metadata; `name` is unique in the cluster. */
  readonly content: (name: string) => Readonly<Record<string, unknown>>;
  readonly apiVersion: string;
  readonly fields: readonly DriftField[];
  readonly clusterScoped?: true;
  /** Strategic merge patches are for built-in kinds. */
  readonly custom?: true;
}

/** `spec.ports.0.port`; keys with dots are not told in this way. */
export function at(path: string): EditPath {
  return path.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key));
}

export function stated(path: string, values: readonly unknown[], more: Partial<DriftField> = {}): DriftField {
  return { path: at(path), place: 'plain', stands: 'stated', values, ...more };
}

export function free(path: string, values: readonly unknown[], more: Partial<DriftField> = {}): DriftField {
  return { path: at(path), place: 'plain', stands: 'free', values, ...more };
}

export function defaulted(path: string, values: readonly unknown[], more: Partial<DriftField> = {}): DriftField {
  return { path: at(path), place: 'plain', stands: 'defaulted', values, ...more };
}

/** One more item of a list. */
export function item(path: string, values: readonly unknown[], more: Partial<DriftField> = {}): DriftField {
  return { path: at(path), place: 'keyed', stands: 'item', values, ...more };
}

/** What every object of the test has. */
const metadataFields: readonly DriftField[] = [
  stated('metadata.labels.tier', ['two', 'three'], { place: 'map', optional: true }),
  free('metadata.labels.extra', ['yes', 'no'], { place: 'map' }),
  stated('metadata.annotations.note', ['by hand', ''], { place: 'map', optional: true }),
  free('metadata.annotations.extra', ['yes', 'no'], { place: 'map' }),
];

export function objectOf(kind: DriftKind, name: string, namespace: string): ApiObject {
  return {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: {
      name,
      ...(kind.clusterScoped ? {} : { namespace }),
      labels: { tier: 'one' },
      annotations: { note: 'as in Git' },
    },
    ...kind.content(name),
  };
}

function kindOf(
  apiVersion: string,
  kind: string,
  content: DriftKind['content'],
  fields: readonly DriftField[],
  more: Partial<DriftKind> = {},
): DriftKind {
  return { apiVersion, kind, content, fields: [...metadataFields, ...fields], ...more };
}

const optional = { optional: true } as const;

const workloads: readonly DriftKind[] = [
  kindOf(
    'apps/v1',
    'Deployment',
    (name) => ({
      spec: {
        replicas: 1,
        revisionHistoryLimit: 3,
        selector: { matchLabels: { app: name } },
        template: podTemplate(name),
      },
    }),
    [
      stated('spec.replicas', [2, 3, 0], optional),
      stated('spec.revisionHistoryLimit', [2, 5], optional),
      free('spec.paused', [true]),
      free('spec.minReadySeconds', [5, 9]),
      defaulted('spec.progressDeadlineSeconds', [300, 900]),
      defaulted('spec.strategy.rollingUpdate.maxSurge', [2, '50%']),
      defaulted('spec.strategy.rollingUpdate.maxUnavailable', [2, '50%']),
      ...podFields('spec.template'),
    ],
  ),
  kindOf(
    'apps/v1',
    'StatefulSet',
    (name) => ({
      spec: { replicas: 1, serviceName: name, selector: { matchLabels: { app: name } }, template: podTemplate(name) },
    }),
    [
      stated('spec.replicas', [2, 3, 0], optional),
      free('spec.minReadySeconds', [5, 9]),
      defaulted('spec.revisionHistoryLimit', [2, 5]),
      defaulted('spec.updateStrategy.rollingUpdate.partition', [1, 2]),
      defaulted('spec.persistentVolumeClaimRetentionPolicy.whenDeleted', ['Delete']),
      ...podFields('spec.template'),
    ],
  ),
  kindOf(
    'apps/v1',
    'DaemonSet',
    (name) => ({ spec: { selector: { matchLabels: { app: name } }, template: podTemplate(name) } }),
    [
      free('spec.minReadySeconds', [5, 9]),
      defaulted('spec.revisionHistoryLimit', [2, 5]),
      defaulted('spec.updateStrategy.rollingUpdate.maxUnavailable', [2, '30%']),
      ...podFields('spec.template'),
    ],
  ),
  kindOf(
    'apps/v1',
    'ReplicaSet',
    (name) => ({ spec: { replicas: 1, selector: { matchLabels: { app: name } }, template: podTemplate(name) } }),
    [stated('spec.replicas', [2, 3, 0], optional), free('spec.minReadySeconds', [5, 9]), ...podFields('spec.template')],
  ),
  kindOf(
    'batch/v1',
    'CronJob',
    (name) => ({
      spec: {
        schedule: '0 3 * * *',
        jobTemplate: { spec: { template: podTemplate(name, { restartPolicy: 'Never' }) } },
      },
    }),
    [
      stated('spec.schedule', ['5 4 * * *', '@daily']),
      free('spec.startingDeadlineSeconds', [60]),
      free('spec.timeZone', ['Etc/UTC']),
      defaulted('spec.suspend', [true]),
      defaulted('spec.concurrencyPolicy', ['Forbid', 'Replace']),
      defaulted('spec.successfulJobsHistoryLimit', [1, 5]),
      ...podFields('spec.jobTemplate.spec.template'),
    ],
  ),
  kindOf(
    'batch/v1',
    'Job',
    () => ({
      spec: { suspend: true, template: { spec: { restartPolicy: 'Never', containers: [containerOf('main')] } } },
    }),
    [
      free('spec.ttlSecondsAfterFinished', [60, 600]),
      free('spec.activeDeadlineSeconds', [60, 600]),
      defaulted('spec.parallelism', [2, 3]),
      defaulted('spec.backoffLimit', [1, 3]),
    ],
  ),
];

const selectorWhole = { place: 'atomic map', whole: at('spec.selector') } as const;

const network: readonly DriftKind[] = [
  kindOf(
    'v1',
    'Service',
    (name) => ({
      spec: { selector: { app: name, tier: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    }),
    [
      stated('spec.selector.tier', ['db', 'cache'], { ...selectorWhole, optional: true }),
      free('spec.selector.extra', ['yes'], selectorWhole),
      stated('spec.ports.0.targetPort', [9090, 'web'], { place: 'keyed', optional: true }),
      stated('spec.ports.0.name', ['web'], { place: 'keyed' }),
      item('spec.ports', [
        { name: 'metrics', port: 9100, protocol: 'TCP' },
        { name: 'dns', port: 53, protocol: 'UDP', targetPort: 5353 },
      ]),
      free('spec.publishNotReadyAddresses', [true]),
      free('spec.externalIPs', [['192.0.2.1']], { place: 'atomic list', whole: at('spec.externalIPs') }),
      defaulted('spec.type', ['NodePort', 'LoadBalancer']),
      defaulted('spec.sessionAffinity', ['ClientIP']),
      defaulted('spec.internalTrafficPolicy', ['Local']),
    ],
  ),
  kindOf(
    'networking.k8s.io/v1',
    'Ingress',
    (name) => ({ spec: { ingressClassName: 'nginx', rules: [ingressRule(`${name}.example.com`, name)] } }),
    [
      stated('spec.ingressClassName', ['traefik', 'haproxy'], optional),
      stated('spec.rules.0.host', ['other.example.com'], { place: 'atomic list', whole: at('spec.rules') }),
      item('spec.rules', [ingressRule('extra.example.com', 'extra')], {
        place: 'atomic list',
        whole: at('spec.rules'),
      }),
      free('spec.tls', [[{ hosts: ['a.example.com'], secretName: 'tls' }]], {
        place: 'atomic list',
        whole: at('spec.tls'),
      }),
      free('spec.defaultBackend', [{ service: { name: 'fallback', port: { number: 80 } } }]),
    ],
  ),
  kindOf(
    'networking.k8s.io/v1',
    'NetworkPolicy',
    (name) => ({
      spec: {
        podSelector: { matchLabels: { app: name } },
        policyTypes: ['Ingress'],
        ingress: [{ ports: [{ port: 80, protocol: 'TCP' }] }],
      },
    }),
    [
      stated('spec.podSelector.matchLabels.app', ['other'], { place: 'atomic map', whole: at('spec.podSelector') }),
      free('spec.podSelector.matchLabels.extra', ['yes'], { place: 'atomic map', whole: at('spec.podSelector') }),
      item('spec.policyTypes', ['Egress'], { place: 'atomic list', whole: at('spec.policyTypes') }),
      item('spec.ingress', [{ ports: [{ port: 443, protocol: 'TCP' }] }], {
        place: 'atomic list',
        whole: at('spec.ingress'),
      }),
      free('spec.egress', [[{ ports: [{ port: 53, protocol: 'UDP' }] }]], {
        place: 'atomic list',
        whole: at('spec.egress'),
      }),
    ],
  ),
];

function ingressRule(host: string, service: string): object {
  const backend = { service: { name: service, port: { number: 80 } } };
  return { host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } };
}

const wholeRules = { place: 'atomic list', whole: at('rules') } as const;
const role = () => ({ rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }] });
const roleFields = [
  item('rules', [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }], wholeRules),
  item('rules.0.verbs', ['watch', 'delete'], wholeRules),
  stated('rules.0.resources.0', ['services'], wholeRules),
];

const configuration: readonly DriftKind[] = [
  kindOf('v1', 'ConfigMap', () => ({ data: { one: '1', two: '2', 'three.yaml': 'a: 1\nb: 2\n' } }), [
    stated('data.one', ['changed', ''], { place: 'map', optional: true }),
    stated('data.two', ['changed\nby hand\n'], { place: 'map', optional: true }),
    free('data.extra', ['added', ''], { place: 'map' }),
    free('binaryData.extra', ['AAEC', '/w=='], { place: 'map' }),
  ]),
  kindOf(
    'v1',
    'ServiceAccount',
    () => ({ automountServiceAccountToken: false, imagePullSecrets: [{ name: 'pull' }] }),
    [
      stated('automountServiceAccountToken', [true], optional),
      item('imagePullSecrets', [{ name: 'more' }], { place: 'atomic list', whole: at('imagePullSecrets') }),
      free('secrets', [[{ name: 'token' }]], { place: 'keyed' }),
    ],
  ),
  kindOf('rbac.authorization.k8s.io/v1', 'Role', role, roleFields),
  kindOf('rbac.authorization.k8s.io/v1', 'ClusterRole', role, roleFields, { clusterScoped: true }),
  kindOf(
    'rbac.authorization.k8s.io/v1',
    'RoleBinding',
    (name) => ({
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'User', name: 'ada', apiGroup: 'rbac.authorization.k8s.io' }],
    }),
    [
      item('subjects', [{ kind: 'Group', name: 'admins', apiGroup: 'rbac.authorization.k8s.io' }], {
        place: 'atomic list',
        whole: at('subjects'),
      }),
      stated('subjects.0.name', ['grace', 'linus'], { place: 'atomic list', whole: at('subjects') }),
    ],
  ),
];

const sameQuantity = { sameQuantity: true } as const;
const wholeLimits = { place: 'atomic list', whole: at('spec.limits') } as const;

const quotas: readonly DriftKind[] = [
  kindOf('v1', 'ResourceQuota', () => ({ spec: { hard: { 'requests.cpu': '20', 'requests.memory': '8Gi' } } }), [
    { path: ['spec', 'hard', 'requests.cpu'], place: 'map', stands: 'stated', values: ['10', '30'], optional: true },
    { path: ['spec', 'hard', 'limits.cpu'], place: 'map', stands: 'free', values: ['40', '500m'] },
    {
      path: ['spec', 'hard', 'requests.cpu'],
      place: 'map',
      stands: 'stated',
      values: ['20000m', '2e1'],
      ...sameQuantity,
    },
    { path: ['spec', 'hard', 'requests.memory'], place: 'map', stands: 'stated', values: ['8192Mi'], ...sameQuantity },
  ]),
  kindOf(
    'v1',
    'LimitRange',
    () => ({ spec: { limits: [{ type: 'Container', default: { memory: '512Mi' }, max: { cpu: '2' } }] } }),
    [
      stated('spec.limits.0.max.cpu', ['3', '2500m'], wholeLimits),
      free('spec.limits.0.min', [{ cpu: '10m' }], wholeLimits),
      item('spec.limits', [{ type: 'Pod', max: { memory: '2Gi' } }], wholeLimits),
      stated('spec.limits.0.max.cpu', ['2000m', '2.0'], { ...wholeLimits, ...sameQuantity }),
      stated('spec.limits.0.default.memory', ['0.5Gi', '524288Ki'], { ...wholeLimits, ...sameQuantity }),
    ],
  ),
  kindOf(
    'v1',
    'PersistentVolumeClaim',
    () => ({
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: '' },
    }),
    [stated('spec.resources.requests.storage', ['1024Mi', '1048576Ki'], { place: 'map', ...sameQuantity })],
  ),
  kindOf(
    'policy/v1',
    'PodDisruptionBudget',
    (name) => ({ spec: { minAvailable: 1, selector: { matchLabels: { app: name } } } }),
    [
      stated('spec.minAvailable', [2, '50%'], optional),
      free('spec.unhealthyPodEvictionPolicy', ['AlwaysAllow', 'IfHealthyBudget']),
      stated('spec.selector.matchLabels.app', ['other'], selectorWhole),
    ],
  ),
  kindOf(
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    (name) => ({
      spec: {
        minReplicas: 1,
        maxReplicas: 3,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
        metrics: [metric('cpu', 80)],
      },
    }),
    [
      stated('spec.minReplicas', [2, 3], optional),
      stated('spec.maxReplicas', [5, 9]),
      item('spec.metrics', [metric('memory', 70)], { place: 'atomic list', whole: at('spec.metrics') }),
      free('spec.behavior', [{ scaleDown: { stabilizationWindowSeconds: 60 } }]),
      stated('spec.scaleTargetRef.name', ['other'], { place: 'atomic map', whole: at('spec.scaleTargetRef') }),
    ],
  ),
];

function metric(name: string, averageUtilization: number): object {
  return { type: 'Resource', resource: { name, target: { type: 'Utilization', averageUtilization } } };
}

/** Of the cluster: what is applied before all others, and waited for. */
const ofCluster: readonly DriftKind[] = [
  kindOf('v1', 'Namespace', () => ({}), [], { clusterScoped: true }),
  kindOf(
    'scheduling.k8s.io/v1',
    'PriorityClass',
    () => ({ value: 1000, description: 'as in Git' }),
    [stated('description', ['by hand', ''], optional)],
    { clusterScoped: true },
  ),
  kindOf(
    'storage.k8s.io/v1',
    'StorageClass',
    () => ({ provisioner: 'example.com/none', parameters: { type: 'fast' } }),
    [free('allowVolumeExpansion', [true])],
    { clusterScoped: true },
  ),
];

/** The built-in kinds. Secrets and custom resources have files of their own. */
export const builtInKinds: readonly DriftKind[] = [...workloads, ...network, ...configuration, ...quotas, ...ofCluster];
