/** Defaults of the API server's own kinds, as a server 1.36 answers a dry-run of an object that states the least. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withServerDefaults } from '../../../src/drift/serverDefaults.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';

type Fields = Readonly<Record<string, unknown>>;

const filledContainer = {
  resources: {},
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  imagePullPolicy: 'IfNotPresent',
};
const filledPod = {
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  dnsPolicy: 'ClusterFirst',
  securityContext: {},
  schedulerName: 'default-scheduler',
};
const pod = (fields: Fields): Fields => ({ template: { spec: { containers: [], ...fields } } });
const filled = (fields: Fields = {}): Fields => ({ template: { spec: { ...filledPod, containers: [], ...fields } } });

type Row = readonly [apiVersion: string, kind: string, stated: Fields, filled: Fields];

/** Of `spec`. */
const rows: readonly Row[] = [
  [
    'apps/v1',
    'Deployment',
    pod({}),
    {
      ...filled(),
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
    },
  ],
  [
    'apps/v1',
    'StatefulSet',
    pod({}),
    {
      ...filled(),
      replicas: 1,
      revisionHistoryLimit: 10,
      podManagementPolicy: 'OrderedReady',
      // The second where the server has the feature; restoring takes only what it has shown.
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0, maxUnavailable: 1 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    },
  ],
  [
    'apps/v1',
    'DaemonSet',
    { ...pod({}), updateStrategy: { type: 'OnDelete' } },
    { ...filled(), revisionHistoryLimit: 10, updateStrategy: { type: 'OnDelete' } },
  ],
  [
    'apps/v1',
    'DaemonSet',
    pod({}),
    {
      ...filled(),
      revisionHistoryLimit: 10,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    },
  ],
  [
    'batch/v1',
    'Job',
    pod({}),
    {
      ...filled(),
      parallelism: 1,
      completions: 1,
      backoffLimit: 6,
      manualSelector: false,
      completionMode: 'NonIndexed',
      suspend: false,
      podReplacementPolicy: 'TerminatingOrFailed',
    },
  ],
  [
    'batch/v1',
    'CronJob',
    { jobTemplate: { spec: pod({}) } },
    {
      jobTemplate: { spec: filled() },
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    },
  ],
  [
    'v1',
    'Service',
    { type: 'LoadBalancer', sessionAffinity: 'ClientIP', ports: [{ port: 80 }] },
    {
      type: 'LoadBalancer',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } },
      externalTrafficPolicy: 'Cluster',
      internalTrafficPolicy: 'Cluster',
      allocateLoadBalancerNodePorts: true,
    },
  ],
  [
    'v1',
    'Service',
    { type: 'ExternalName', externalName: 'x' },
    { type: 'ExternalName', externalName: 'x', sessionAffinity: 'None' },
  ],
  ['v1', 'PersistentVolumeClaim', {}, { volumeMode: 'Filesystem' }],
  [
    'networking.k8s.io/v1',
    'NetworkPolicy',
    { egress: [{ ports: [{ port: 80 }] }] },
    { egress: [{ ports: [{ port: 80, protocol: 'TCP' }] }], policyTypes: ['Ingress', 'Egress'] },
  ],
  [
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    { behavior: { scaleDown: { stabilizationWindowSeconds: 1 } } },
    {
      minReplicas: 1,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
      ],
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          selectPolicy: 'Max',
          policies: [
            { type: 'Pods', value: 4, periodSeconds: 15 },
            { type: 'Percent', value: 100, periodSeconds: 15 },
          ],
        },
        scaleDown: {
          stabilizationWindowSeconds: 1,
          selectPolicy: 'Max',
          policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
        },
      },
    },
  ],
  ['policy/v1', 'PodDisruptionBudget', {}, {}],
  ['networking.k8s.io/v1', 'Ingress', { rules: [] }, { rules: [] }],
  ['x.io/v1', 'Deployment', {}, {}],
];

function defaults(apiVersion: string, kind: string, spec: Fields): Fields | undefined {
  const object: KubernetesObject = { apiVersion, kind, metadata: { name: 'x' }, spec };
  return withServerDefaults(object).spec;
}

for (const [apiVersion, kind, stated, expected] of rows) {
  test(`defaults of a ${kind} of ${apiVersion} that states ${JSON.stringify(stated)}`, () => {
    assert.deepEqual(defaults(apiVersion, kind, stated), expected);
    assert.deepEqual(defaults(apiVersion, kind, expected), expected, 'they are filled in once');
  });
}

const images: readonly (readonly [image: string, policy: string])[] = [
  ['nginx', 'Always'],
  ['nginx:latest', 'Always'],
  ['nginx:1', 'IfNotPresent'],
  ['registry:5000/nginx', 'Always'],
  ['registry:5000/nginx:1', 'IfNotPresent'],
  [`nginx@sha256:${'a'.repeat(64)}`, 'IfNotPresent'],
  [`nginx:latest@sha256:${'a'.repeat(64)}`, 'Always'],
];

for (const [image, policy] of images) {
  test(`the image ${image} is pulled ${policy}`, () => {
    const spec = defaults('apps/v1', 'Deployment', pod({ containers: [{ name: 'c', image }] }));
    assert.match(JSON.stringify(spec), new RegExp(`"imagePullPolicy":"${policy}"`));
  });
}

test('parts of a pod', () => {
  const containers = [
    {
      name: 'c',
      image: 'x:1',
      ports: [{ containerPort: 80 }],
      env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'x' } } }, { name: 'B' }],
      livenessProbe: { httpGet: { port: 1 } },
      lifecycle: { preStop: { httpGet: { port: 2 } } },
    },
  ];
  const volumes = [
    { name: 'e' },
    { name: 's', secret: { secretName: 'x' } },
    { name: 'c', configMap: { name: 'x' } },
    { name: 'h', hostPath: { path: '/x' } },
    { name: 'p', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
  ];
  const get = { path: '/', scheme: 'HTTP' };
  assert.deepEqual(defaults('apps/v1', 'ReplicaSet', pod({ containers, volumes })), {
    replicas: 1,
    ...filled({
      containers: [
        {
          ...filledContainer,
          name: 'c',
          image: 'x:1',
          ports: [{ containerPort: 80, protocol: 'TCP' }],
          env: [{ name: 'A', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'x' } } }, { name: 'B' }],
          livenessProbe: {
            httpGet: { ...get, port: 1 },
            timeoutSeconds: 1,
            periodSeconds: 10,
            successThreshold: 1,
            failureThreshold: 3,
          },
          lifecycle: { preStop: { httpGet: { ...get, port: 2 } } },
        },
      ],
      volumes: [
        { name: 'e', emptyDir: {} },
        { name: 's', secret: { secretName: 'x', defaultMode: 420 } },
        { name: 'c', configMap: { name: 'x', defaultMode: 420 } },
        { name: 'h', hostPath: { path: '/x', type: '' } },
        {
          name: 'p',
          projected: { defaultMode: 420, sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 3600 } }] },
        },
      ],
    }),
  });
});
