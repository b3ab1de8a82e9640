/** What the controllers' events prove to be a correction of drift, and what is only an apply of something new. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { correctionsSince, readControllerEvent } from '../../../src/flux/corrections.ts';
import type { FluxObject, KubernetesObject } from '../../../src/flux/objects.ts';
import { helmRelease, kustomization, revision } from '../../support/builders.ts';
import { postedEvent, reconciledEvent } from '../../support/controllerEvents.ts';

const apps = kustomization('apps', { metadata: { uid: 'u1' } });
const other = `main@sha1:${'b'.repeat(40)}`;
const web = 'Deployment/apps/web configured';
const [t1, t2, t3, t4] = [
  '2026-01-01T00:01:00Z',
  '2026-01-01T00:02:00Z',
  '2026-01-01T00:03:00Z',
  '2026-01-01T00:04:00Z',
];

interface Case {
  readonly owner?: FluxObject;
  readonly events: readonly KubernetesObject[];
  readonly since?: string;
  /** `COUNT at TIME: objects`, `undefined` for no correction. */
  readonly expected: string | undefined;
}

function checkCorrections(
  name: string,
  { owner = apps, events, since = '2026-01-01T00:00:00Z', expected }: Case,
): void {
  test(name, () => {
    const read = events.flatMap((event) => readControllerEvent(event) ?? []);
    const found = correctionsSince(owner, read, Date.parse(since));
    const objects = found?.objects.map(
      ({ kind, namespace, name: own, change }) => `${kind}/${namespace === '' ? '' : `${namespace}/`}${own} ${change}`,
    );
    const time = found && new Date(found.at).toISOString().replace('.000', '');
    assert.equal(found && `${found.count} at ${time}: ${objects?.join(', ')}`, expected);
  });
}

/** One of `status.history`. */
function entry(
  digest: string,
  firstReconciled: string,
  lastReconciled: string,
  of = revision,
  status = 'ReconciliationSucceeded',
) {
  return { digest, firstReconciled, lastReconciled, lastReconciledStatus: status, metadata: { revision: of } };
}

function withHistory(...history: readonly object[]): FluxObject {
  return kustomization('apps', { status: { history } });
}

