/** Why a pod does not run: what is taken from its status, and what is no trouble. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { type PodTrouble, podTrouble } from '../../../src/flux/podTrouble.ts';
import { anyObject } from '../../support/builders.ts';

type Fields = Readonly<Record<string, unknown>>;

const podOf = (status: Fields, spec: Fields = {}): KubernetesObject =>
  anyObject('v1', 'Pod', 'web', {
    fields: {
      spec: {
        containers: [{ name: 'web', image: 'ghcr.io/x:1' }],
        initContainers: [{ name: 'init', image: 'ghcr.io/i:1' }],
        ...spec,
      },
      status,
    },
  });

const container = (state: Fields, more: Fields = {}, name = 'web'): Fields => ({
  name,
  ready: false,
  restartCount: 0,
  state,
  ...more,
});

/** `web ImagePullBackOff`, `web Error 1 ×7`; the pod's own reason first. */
function told(trouble: PodTrouble | undefined): string {
  if (!trouble) {
    return 'none';
  }
  const containers = trouble.containers.map(({ name, isInit, reason, endedBy, exitCode, restarts }) =>
    [
      `${isInit ? 'init ' : ''}${name}`,
      reason,
      ...(endedBy === '' || endedBy === reason ? [] : [`(${endedBy})`]),
      ...(exitCode === undefined ? [] : [String(exitCode)]),
      ...(restarts === 0 ? [] : [`×${restarts}`]),
    ].join(' '),
  );
  return [trouble.reason, ...containers].filter((part) => part !== '').join(', ');
}

const rows: readonly (readonly [what: string, status: Fields, expected: string])[] = [
  ['ready', { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }, 'none'],
  ['done', { phase: 'Succeeded' }, 'none'],
  ['seen by nobody yet', {}, ''],
  [
    'an image that cannot be pulled',
    { phase: 'Pending', containerStatuses: [container({ waiting: { reason: 'ErrImagePull' } })] },
    'web ErrImagePull',
  ],
  [
    'in a crash loop, out of memory the last time',
    {
      phase: 'Running',
      containerStatuses: [
        container(
          { waiting: { reason: 'CrashLoopBackOff' } },
          { restartCount: 7, lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } },
        ),
      ],
    },
    'web CrashLoopBackOff (OOMKilled) 137 ×7',
  ],
  [
    'ended with an error, not started again yet',
    { phase: 'Running', containerStatuses: [container({ terminated: { exitCode: 2, reason: 'Error' } })] },
    'web Error 2',
  ],
  [
    'ended without a word',
    { phase: 'Failed', containerStatuses: [container({ terminated: { exitCode: 2 } })] },
    'web Error 2',
  ],
  [
    'one that ended well beside one that is not ready',
    {
      phase: 'Running',
      containerStatuses: [container({ terminated: { exitCode: 0 } }, {}, 'side'), container({ running: {} })],
    },
    'web NotReady',
  ],
  [
    'an init container that fails: the others only wait for it',
    {
      phase: 'Pending',
      initContainerStatuses: [container({ waiting: { reason: 'CrashLoopBackOff' } }, { restartCount: 2 }, 'init')],
      containerStatuses: [container({ waiting: { reason: 'PodInitializing' } })],
    },
    'init init CrashLoopBackOff ×2',
  ],
  [
    'an init container that runs is no trouble',
    {
      phase: 'Pending',
      initContainerStatuses: [container({ running: {} }, {}, 'init')],
      containerStatuses: [container({ waiting: { reason: 'PodInitializing' } })],
    },
    '',
  ],
  [
    'no node',
    {
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no' }],
    },
    'Unschedulable',
  ],
  [
    'no node, by a scheduler that gives no reason',
    { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False' }] },
    'Unschedulable',
  ],
  ['evicted', { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.' }, 'Evicted'],
  [
    'fields of other types',
    {
      phase: 7,
      conditions: 'x',
      containerStatuses: [null, 'x', { name: 3, state: { waiting: 'x' }, restartCount: 'y' }],
    },
    '',
  ],
];

for (const [what, status, expected] of rows) {
  test(`a pod: ${what}`, () => {
    assert.equal(told(podTrouble(podOf(status))), expected);
  });
}

test('a pod that is being deleted is nobody’s trouble', () => {
  const pod = podOf({ phase: 'Pending' });
  const leaving = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
  assert.equal(podTrouble(leaving), undefined);
});

test('the image is the one that was asked for, else what the node says', () => {
  const status = container({ waiting: { reason: 'ErrImagePull' } }, { image: 'docker.io/library/x:1' });
  const imageOf = (spec: Fields): string | undefined =>
    podTrouble(podOf({ containerStatuses: [status] }, spec))?.containers[0]?.image;
  assert.equal(imageOf({}), 'ghcr.io/x:1');
  assert.equal(imageOf({ containers: [] }), 'docker.io/library/x:1');
});

test('what the container itself has written is not taken over', () => {
  const ended = { terminated: { exitCode: 1, reason: 'Error', message: 'hunter2' } };
  const pod = podOf({ containerStatuses: [container(ended, { lastState: ended })] });
  assert.doesNotMatch(JSON.stringify(podTrouble(pod)), /hunter2/);
});

test('what its hook has written is not taken over', () => {
  const message = "command 'sh -c hunter2' exited with 1: hunter2";
  const pod = podOf({ containerStatuses: [container({ waiting: { reason: 'PostStartHookError', message } })] });
  assert.equal(podTrouble(pod)?.containers[0]?.message, 'hook failed: exited with 1');
});

test('claims are those it names, and those that are made for it', () => {
  const volumes = [
    { name: 'data', persistentVolumeClaim: { claimName: 'web-data' } },
    { name: 'scratch', ephemeral: { volumeClaimTemplate: {} } },
    { name: 'config', configMap: { name: 'x' } },
  ];
  assert.deepEqual(podTrouble(podOf({ phase: 'Pending' }, { volumes }))?.claims, ['web-data', 'web-scratch']);
});
