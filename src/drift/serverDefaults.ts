/**
 * What the API server writes into fields of its own kinds that nobody sets (kubernetes pkg/apis, `defaults.go` of each group; those
 * that have been the same since 1.20). For objects that came from a server and lost fields; of a kind that is not here, nothing is
 * known. Pure.
 */
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asRecord, asText } from '../flux/untyped.ts';
import { serviceDefaults } from './serviceDefaults.ts';

type Fields = Readonly<Record<string, unknown>>;
type Fill = (fields: Fields) => Fields;

/** The object with the defaults of the fields that it has not. */
export function withServerDefaults(object: KubernetesObject): KubernetesObject {
  const kind = `${object.apiVersion} ${object.kind}`;
  const fill = Object.hasOwn(byKind, kind) ? byKind[kind] : undefined;
  return fill ? (fill(asRecord(object) ?? {}) as unknown as KubernetesObject) : object;
}

/** Changes the map at a field, where there is one. */
function at(field: string, fill: Fill): Fill {
  return (fields) => {
    const inside = asRecord(fields[field]);
    return inside ? { ...fields, [field]: fill(inside) } : fields;
  };
}

/** The same, and makes the map where there is none. */
function made(field: string, fill: Fill): Fill {
  return (fields) => at(field, fill)({ [field]: {}, ...fields });
}

function each(field: string, fill: Fill): Fill {
  return (fields) => {
    const items = asList(fields[field]);
    const filled = items?.map((item) => {
      const record = asRecord(item);
      return record ? fill(record) : item;
    });
    return filled ? { ...fields, [field]: filled } : fields;
  };
}

function all(...fills: readonly Fill[]): Fill {
  return (fields) => fills.reduce((filled, fill) => fill(filled), fields);
}

function values(defaults: Fields): Fill {
  return (fields) => ({ ...defaults, ...fields });
}

const httpGet = at('httpGet', values({ path: '/', scheme: 'HTTP' }));
const probe = all(
  values({ timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 }),
  httpGet,
  at('grpc', values({ service: '' })),
);
const fieldRef = at('fieldRef', values({ apiVersion: 'v1' }));