checkCorrections('an object that is put back while the revision stays', {
  events: [reconciledEvent('a', { last: t1 }), postedEvent('b', { last: t2, message: web })],
  expected: `1 at ${t2}: Deployment/apps/web configured`,
});
checkCorrections('one that had been deleted, one of the cluster, and what was left alone or pruned', {
  events: [
    reconciledEvent('a', { last: t1 }),
    postedEvent('b', {
      last: t2,
      message:
        'Deployment/apps/web created\nNamespace/apps configured\nConfigMap/apps/old deleted\nService/apps/web unchanged',
    }),
  ],
  expected: `1 at ${t2}: Deployment/apps/web created, Namespace/apps configured`,
});
checkCorrections('the first apply of a revision is none', {
  events: [postedEvent('a', { last: t1, message: web }), reconciledEvent('b', { last: t2 })],
  expected: undefined,
});
checkCorrections('nor is one after another revision was reconciled', {
  events: [reconciledEvent('a', { last: t1, revision: other }), postedEvent('b', { last: t2, message: web })],
  expected: undefined,
});
checkCorrections('nor one after an attempt that failed', {
  events: [
    postedEvent('a', { last: t1, reason: 'ReconciliationFailed', message: 'dry-run failed' }),
    postedEvent('b', { last: t2, message: web }),
  ],
  expected: undefined,
});
checkCorrections('what was pruned is no correction', {
  events: [reconciledEvent('a', { last: t1 }), postedEvent('b', { last: t2, message: 'ConfigMap/apps/old deleted' })],
  expected: undefined,
});
checkCorrections('an event without a revision proves nothing', {
  events: [
    reconciledEvent('a', { last: t1, revision: '' }),
    postedEvent('b', { last: t2, message: web, revision: '' }),
  ],
  expected: undefined,
});
checkCorrections('the newest is told, and all are counted', {
  events: [
    reconciledEvent('a', { last: t1 }),
    postedEvent('c', { last: t3, message: 'Service/apps/web configured' }),
    postedEvent('b', { last: t2, message: web }),
  ],
  expected: `2 at ${t3}: Service/apps/web configured`,
});
checkCorrections('equal events are one that is counted', {
  events: [reconciledEvent('a', { last: t1 }), postedEvent('b', { first: t2, last: t4, count: 3, message: web })],
  expected: `3 at ${t4}: Deployment/apps/web configured`,
});
checkCorrections('the first of them may have been the apply of the revision', {
  events: [reconciledEvent('b', { last: t2 }), postedEvent('a', { first: t1, last: t4, count: 3, message: web })],
  expected: `2 at ${t4}: Deployment/apps/web configured`,
});
checkCorrections('older ones are forgotten', {
  events: [reconciledEvent('a', { last: t1 }), postedEvent('b', { last: t2, message: web })],
  since: t2,
  expected: undefined,
});
checkCorrections('those of an object of the same name that was deleted are not its own', {
  events: [reconciledEvent('a', { last: t1, uid: 'u0' }), postedEvent('b', { last: t2, message: web, uid: 'u0' })],
  expected: undefined,
});
checkCorrections('where the end of the first reconcile is forgotten, the history tells', {
  owner: withHistory(entry('sha256:1', t1, t3)),
  events: [postedEvent('b', { last: t2, message: web })],
  expected: `1 at ${t2}: Deployment/apps/web configured`,
});
checkCorrections('by the history: the first apply', {
  owner: withHistory(entry('sha256:1', t2, t3)),
  events: [postedEvent('b', { last: t2, message: web })],
  expected: undefined,
});
checkCorrections('by the history: what failed was not applied', {
  owner: withHistory(entry('sha256:1', t1, t3, revision, 'HealthCheckFailed')),
  events: [postedEvent('b', { last: t2, message: web })],
  expected: undefined,
});
checkCorrections(
  'by the history: a commit that was taken back is applied anew, though it builds what was built before',
  {
    owner: withHistory(entry('sha256:1', t1, t4), entry('sha256:2', t2, t2, other)),
    events: [postedEvent('b', { last: t3, message: web })],
    expected: undefined,
  },
);
checkCorrections('by the history: another build of the same revision, for a variable has another value', {
  owner: withHistory(entry('sha256:2', t3, t4), entry('sha256:1', t1, t2)),
  events: [reconciledEvent('a', { last: t1 }), postedEvent('b', { last: t3, message: web })],
  expected: undefined,
});
checkCorrections('by the history: a correction stays one when another build comes after it', {
  owner: withHistory(entry('sha256:2', t4, t4), entry('sha256:1', t1, t3)),
  events: [reconciledEvent('a', { last: t1 }), postedEvent('b', { last: t2, message: web })],
  expected: `1 at ${t2}: Deployment/apps/web configured`,
});
checkCorrections('helm-controller says it itself', {
  owner: helmRelease('web'),
  events: [
    postedEvent('a', {
      ...{
        kind: 'HelmRelease',
        namespace: 'default',
        owner: 'web',
        last: t2,
        reason: 'DriftCorrected',
        revision: '1.0.0',
      },
      message: 'Cluster state of release default/web.v1 has been corrected:\nDeployment/default/web configured',
    }),
  ],
  expected: `1 at ${t2}: Deployment/default/web configured`,
});
checkCorrections('what it could not correct is none, and neither is drift that it has only seen', {
  owner: helmRelease('web'),
  events: [
    postedEvent('a', {
      kind: 'HelmRelease',
      last: t1,
      reason: 'DriftDetected',
      message: 'Deployment/default/web configured',
    }),
    postedEvent('b', {
      kind: 'HelmRelease',
      last: t2,
      reason: 'DriftCorrectionFailed',
      message: 'Deployment/default/web configured',
    }),
  ],
  expected: undefined,
});

test('events of others, and what is no event, say nothing', () => {
  const read = (event: object): unknown => readControllerEvent(event as KubernetesObject);
  assert.equal(read(postedEvent('a', { kind: 'GitRepository', last: t1, message: web })), undefined);
  assert.equal(read({ kind: 'Event', metadata: { name: 'a' } }), undefined);
  assert.equal(read({ ...postedEvent('a', { last: 'soon', message: web }), metadata: { name: 'a' } }), undefined);
  const group = { involvedObject: { apiVersion: 'example.com/v1', kind: 'Kustomization', name: 'apps' } };
  assert.equal(read({ ...postedEvent('a', { last: t1, message: web }), ...group }), undefined);
});

test('of an event with thousands of lines a hundred objects are kept', () => {
  const message = Array.from({ length: 5_000 }, (_, index) => `ConfigMap/apps/c${index} configured`).join('\n');
  assert.equal(readControllerEvent(postedEvent('a', { last: t1, message }))?.objects.length, 100);
});
