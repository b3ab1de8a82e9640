/** Whom the controller of a cluster is told to override: asked for only where that could matter, once, and where one may look. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../src/base/clock.ts';
import { Failure } from '../../../src/base/failure.ts';
import { OverriddenManagers } from '../../../src/drift/overriddenManagers.ts';
import { PoliteRequests } from '../../../src/drift/politeRequests.ts';
import { Rights } from '../../../src/drift/rights.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { DriftCluster } from './driftCluster.ts';
import { owned } from './ownedObject.ts';

const controller: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'kustomize-controller',
    namespace: 'flux-system',
    labels: { 'app.kubernetes.io/part-of': 'flux' },
  },
  spec: { template: { spec: { containers: [{ name: 'manager', args: ['--override-manager=tuner'] }] } } },
};
const byTuner = owned({}, [['tuner', {}]]);
const byKubectl = owned({}, [['kubectl-edit', {}]]);

function reader(cluster: DriftCluster) {
  const requests = new PoliteRequests({ clock: systemClock(), signal: new AbortController().signal });
  const rights = new Rights((question) => requests.send((signal) => cluster.api.mayI(question, signal)));
  return new OverriddenManagers({ api: cluster.api, requests, rights });
}

function lists({ asked }: DriftCluster): readonly string[] {
  return asked.filter((what) => what.startsWith('LIST'));
}

test('they are read once, however many objects ask', async () => {
  const cluster = new DriftCluster().has(controller);
  const read = reader(cluster);
  assert.deepEqual(await Promise.all([read.of(byTuner), read.of(byTuner)]), [['tuner'], ['tuner']]);
  assert.equal(lists(cluster).length, 1);
});

test('an object that only kubectl and the controller have written asks nothing', async () => {
  const cluster = new DriftCluster().has(controller);
  assert.deepEqual(await reader(cluster).of(byKubectl), []);
  assert.deepEqual(cluster.asked, []);
});

test('without the right to list everywhere they are read where they usually are', async () => {
  const cluster = new DriftCluster().has(controller);
  cluster.refused.add('list deployments');
  assert.deepEqual(await reader(cluster).of(byTuner), ['tuner']);
  assert.deepEqual(lists(cluster), ['LIST deployments flux-system']);
});

test('where it cannot be told nobody is guessed to be overridden, and that is said once', async () => {
  const forbidden = new DriftCluster().has(controller);
  forbidden.refused.add('list deployments').add('list deployments flux-system');
  const failing = new DriftCluster().failsToList('deployments', new Failure('notFound', 'gone'));
  const shards = new DriftCluster()
    .has(controller)
    .has({ ...controller, metadata: { ...controller.metadata, name: 'kustomize-controller-2' }, spec: {} });
  for (const cluster of [forbidden, failing, shards, new DriftCluster()]) {
    const read = reader(cluster);
    assert.deepEqual(await Promise.all([read.of(byTuner), read.of(byTuner)]), [undefined, undefined]);
    assert.equal(read.notes.length, 1);
    assert.match(read.notes[0]?.message ?? '', /override-manager/);
  }
  assert.deepEqual(lists(forbidden), []);
});

test('nothing is said where it is known, or concerns no object', async () => {
  const known = reader(new DriftCluster().has(controller));
  await known.of(byTuner);
  const unconcerned = reader(new DriftCluster());
  await unconcerned.of(byKubectl);
  assert.deepEqual([...known.notes, ...unconcerned.notes], []);
});

test('a user whom the server does not know ends all', async () => {
  const refused = new DriftCluster().failsToList('deployments', new Failure('unauthorized', 'who?'));
  await assert.rejects(reader(refused).of(byTuner), (error: Failure) => error.reason === 'unauthorized');
});
