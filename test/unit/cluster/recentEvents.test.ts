/** The newest events of an object, of either API, and what is asked for them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BoundedReads } from '../../../src/cluster/boundedReads.ts';
import { recentEvents } from '../../../src/cluster/recentEvents.ts';
import type { ObjectId } from '../../../src/flux/objectKey.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { anyObject } from '../../support/builders.ts';
import { type ReadableCluster, readableCluster } from '../../support/readableCluster.ts';
import { event } from './troubledObjects.ts';

const web: ObjectId = { group: 'apps', kind: 'Deployment', namespace: 'apps', name: 'web' };

/** `Warning reason ×2: message`, newest first, and what was asked and noted. */
async function eventsOf(cluster: ReadableCluster, id = web, uid?: string) {
  const api = readableCluster(cluster);
  const reads = new BoundedReads({ api, namespaces: [], signal: new AbortController().signal, most: 10 });
  const events = await recentEvents(reads, id, uid);
  const told = events.map(
    ({ type, reason, message, count }) => `${type} ${reason}${count > 1 ? ` ×${count}` : ''}: ${message}`,
  );
  return { told, events, requests: api.requests, notes: reads.notes };
}

const at = (second: number): string => new Date(Date.parse('2026-01-01T00:00:00Z') + second * 1000).toISOString();

test('newest first, equal ones counted together', async () => {
  const { told } = await eventsOf({
    objects: [
      event(web, { reason: 'Old', message: 'a', at: at(1) }),
      event(web, { reason: 'New', message: 'b', at: at(9), type: 'Normal' }),
      event(web, { reason: 'Old', message: 'a', at: at(5), count: 3 }),
    ],
  });
  assert.deepEqual(told, ['Normal New: b', 'Warning Old ×4: a']);
});

test('what a probe of a pod has written is left out; of another kind the same reason says something else', async () => {
  const pod: ObjectId = { group: '', kind: 'Pod', namespace: 'apps', name: 'web-1' };
  const message = 'Readiness probe failed: hunter2';
  const objects = [
    event(pod, { reason: 'Unhealthy', message }),
    event(web, { reason: 'Unhealthy', message: 'two of 3' }),
  ];
  assert.deepEqual((await eventsOf({ objects }, pod)).told, ['Warning Unhealthy: Readiness probe failed']);
  assert.deepEqual((await eventsOf({ objects }, web)).told, ['Warning Unhealthy: two of 3']);
});

test('ten and no more', async () => {
  const objects = Array.from({ length: 25 }, (_, index) =>
    event(web, { reason: `R${index}`, message: 'x'.repeat(index + 1), at: at(index) }),
  );
  const { told } = await eventsOf({ objects });
  assert.equal(told.length, 10);
  assert.match(told[0] ?? '', /R24/);
});

test('those of an earlier object of that name are not its own', async () => {
  const objects = [
    event(web, { reason: 'Before', message: 'a', uid: 'old' }),
    event(web, { reason: 'Now', message: 'b', uid: 'new' }),
    event(web, { reason: 'Nameless', message: 'c' }),
  ];
  assert.deepEqual((await eventsOf({ objects }, web, 'new')).told.sort(), ['Warning Nameless: c', 'Warning Now: b']);
  assert.equal((await eventsOf({ objects })).told.length, 3, 'of one that is gone all count');
});

test('the newer API is asked where the older may not be read, and read by its own fields', async () => {
  const newer: KubernetesObject = {
    ...anyObject('events.k8s.io/v1', 'Event', 'e', { namespace: 'apps' }),
    ...{
      regarding: { kind: 'Deployment', namespace: 'apps', name: 'web' },
      note: 'said',
      reason: 'Told',
      type: 'Warning',
      eventTime: at(3),
      series: { count: 4, lastObservedTime: at(8) },
      reportingController: 'someone',
    },
  };
  const forbidden = /^list Event apps involvedObject/;
  const { told, events, notes } = await eventsOf({ objects: [newer], forbidden });
  assert.deepEqual(told, ['Warning Told ×4: said']);
  assert.equal(events[0]?.lastAt, Date.parse(at(8)));
  assert.equal(events[0].by, 'someone');
  assert.deepEqual(notes, ['forbidden: list events in apps (no permission)']);
});

test('an object of the cluster has its events in the namespace default', async () => {
  const issuer: ObjectId = { group: 'cert-manager.io', kind: 'ClusterIssuer', namespace: '', name: 'main' };
  const of = { kind: 'ClusterIssuer', namespace: 'default', name: 'main' };
  const { told, requests } = await eventsOf({ objects: [event(of, { reason: 'R', message: 'm' })] }, issuer);
  assert.deepEqual(told, ['Warning R: m']);
  assert.deepEqual(requests, ['list Event default involvedObject.kind=ClusterIssuer,involvedObject.name=main']);
});

test('a name that would be a part of the selector is never asked for', async () => {
  const { requests, told } = await eventsOf({ objects: [] }, { ...web, name: 'a,metadata.name=b' });
  assert.deepEqual([requests, told], [[], []]);
});
