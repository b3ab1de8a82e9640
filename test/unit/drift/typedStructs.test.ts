/** What the controllers send of a built-in kind beside what stands in Git, as its Go type has it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalizeDesired } from '../../../src/drift/normalizeDesired.ts';
import { withoutPaths } from '../../support/withoutPaths.ts';

const pod = { containers: [{ name: 'main', image: 'registry.example.com/main:1' }] };
const sentPod = { containers: [{ name: 'main', image: 'registry.example.com/main:1', resources: {} }] };
const metadata = {};

interface Row {
  readonly title: string;
  readonly type: string;
  readonly spec: object;
  readonly sent: object;
}

const rows: readonly Row[] = [
  {
    title: 'the metadata of a Job’s pods, or the next apply would take away the labels that the server demands',
    type: 'batch/v1 Job',
    spec: { template: { spec: pod } },
    sent: { template: { metadata, spec: sentPod } },
  },
  {
    title: 'the metadata of a CronJob’s jobs and of their pods',
    type: 'batch/v1 CronJob',
    spec: { schedule: '@daily', jobTemplate: { spec: { template: { spec: pod } } } },
    sent: { schedule: '@daily', jobTemplate: { metadata, spec: { template: { metadata, spec: sentPod } } } },
  },
  {
    title: 'the strategy of a Deployment',
    type: 'apps/v1 Deployment',
    spec: { template: { metadata: { labels: { app: 'a' } }, spec: pod } },
    sent: { strategy: {}, template: { metadata: { labels: { app: 'a' } }, spec: sentPod } },
  },
  {
    title: 'a strategy that Git states stays',
    type: 'apps/v1 Deployment',
    spec: { strategy: { type: 'Recreate' }, template: { spec: pod } },
    sent: { strategy: { type: 'Recreate' }, template: { metadata, spec: sentPod } },
  },
  {
    title: 'the update strategy of a DaemonSet',
    type: 'apps/v1 DaemonSet',
    spec: { template: { spec: pod } },
    sent: { updateStrategy: {}, template: { metadata, spec: sentPod } },
  },
  {
    title: 'resources and status of the claims of a StatefulSet',
    type: 'apps/v1 StatefulSet',
    spec: { volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } }] },
    sent: {
      updateStrategy: {},
      volumeClaimTemplates: [
        { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: {} }, status: {} },
      ],
    },
  },
  {
    title: 'the divisor of a resource that a variable refers to',
    type: 'v1 Pod',
    spec: {
      containers: [{ name: 'main', resources: { limits: { cpu: '1' } }, env: [variable({ resource: 'limits.cpu' })] }],
    },
    sent: {
      containers: [
        {
          name: 'main',
          resources: { limits: { cpu: '1' } },
          env: [variable({ resource: 'limits.cpu', divisor: '0' })],
        },
      ],
    },
  },
  { title: 'resources of a claim', type: 'v1 PersistentVolumeClaim', spec: {}, sent: { resources: {} } },
  {
    title: 'what has not the form of its kind is left for the server to refuse',
    type: 'batch/v1 Job',
    spec: { template: { metadata: 'none', spec: { containers: 'none', volumes: ['none'] } } },
    sent: { template: { metadata: 'none', spec: { containers: 'none', volumes: ['none'] } } },
  },
  {
    title: 'nothing of a kind that the controllers do not know',
    type: 'example.com/v1 Deployment',
    spec: { template: { spec: pod } },
    sent: { template: { spec: pod } },
  },
];

function variable(resourceFieldRef: object): object {
  return { name: 'CPU', valueFrom: { resourceFieldRef } };
}

for (const { title, type, spec, sent } of rows) {
  test(`sent beside what Git has: ${title}`, () => {
    const [apiVersion = '', kind = ''] = type.split(' ');
    const object = { apiVersion, kind, metadata: { name: 'x', namespace: 'apps' }, spec: { ...spec } };
    assert.deepEqual(normalizeDesired(object), { ...object, spec: sent });
  });
}

test('sent beside what Git has: the spec of a Namespace, with or without one in Git', () => {
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'apps' } };
  const sent = normalizeDesired(object);
  assert.deepEqual(sent.spec, {});
  assert.deepEqual(withoutPaths(sent, [['spec']]), object);
});
