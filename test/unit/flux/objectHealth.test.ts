import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HealthStatus } from '../../../src/flux/healthVerdict.ts';
import { objectHealth } from '../../../src/flux/objectHealth.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';

const now = Date.parse('2026-01-01T00:01:00Z');

interface Row {
  readonly kind: string;
  readonly is: string;
  readonly metadata?: Record<string, unknown>;
  readonly spec?: Record<string, unknown>;
  readonly status?: Record<string, unknown>;
  readonly expect: HealthStatus;
  /** A part of the message. */
  readonly says?: string;
}

function checkHealth({ kind: title, metadata = {}, spec, status, expect, says = '' }: Row): void {
  const [apiVersion = '', kind = ''] = title.split(' ');
  const object = {
    apiVersion,
    kind,
    metadata: { name: 'x', ...metadata },
    spec,
    status,
  } as unknown as KubernetesObject;
  const health = objectHealth(object, now);
  assert.equal(health.status, expect);
  assert.ok(health.message.includes(says), `"${health.message}" does not say "${says}"`);
}

function yes(type: string, reason = '', message = '') {
  return { type, status: 'True', reason, message };
}
function no(type: string, reason = '', message = '') {
  return { type, status: 'False', reason, message };
}

const deployment = 'apps/v1 Deployment';
const full = { replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 };
const rolledOut = [yes('Available'), yes('Progressing', 'NewReplicaSetAvailable')];
const statefulSet = 'apps/v1 StatefulSet';
const fullSet = {
  replicas: 2,
  readyReplicas: 2,
  currentReplicas: 2,
  updatedReplicas: 2,
  currentRevision: 'a',
  updateRevision: 'a',
};
const daemonSet = 'apps/v1 DaemonSet';
const fullDaemons = {
  observedGeneration: 1,
  desiredNumberScheduled: 2,
  currentNumberScheduled: 2,
  updatedNumberScheduled: 2,
  numberAvailable: 2,
  numberReady: 2,
};
const replicaSet = 'apps/v1 ReplicaSet';
const fullReplicas = { replicas: 2, fullyLabeledReplicas: 2, availableReplicas: 2, readyReplicas: 2 };
const job = 'batch/v1 Job';
const pod = 'v1 Pod';
const definition = 'apiextensions.k8s.io/v1 CustomResourceDefinition';
const claim = 'v1 PersistentVolumeClaim';
const custom = 'example.com/v1 Thing';

