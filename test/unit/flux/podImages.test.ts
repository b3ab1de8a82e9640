/** Whose pods are whose, and which images run in them: told by owners and by what the kubelet has pulled, never by a likeness. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObjectId } from '../../../src/flux/objectKey.ts';
import type { KubernetesObject, ObjectMeta } from '../../../src/flux/objects.ts';
import { canonicalImageName, isPodOf, mayOwnPods, runningImages } from '../../../src/flux/podImages.ts';

const digest = `sha256:${'ab'.repeat(32)}`;

interface Container {
  readonly image: string;
  readonly imageID?: string;
  readonly state?: unknown;
  readonly name?: string;
  readonly ready?: boolean;
}

/** As a node tells it that has pulled just what it was asked for. */
const repositoryOf = (image: string): string => image.replace(/@.*$/, '').replace(/:[^:/]*$/, '');

function pod(containers: readonly Container[], metadata: Partial<ObjectMeta> = {}): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-7d9f-x', namespace: 'apps', ...metadata },
    spec: { containers: containers.map(({ name = 'web', image }) => ({ name, image })) },
    status: {
      containerStatuses: containers.map(({ name = 'web', image, imageID, state = { running: {} }, ready = true }) => ({
        name,
        image,
        imageID: imageID ?? `${repositoryOf(image)}@${digest}`,
        state,
        ready,
      })),
    },
  };
}

