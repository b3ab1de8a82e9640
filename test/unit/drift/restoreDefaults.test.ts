/** What a field returns to that a controller removes: the server's default, where the server has been seen to have one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restoreDefaults } from '../../../src/drift/restoreDefaults.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';

interface Row {
  readonly title: string;
  readonly type: string;
  /** As a server has it, before anything is removed. */
  readonly answered: object;
  /** Without what is removed. */
  readonly stripped: object;
  readonly expected: object;
}

const rolling = (type: string, rollingUpdate: object) => ({ updateStrategy: { type, rollingUpdate } });

const rows: readonly Row[] = [
  {
    title: 'a number of a Deployment',
    type: 'apps/v1 Deployment',
    answered: { progressDeadlineSeconds: 900 },
    stripped: {},
    expected: { progressDeadlineSeconds: 600 },
  },
  {
    title: 'nothing that the server has not shown: an older one does not know it',
    type: 'apps/v1 Deployment',
    answered: { paused: true },
    stripped: {},
    expected: {},
  },
  {
    title: 'the rolling update of a Deployment, as a whole',
    type: 'apps/v1 Deployment',
    answered: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2, maxUnavailable: '25%' } } },
    stripped: { strategy: { type: 'RollingUpdate' } },
    expected: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } } },
  },
  {
    title: 'the rolling update of a StatefulSet does not come back while its type stays',
    type: 'apps/v1 StatefulSet',
    answered: rolling('RollingUpdate', { partition: 1 }),
    stripped: { updateStrategy: { type: 'RollingUpdate' } },
    expected: { updateStrategy: { type: 'RollingUpdate' } },
  },
  {
    title: 'the rolling update of a StatefulSet comes with its type',
    type: 'apps/v1 StatefulSet',
    answered: rolling('RollingUpdate', { partition: 1, maxUnavailable: 2 }),
    stripped: {},
    expected: rolling('RollingUpdate', { partition: 0, maxUnavailable: 1 }),
  },
  {
    title: 'nothing that the server has not shown within what comes back as a whole',
    type: 'apps/v1 StatefulSet',
    answered: rolling('RollingUpdate', { partition: 1 }),
    stripped: {},
    expected: rolling('RollingUpdate', { partition: 0 }),
  },
  {
    title: 'one number of the rolling update of a StatefulSet',
    type: 'apps/v1 StatefulSet',
    answered: rolling('RollingUpdate', { partition: 1 }),
    stripped: rolling('RollingUpdate', {}),
    expected: rolling('RollingUpdate', { partition: 0 }),
  },
  {
    title: 'a StatefulSet that waits for its pods to be deleted has no rolling update',
    type: 'apps/v1 StatefulSet',
    answered: { updateStrategy: { type: 'OnDelete' } },
    stripped: { updateStrategy: { type: 'OnDelete' } },
    expected: { updateStrategy: { type: 'OnDelete' } },
  },
  {
    title: 'nothing of a kind that is not known',
    type: 'example.com/v1 Deployment',
    answered: { progressDeadlineSeconds: 900 },
    stripped: {},
    expected: {},
  },
];

function objectWith(type: string, spec: object): KubernetesObject {
  const [apiVersion = '', kind = ''] = type.split(' ');
  return { apiVersion, kind, metadata: { name: 'x', namespace: 'apps' }, spec: { ...spec } };
}

for (const { title, type, answered, stripped, expected } of rows) {
  test(`a removed field returns to: ${title}`, () => {
    const [before, next] = [answered, stripped].map((spec) => objectWith(type, spec)) as [
      KubernetesObject,
      KubernetesObject,
    ];
    const restored = restoreDefaults({ next, answered: before, definition: undefined });
    assert.deepEqual(restored, objectWith(type, expected));
  });
}