const container = all(
  values({ terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File', resources: {} }),
  (fields) => ({ imagePullPolicy: pullPolicy(asText(fields['image']) ?? ''), ...fields }),
  each('ports', values({ protocol: 'TCP' })),
  each('env', at('valueFrom', fieldRef)),
  ...['livenessProbe', 'readinessProbe', 'startupProbe'].map((field) => at(field, probe)),
  at('lifecycle', all(at('postStart', httpGet), at('preStop', httpGet))),
);

/** `Always` for the tag `latest` and for no tag, unless there is a digest (`SetDefaults_Container`). */
function pullPolicy(image: string): string {
  const [named = '', digest] = image.split('@');
  const tag = /:([^/:]+)$/.exec(named)?.[1] ?? (digest === undefined ? 'latest' : '');
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

const volume = all(
  (fields) => (Object.keys(fields).some((key) => key !== 'name') ? fields : { ...fields, emptyDir: {} }),
  at('secret', values({ defaultMode: 420 })),
  at('configMap', values({ defaultMode: 420 })),
  at('downwardAPI', all(values({ defaultMode: 420 }), each('items', fieldRef))),
  at('hostPath', values({ type: '' })),
  at(
    'projected',
    all(
      values({ defaultMode: 420 }),
      each(
        'sources',
        all(at('downwardAPI', each('items', fieldRef)), at('serviceAccountToken', values({ expirationSeconds: 3600 }))),
      ),
    ),
  ),
);

const podSpec = all(
  values({
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    terminationGracePeriodSeconds: 30,
    schedulerName: 'default-scheduler',
    securityContext: {},
  }),
  each('containers', container),
  each('initContainers', container),
  each('volumes', volume),
);
const template = at('template', at('spec', podSpec));

/** Fields of a rolling update are filled in for that type alone. */
function strategy(field: string, rollingUpdate: Fields): Fill {
  return made(field, (fields) => {
    const typed = values({ type: 'RollingUpdate' })(fields);
    return typed['type'] === 'RollingUpdate' ? made('rollingUpdate', values(rollingUpdate))(typed) : typed;
  });
}

/** A StatefulSet gets a rolling update together with the type alone: without the one, the other is not filled in again. */
const updateOfSet = made('updateStrategy', (fields) => {
  const typed = fields['type'] === undefined ? { rollingUpdate: {}, ...fields, type: 'RollingUpdate' } : fields;
  const isRolling = typed['type'] === 'RollingUpdate';
  return isRolling ? at('rollingUpdate', values({ partition: 0, maxUnavailable: 1 }))(typed) : typed;
});

const job: Fill = (fields) => {
  const parallelism = fields['parallelism'] ?? 1;
  const isOpen = fields['parallelism'] === undefined && fields['completions'] === undefined;
  return {
    ...(isOpen ? { completions: 1 } : {}),
    parallelism,
    backoffLimit: fields['backoffLimitPerIndex'] === undefined ? 6 : 2_147_483_647,
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: fields['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed',
    ...fields,
  };
};

const policyTypes: Fill = (fields) => {
  const hasEgress = (asList(fields['egress']) ?? []).length > 0;
  return { policyTypes: ['Ingress', ...(hasEgress ? ['Egress'] : [])], ...fields };
};
const ruleOfPolicy = each('ports', values({ protocol: 'TCP' }));

const scaling = (more: Fields): Fill => values({ selectPolicy: 'Max', ...more });
const averageCpu = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
};
const behavior = all(
  made(
    'scaleUp',
    scaling({
      stabilizationWindowSeconds: 0,
      policies: [
        { type: 'Pods', value: 4, periodSeconds: 15 },
        { type: 'Percent', value: 100, periodSeconds: 15 },
      ],
    }),
  ),
  made('scaleDown', scaling({ policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] })),
);

const webhook = all(
  values({
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    timeoutSeconds: 10,
    namespaceSelector: {},
    objectSelector: {},
  }),
  each('rules', values({ scope: '*' })),
  at('clientConfig', at('service', values({ port: 443 }))),
);

const byKind: Readonly<Record<string, Fill>> = {
  'v1 Pod': at('spec', all(podSpec, values({ enableServiceLinks: true }))),
  'v1 Secret': values({ type: 'Opaque' }),
  'v1 Service': at('spec', serviceDefaults),
  'v1 PersistentVolumeClaim': at('spec', values({ volumeMode: 'Filesystem' })),
  'v1 PersistentVolume': at('spec', values({ volumeMode: 'Filesystem', persistentVolumeReclaimPolicy: 'Retain' })),
  'apps/v1 Deployment': at(
    'spec',
    all(
      values({ replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 }),
      strategy('strategy', { maxUnavailable: '25%', maxSurge: '25%' }),
      template,
    ),
  ),
  'apps/v1 StatefulSet': at(
    'spec',
    all(
      values({ replicas: 1, revisionHistoryLimit: 10, podManagementPolicy: 'OrderedReady' }),
      updateOfSet,
      made('persistentVolumeClaimRetentionPolicy', values({ whenDeleted: 'Retain', whenScaled: 'Retain' })),
      template,
    ),
  ),
  'apps/v1 DaemonSet': at(
    'spec',
    all(values({ revisionHistoryLimit: 10 }), strategy('updateStrategy', { maxUnavailable: 1, maxSurge: 0 }), template),
  ),
  'apps/v1 ReplicaSet': at('spec', all(values({ replicas: 1 }), template)),
  'batch/v1 Job': at('spec', all(job, template)),
  'batch/v1 CronJob': at(
    'spec',
    all(
      values({
        concurrencyPolicy: 'Allow',
        suspend: false,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 1,
      }),
      at('jobTemplate', at('spec', template)),
    ),
  ),
  'autoscaling/v2 HorizontalPodAutoscaler': at(
    'spec',
    all(values({ minReplicas: 1, metrics: [averageCpu] }), at('behavior', behavior)),
  ),
  'networking.k8s.io/v1 NetworkPolicy': at(
    'spec',
    all(policyTypes, each('ingress', ruleOfPolicy), each('egress', ruleOfPolicy)),
  ),
  'storage.k8s.io/v1 StorageClass': values({ reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  'scheduling.k8s.io/v1 PriorityClass': values({ preemptionPolicy: 'PreemptLowerPriority' }),
  'apiextensions.k8s.io/v1 CustomResourceDefinition': at('spec', made('conversion', values({ strategy: 'None' }))),
  'admissionregistration.k8s.io/v1 MutatingWebhookConfiguration': each(
    'webhooks',
    all(webhook, values({ reinvocationPolicy: 'Never' })),
  ),
  'admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration': each('webhooks', webhook),
};