const rows: readonly Row[] = [
  // the steps before any kind's own
  {
    kind: custom,
    is: 'being deleted',
    metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' },
    status: { conditions: [yes('Stalled')] },
    expect: 'terminating',
  },
  {
    kind: 'v1 Secret',
    is: 'being deleted',
    metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' },
    expect: 'terminating',
  },
  {
    kind: custom,
    is: 'of a generation not observed',
    metadata: { generation: 3 },
    status: { observedGeneration: 2 },
    expect: 'inProgress',
    says: '3',
  },
  {
    kind: custom,
    is: 'of an observed generation',
    metadata: { generation: 3 },
    status: { observedGeneration: 3 },
    expect: 'current',
  },
  { kind: custom, is: 'without observed generation', metadata: { generation: 3 }, status: {}, expect: 'current' },
  {
    kind: custom,
    is: 'reconciling',
    status: { conditions: [yes('Reconciling', 'x', 'working'), yes('Ready')] },
    expect: 'inProgress',
    says: 'working',
  },
  {
    kind: custom,
    is: 'stalled',
    status: { conditions: [yes('Stalled', 'x', 'stuck')] },
    expect: 'failed',
    says: 'stuck',
  },
  {
    kind: custom,
    is: 'reconciling before stalled in its list',
    status: { conditions: [yes('Reconciling'), yes('Stalled')] },
    expect: 'inProgress',
  },
  {
    kind: custom,
    is: 'stalled before reconciling in its list',
    status: { conditions: [yes('Stalled'), yes('Reconciling')] },
    expect: 'failed',
  },
  // anything else
  { kind: custom, is: 'without a status', expect: 'current' },
  { kind: custom, is: 'ready', status: { conditions: [yes('Ready')] }, expect: 'current' },
  {
    kind: custom,
    is: 'not ready',
    status: { conditions: [no('Ready', 'x', 'no database')] },
    expect: 'inProgress',
    says: 'no database',
  },
  {
    kind: custom,
    is: 'of unknown readiness',
    status: { conditions: [{ type: 'Ready', status: 'Unknown' }] },
    expect: 'inProgress',
  },
  {
    kind: custom,
    is: 'of a readiness that is no status',
    status: { conditions: [{ type: 'Ready', status: 'perhaps' }] },
    expect: 'current',
  },
  // Deployment
  {
    kind: deployment,
    is: 'rolled out',
    spec: { replicas: 3, progressDeadlineSeconds: 600 },
    status: { ...full, conditions: rolledOut },
    expect: 'current',
    says: '3 of 3',
  },
  {
    kind: deployment,
    is: 'past its deadline',
    spec: { replicas: 3 },
    status: { ...full, conditions: [no('Progressing', 'ProgressDeadlineExceeded')] },
    expect: 'failed',
    says: 'deadline',
  },
  {
    kind: deployment,
    is: 'of one replica by default',
    spec: {},
    status: { replicas: 0, conditions: rolledOut },
    expect: 'inProgress',
    says: 'replicas: 0 of 1',
  },
  {
    kind: deployment,
    is: 'scaled to zero',
    spec: { replicas: 0 },
    status: { conditions: rolledOut },
    expect: 'current',
  },
  {
    kind: deployment,
    is: 'short of replicas',
    spec: { replicas: 4 },
    status: { ...full, conditions: rolledOut },
    expect: 'inProgress',
    says: 'replicas: 3 of 4',
  },
  {
    kind: deployment,
    is: 'short of updated replicas',
    spec: { replicas: 3 },
    status: { ...full, updatedReplicas: 1, conditions: rolledOut },
    expect: 'inProgress',
    says: 'updated: 1 of 3',
  },
  {
    kind: deployment,
    is: 'with replicas too many',
    spec: { replicas: 3 },
    status: { ...full, replicas: 5, conditions: rolledOut },
    expect: 'inProgress',
    says: '2 pending termination',
  },
  {
    kind: deployment,
    is: 'short of available replicas',
    spec: { replicas: 3 },
    status: { ...full, availableReplicas: 2, conditions: rolledOut },
    expect: 'inProgress',
    says: 'available: 2 of 3',
  },
  {
    kind: deployment,
    is: 'short of ready replicas',
    spec: { replicas: 3 },
    status: { ...full, readyReplicas: 2, conditions: rolledOut },
    expect: 'inProgress',
    says: 'ready: 2 of 3',
  },
  {
    kind: deployment,
    is: 'with a new replica set on its way',
    spec: { replicas: 3, progressDeadlineSeconds: 600 },
    status: { ...full, conditions: [yes('Available'), yes('Progressing', 'ReplicaSetUpdated')] },
    expect: 'inProgress',
  },
  {
    kind: deployment,
    is: 'without a deadline and so without that condition',
    spec: { replicas: 3, progressDeadlineSeconds: 2147483647 },
    status: { ...full, conditions: [yes('Available')] },
    expect: 'current',
  },
  {
    kind: deployment,
    is: 'not available',
    spec: { replicas: 3 },
    status: { ...full, conditions: [no('Available')] },
    expect: 'inProgress',
    says: 'not available',
  },
  {
    kind: 'extensions/v1beta1 Deployment',
    is: 'of the old group',
    spec: { replicas: 1 },
    status: {},
    expect: 'inProgress',
  },
  { kind: 'example.com/v1 Deployment', is: 'of somebody else', spec: { replicas: 1 }, status: {}, expect: 'current' },
  // StatefulSet
  { kind: statefulSet, is: 'complete', spec: { replicas: 2 }, status: fullSet, expect: 'current' },
  {
    kind: statefulSet,
    is: 'updated by hand',
    spec: { replicas: 2, updateStrategy: { type: 'OnDelete' } },
    status: {},
    expect: 'current',
  },
  {
    kind: statefulSet,
    is: 'short of replicas',
    spec: { replicas: 3 },
    status: fullSet,
    expect: 'inProgress',
    says: 'replicas: 2 of 3',
  },
  {
    kind: statefulSet,
    is: 'short of ready replicas',
    spec: { replicas: 2 },
    status: { ...fullSet, readyReplicas: 1 },
    expect: 'inProgress',
    says: 'ready: 1 of 2',
  },
  {
    kind: statefulSet,
    is: 'with replicas too many',
    spec: { replicas: 1 },
    status: fullSet,
    expect: 'inProgress',
    says: '1 pending',
  },
  {
    kind: statefulSet,
    is: 'partly rolled out',
    spec: { replicas: 2, updateStrategy: { rollingUpdate: { partition: 0 } } },
    status: { ...fullSet, updatedReplicas: 1 },
    expect: 'inProgress',
    says: 'updated: 1 of 2',
  },
  {
    kind: statefulSet,
    is: 'rolled out beyond its partition',
    spec: { replicas: 2, updateStrategy: { rollingUpdate: { partition: 1 } } },
    status: { ...fullSet, updatedReplicas: 1, updateRevision: 'b' },
    expect: 'current',
  },
  {
    kind: statefulSet,
    is: 'short of current replicas',
    spec: { replicas: 2 },
    status: { ...fullSet, currentReplicas: 1 },
    expect: 'inProgress',
    says: 'current: 1 of 2',
  },
  {
    kind: statefulSet,
    is: 'between revisions',
    spec: { replicas: 2 },
    status: { ...fullSet, updateRevision: 'b' },
    expect: 'inProgress',
    says: 'revision',
  },
  // DaemonSet
  { kind: daemonSet, is: 'complete', metadata: { generation: 1 }, status: fullDaemons, expect: 'current' },
  {
    kind: daemonSet,
    is: 'without a generation',
    status: fullDaemons,
    expect: 'inProgress',
    says: 'metadata.generation',
  },
  {
    kind: daemonSet,
    is: 'not observed at all',
    metadata: { generation: 1 },
    status: {},
    expect: 'inProgress',
    says: 'status.observedGeneration',
  },
  {
    kind: daemonSet,
    is: 'not scheduled',
    metadata: { generation: 1 },
    status: { observedGeneration: 1 },
    expect: 'inProgress',
    says: 'scheduled',
  },
  {
    kind: daemonSet,
    is: 'on no node',
    metadata: { generation: 1 },
    status: { observedGeneration: 1, desiredNumberScheduled: 0 },
    expect: 'current',
  },
  {
    kind: daemonSet,
    is: 'short of scheduled',
    metadata: { generation: 1 },
    status: { ...fullDaemons, currentNumberScheduled: 1 },
    expect: 'inProgress',
    says: 'scheduled: 1 of 2',
  },
  {
    kind: daemonSet,
    is: 'short of updated',
    metadata: { generation: 1 },
    status: { ...fullDaemons, updatedNumberScheduled: 1 },
    expect: 'inProgress',
    says: 'updated',
  },
  {
    kind: daemonSet,
    is: 'short of available',
    metadata: { generation: 1 },
    status: { ...fullDaemons, numberAvailable: 1 },
    expect: 'inProgress',
    says: 'available',
  },
  {
    kind: daemonSet,
    is: 'short of ready',
    metadata: { generation: 1 },
    status: { ...fullDaemons, numberReady: 0 },
    expect: 'inProgress',
    says: 'ready: 0 of 2',
  },
  // ReplicaSet
  { kind: replicaSet, is: 'complete', spec: { replicas: 2 }, status: fullReplicas, expect: 'current' },
  {
    kind: replicaSet,
    is: 'with a replica that cannot be made',
    spec: { replicas: 2 },
    status: { ...fullReplicas, conditions: [yes('ReplicaFailure')] },
    expect: 'inProgress',
  },
  {
    kind: replicaSet,
    is: 'short of labelled',
    spec: { replicas: 2 },
    status: { ...fullReplicas, fullyLabeledReplicas: 1 },
    expect: 'inProgress',
    says: 'labelled',
  },
  {
    kind: replicaSet,
    is: 'short of available',
    spec: { replicas: 2 },
    status: { ...fullReplicas, availableReplicas: 1 },
    expect: 'inProgress',
    says: 'available',
  },
  {
    kind: replicaSet,
    is: 'short of ready',
    spec: { replicas: 2 },
    status: { ...fullReplicas, readyReplicas: 1 },
    expect: 'inProgress',
    says: 'ready',
  },
  {
    kind: replicaSet,
    is: 'with replicas too many',
    spec: { replicas: 1 },
    status: fullReplicas,
    expect: 'inProgress',
    says: '1 pending',
  },
  // Job: Flux's own rule
  { kind: job, is: 'suspended', spec: { suspend: true }, expect: 'current', says: 'suspended' },
  { kind: job, is: 'complete', status: { conditions: [yes('Complete')] }, expect: 'current' },
  { kind: job, is: 'failed', status: { failed: 4, conditions: [yes('Failed')] }, expect: 'failed', says: '4' },
  { kind: job, is: 'not yet started', status: {}, expect: 'inProgress', says: 'not started' },
  {
    kind: job,
    is: 'running, which kstatus would call current',
    status: { startTime: '2026-01-01T00:00:00Z', active: 1 },
    expect: 'inProgress',
    says: '1 active',
  },
  { kind: job, is: 'about to fail', status: { startTime: 'x', conditions: [no('Failed')] }, expect: 'inProgress' },
  // always there
  { kind: 'batch/v1 CronJob', is: 'there', expect: 'current' },
  { kind: 'v1 Secret', is: 'there', expect: 'current' },
  { kind: 'v1 ConfigMap', is: 'there', expect: 'current' },
  {
    kind: 'policy/v1 PodDisruptionBudget',
    is: 'observed',
    metadata: { generation: 1 },
    status: { observedGeneration: 1 },
    expect: 'current',
  },
  {
    kind: 'policy/v1 PodDisruptionBudget',
    is: 'not observed',
    metadata: { generation: 2 },
    status: { observedGeneration: 1 },
    expect: 'inProgress',
  },
  { kind: claim, is: 'bound', status: { phase: 'Bound' }, expect: 'current' },
  { kind: claim, is: 'pending', status: { phase: 'Pending' }, expect: 'inProgress', says: 'Pending' },
  { kind: claim, is: 'without a phase', expect: 'inProgress', says: 'unknown' },
  { kind: 'v1 Service', is: 'without an address', spec: {}, expect: 'current' },
  {
    kind: 'v1 Service',
    is: 'a load balancer without an address',
    spec: { type: 'LoadBalancer' },
    expect: 'inProgress',
  },
  {
    kind: 'v1 Service',
    is: 'a load balancer without ingress',
    spec: { type: 'LoadBalancer', clusterIP: '10.0.0.1' },
    expect: 'current',
  },
  // Pod
  { kind: pod, is: 'finished', status: { phase: 'Succeeded' }, expect: 'current' },
  { kind: pod, is: 'finished badly', status: { phase: 'Failed' }, expect: 'current', says: 'not successfully' },
  { kind: pod, is: 'running and ready', status: { phase: 'Running', conditions: [yes('Ready')] }, expect: 'current' },
  { kind: pod, is: 'running and not ready', status: { phase: 'Running' }, expect: 'inProgress' },
  {
    kind: pod,
    is: 'in a crash loop',
    status: {
      phase: 'Running',
      containerStatuses: [
        { name: 'app', state: { waiting: { reason: 'CrashLoopBackOff' } } },
        { name: 'ok', state: { running: {} } },
      ],
    },
    expect: 'failed',
    says: 'app',
  },
  { kind: pod, is: 'pending', status: { phase: 'Pending' }, expect: 'inProgress' },
  {
    kind: pod,
    is: 'unschedulable for 10 s',
    metadata: { creationTimestamp: '2026-01-01T00:00:50Z' },
    status: { phase: 'Pending', conditions: [no('PodScheduled', 'Unschedulable')] },
    expect: 'inProgress',
  },
  {
    kind: pod,
    is: 'unschedulable for 20 s',
    metadata: { creationTimestamp: '2026-01-01T00:00:40Z' },
    status: { phase: 'Pending', conditions: [no('PodScheduled', 'Unschedulable')] },
    expect: 'failed',
  },
  { kind: pod, is: 'not observed', status: {}, expect: 'inProgress' },
  { kind: pod, is: 'of an unknown phase', status: { phase: 'Dreaming' }, expect: 'unknown', says: 'Dreaming' },
  // CRD
  {
    kind: definition,
    is: 'established',
    status: { conditions: [yes('NamesAccepted'), yes('Established')] },
    expect: 'current',
  },
  {
    kind: definition,
    is: 'of taken names',
    status: { conditions: [no('NamesAccepted', 'ListKindConflict', 'in use')] },
    expect: 'failed',
    says: 'in use',
  },
  {
    kind: definition,
    is: 'of accepted names and being installed',
    status: { conditions: [yes('NamesAccepted'), no('Established', 'Installing')] },
    expect: 'inProgress',
  },
  {
    kind: definition,
    is: 'being installed',
    status: { conditions: [no('Established', 'Installing')] },
    expect: 'inProgress',
  },
  {
    kind: definition,
    is: 'not established',
    status: { conditions: [no('Established', 'NotAccepted', 'no')] },
    expect: 'failed',
  },
  { kind: definition, is: 'new', expect: 'inProgress' },
];

describe('the health of', () => {
  for (const row of rows) {
    it(`${row.kind} that is ${row.is} is ${row.expect}`, () => checkHealth(row));
  }
});