const owned = (kind: string, name: string, labels: Readonly<Record<string, string>> = {}): Partial<ObjectMeta> => ({
  labels,
  ownerReferences: [{ apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1', kind, name, controller: true }],
});

const id = (kind: string, name: string, namespace = 'apps'): ObjectId => ({
  group: kind.endsWith('Job') ? 'batch' : kind === 'Pod' ? '' : 'apps',
  kind,
  namespace,
  name,
});

const owners: readonly (readonly [string, Partial<ObjectMeta>, ObjectId, boolean])[] = [
  [
    'a Deployment by its ReplicaSet',
    owned('ReplicaSet', 'web-7d9f', { 'pod-template-hash': '7d9f' }),
    id('Deployment', 'web'),
    true,
  ],
  [
    'a Deployment whose name is the beginning of another one',
    owned('ReplicaSet', 'web-api-7d9f', { 'pod-template-hash': '7d9f' }),
    id('Deployment', 'web'),
    false,
  ],
  ['a ReplicaSet of its own', owned('ReplicaSet', 'web-7d9f'), id('Deployment', 'web'), false],
  ['a StatefulSet', owned('StatefulSet', 'web'), id('StatefulSet', 'web'), true],
  ['a DaemonSet of the same name', owned('DaemonSet', 'web'), id('StatefulSet', 'web'), false],
  [
    'a StatefulSet of another group',
    { ownerReferences: [{ apiVersion: 'apps.kruise.io/v1beta1', kind: 'StatefulSet', name: 'web', controller: true }] },
    id('StatefulSet', 'web'),
    false,
  ],
  ['another namespace', owned('StatefulSet', 'web'), id('StatefulSet', 'web', 'other'), false],
  ['a Job', owned('Job', 'web'), id('Job', 'web'), true],
  ['a CronJob by its Job', owned('Job', 'web-29384756'), id('CronJob', 'web'), true],
  ['a Job that is called alike', owned('Job', 'web-migrate'), id('CronJob', 'web'), false],
  ['the pod itself', {}, id('Pod', 'web-7d9f-x'), true],
  ['nobody', {}, id('StatefulSet', 'web'), false],
  [
    'an owner that does not control it',
    { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web' }] },
    id('StatefulSet', 'web'),
    false,
  ],
];

for (const [name, metadata, owner, expected] of owners) {
  test(`a pod's owner: ${name}`, () => assert.equal(isPodOf(pod([], metadata), owner), expected));
}

test('kinds that run pods, in their own group alone', () => {
  assert.ok(mayOwnPods({ group: 'apps', kind: 'Deployment' }));
  assert.ok(mayOwnPods({ group: '', kind: 'Pod' }));
  assert.ok(!mayOwnPods({ group: 'example.com', kind: 'Deployment' }));
  assert.ok(!mayOwnPods({ group: '', kind: 'Secret' }));
  assert.ok(!mayOwnPods({ group: '', kind: 'constructor' }));
});

const images: readonly (readonly [string, readonly Container[], readonly unknown[]])[] = [
  [
    'the tag that the pod asks for, the digest that was pulled',
    [{ image: 'ghcr.io/x/web:latest' }],
    [{ name: 'ghcr.io/x/web', container: 'web', tag: 'latest', digest }],
  ],
  ['no tag', [{ image: 'web' }], [{ name: 'docker.io/library/web', container: 'web', tag: undefined, digest }]],
  [
    'a registry with a port',
    [{ image: 'host:5000/web' }],
    [{ name: 'host:5000/web', container: 'web', tag: undefined, digest }],
  ],
  [
    'the digest that the pod asks for itself',
    [{ image: `web:1@sha256:${'1'.repeat(64)}` }],
    [{ name: 'docker.io/library/web', container: 'web', tag: '1', digest: `sha256:${'1'.repeat(64)}` }],
  ],
  [
    'an id of the node alone can not be pulled',
    [{ image: 'web:1', imageID: digest }],
    [{ name: 'docker.io/library/web', container: 'web', tag: '1', digest: undefined }],
  ],
  [
    'an id with the scheme of an older runtime',
    [{ image: 'web:1', imageID: `docker-pullable://web@${digest}` }],
    [{ name: 'docker.io/library/web', container: 'web', tag: '1', digest }],
  ],
  [
    'an id that names another repository with the same layers is nothing to pin to',
    [{ image: 'ghcr.io/x/web:1', imageID: `docker.io/library/other@${digest}` }],
    [{ name: 'ghcr.io/x/web', container: 'web', tag: '1', digest: undefined }],
  ],
  ['one that waits for its image does not run', [{ image: 'web:1', state: { waiting: {} } }], []],
  ['one that runs between two crashes is no version to keep', [{ image: 'web:1', ready: false }], []],
  ['one that has failed does not run', [{ image: 'web:1', state: { terminated: { exitCode: 1 } } }], []],
  [
    'one that has done its work has run',
    [{ image: 'web:1', state: { terminated: { exitCode: 0 } } }],
    [{ name: 'docker.io/library/web', container: 'web', tag: '1', digest }],
  ],
];

for (const [name, containers, expected] of images) {
  test(`images that run: ${name}`, () => assert.deepEqual(runningImages([pod(containers)]), expected));
}

test('ten pods of one build are one answer, and one on its way out is none', () => {
  const same = Array.from({ length: 10 }, () => pod([{ image: 'web:1' }]));
  const leaving = pod([{ image: 'web:0' }], { deletionTimestamp: '2026-01-01T00:00:00Z' });
  assert.deepEqual(
    runningImages([...same, leaving]).map(({ tag }) => tag),
    ['1'],
  );
});

test('init containers are told too; whatever else a pod holds is not', () => {
  const whole: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', namespace: 'apps' },
    spec: { initContainers: [{ name: 'init', image: 'busybox', env: [{ name: 'TOKEN', value: 'hush' }] }] },
    status: {
      initContainerStatuses: [
        { name: 'init', imageID: `docker.io/library/busybox@${digest}`, state: { terminated: { exitCode: 0 } } },
      ],
    },
  };
  const found = runningImages([whole]);
  assert.deepEqual(found, [{ name: 'docker.io/library/busybox', container: 'init', tag: undefined, digest }]);
  assert.ok(!JSON.stringify(found).includes('hush'));
});

const inits: readonly (readonly [string, object, object, boolean])[] = [
  ['a sidecar that has started', { restartPolicy: 'Always' }, { state: { running: {} }, started: true }, true],
  ['a sidecar that has not', { restartPolicy: 'Always' }, { state: { running: {} }, started: false }, false],
  ['a sidecar between two crashes', { restartPolicy: 'Always' }, { state: { waiting: {} }, started: false }, false],
  ['one that is at its work', {}, { state: { running: {} }, started: true }, false],
  ['one that has done it', {}, { state: { terminated: { exitCode: 0 } }, started: false }, true],
];

for (const [name, spec, status, expected] of inits) {
  test(`init containers: ${name}`, () => {
    const whole: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a' },
      spec: { initContainers: [{ name: 'init', image: 'busybox:1', ...spec }] },
      status: { initContainerStatuses: [{ name: 'init', ...status }] },
    };
    assert.equal(runningImages([whole]).length, expected ? 1 : 0);
  });
}

test('a pod that makes no sense has no images', () => {
  const strange: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a' },
    spec: { containers: 'many' },
    status: { containerStatuses: [7, null] },
  };
  assert.deepEqual(runningImages([strange]), []);
});

test('one name for the ways in which an image of Docker Hub is written', () => {
  for (const name of [
    'nginx',
    'library/nginx',
    'docker.io/nginx',
    'docker.io/library/nginx',
    'index.docker.io/library/nginx',
  ]) {
    assert.equal(canonicalImageName(name), 'docker.io/library/nginx');
  }
  assert.equal(canonicalImageName('grafana/loki'), 'docker.io/grafana/loki');
  assert.equal(canonicalImageName('localhost/x'), 'localhost/x');
  assert.equal(canonicalImageName('quay.io/x'), 'quay.io/x');
  assert.equal(canonicalImageName(''), '');
});
