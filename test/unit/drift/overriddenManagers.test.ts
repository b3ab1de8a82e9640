/** Whom the controller of a cluster is told to override: asked for only where that could matter, once, and where one may look. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../src/base/clock.ts';
import { Failure } from '../../../src/base/failure.ts';
import { overriddenManagers } from '../../../src/drift/overriddenManagers.ts';
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
  return overriddenManagers({ api: cluster.api, requests, rights });
}

function lists({ asked }: DriftCluster): readonly string[] {
  return asked.filter((what) => what.startsWith('LIST'));
}

test('they are read once, however many objects ask', async () => {
  const cluster = new DriftCluster().has(controller);
  const read = reader(cluster);
  assert.deepEqual(await Promise.all([read(byTuner), read(byTuner)]), [['tuner'], ['tuner']]);
  assert.equal(lists(cluster).length, 1);
});

test('an object that only kubectl and the controller have written asks nothing', async () => {
  const cluster = new DriftCluster().has(controller);
  assert.deepEqual(await reader(cluster)(byKubectl), []);
  assert.deepEqual(cluster.asked, []);
});

test('without the right to list everywhere they are read where they usually are', async () => {
  const cluster = new DriftCluster().has(controller);
  cluster.refused.add('list deployments');
  assert.deepEqual(await reader(cluster)(byTuner), ['tuner']);
  assert.deepEqual(lists(cluster), ['LIST deployments flux-system']);
});

test('without any right nothing is asked for, and nobody is overridden', async () => {
  const cluster = new DriftCluster().has(controller);
  cluster.refused.add('list deployments').add('list deployments flux-system');
  assert.deepEqual(await reader(cluster)(byTuner), []);
  assert.deepEqual(lists(cluster), []);
});

test('a list that fails hides no object; a user whom the server does not know ends all', async () => {
  const failing = new DriftCluster().failsToList('deployments', new Failure('notFound', 'gone'));
  assert.deepEqual(await reader(failing)(byTuner), []);
  const refused = new DriftCluster().failsToList('deployments', new Failure('unauthorized', 'who?'));
  await assert.rejects(reader(refused)(byTuner), (error: Failure) => error.reason === 'unauthorized');
});
