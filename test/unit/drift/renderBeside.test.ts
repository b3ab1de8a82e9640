/** A render and what is read of the cluster beside it: neither waits for the other, and nothing is left over where one fails. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Failure } from '../../../src/base/failure.ts';
import { ReadBeside, renderBeside } from '../../../src/drift/renderBeside.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { kustomizationName as owner } from '../../support/rendered.ts';
import { DriftCluster } from './driftCluster.ts';

const live: FluxObject = {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: owner.name, namespace: owner.namespace },
  status: { inventory: { entries: [{ id: 'apps_settings__ConfigMap', v: 'v1' }] } },
};

const settings = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'apps', resourceVersion: '7' },
};
const readsAhead = ['MAY * *', 'GET configmaps apps/settings'];

function bed() {
  const [cluster, clock] = [new DriftCluster().has(settings), new ManualClock()];
  const parts = { owner, api: cluster.api, clock };
  return { cluster, clock, parts };
}

test('what lives is read while the render is under way', async () => {
  const { cluster, parts } = bed();
  const render = async (): Promise<readonly string[]> => {
    await setImmediate(); // all answers of a cluster in memory come within one turn of the event loop
    return [...cluster.asked];
  };
  const {
    rendered,
    live: read,
    start,
  } = await renderBeside({ ...parts, readLive: () => Promise.resolve(live) }, render);
  assert.deepEqual(rendered, readsAhead);
  assert.equal(read, live);
  assert.ok(start.owner === owner);
});

test('a Kustomization that is not applied yet has nothing to be read', async () => {
  const { cluster, parts } = bed();
  const readLive = () => Promise.resolve(undefined);
  const { live: read } = await renderBeside({ ...parts, readLive }, () => setImmediate());
  assert.equal(read, undefined);
  assert.deepEqual(cluster.asked, []);
});

test('where the render took long, as one that asks its user something, the Kustomization is read again', async () => {
  const { cluster, clock, parts } = bed();
  const versions = [live, { ...live, metadata: { ...live.metadata, generation: 2 } }];
  const readLive = () => Promise.resolve(versions.shift());
  const render = async (): Promise<void> => {
    await setImmediate();
    clock.advance(30_001);
  };
  const { live: read, start } = await renderBeside({ ...parts, readLive }, render);
  assert.equal(read?.metadata.generation, 2);
  cluster.asked.splice(0);
  // What was read ahead is as old as the render: it is read again, too.
  const { api, requests } = start;
  const [kind, place] = [
    { group: '', kind: 'ConfigMap', version: 'v1' },
    { namespace: 'apps', name: 'settings' },
  ];
  const resource = await requests.send((signal) => api.findResource(kind, signal));
  assert.ok(resource);
  await start.reads.read(resource, place, () => true);
  assert.deepEqual(cluster.asked, ['GET configmaps apps/settings']);
});

test('a render that fails ends what is read beside it', async () => {
  const { cluster, parts } = bed();
  const reading = Promise.withResolvers<FluxObject>();
  const render = () => Promise.reject(new Failure('invalid', 'a patch does not fit'));
  await assert.rejects(renderBeside({ ...parts, readLive: () => reading.promise }, render), { reason: 'invalid' });
  reading.resolve(live);
  await setImmediate();
  assert.deepEqual(cluster.asked, []);
});

test('the failure of the render is told, not that of the cluster', async () => {
  const { parts } = bed();
  const readLive = () => Promise.reject(new Failure('unreachable', 'connection refused'));
  const render = async (): Promise<never> => {
    await setImmediate();
    throw new Failure('invalid', 'a patch does not fit');
  };
  await assert.rejects(renderBeside({ ...parts, readLive }, render), { reason: 'invalid' });
});

test('a cluster that cannot be reached is told after the render', async () => {
  const { parts } = bed();
  const readLive = () => Promise.reject(new Failure('unreachable', 'connection refused'));
  const rendering = { ended: false };
  const render = async (): Promise<void> => {
    await setImmediate();
    rendering.ended = true;
  };
  await assert.rejects(renderBeside({ ...parts, readLive }, render), { reason: 'unreachable' });
  assert.ok(rendering.ended);
});

test('nobody waits for a cluster that does not answer: what is disposed ends its read, the second as well', async () => {
  for (const late of [0, 30_001]) {
    const { clock, parts } = bed();
    const signals: AbortSignal[] = [];
    const readLive = (signal: AbortSignal): Promise<undefined> => {
      signals.push(signal);
      return new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(new Failure('cancelled', 'ended'))),
      );
    };
    const beside = new ReadBeside({ ...parts, readLive });
    clock.advance(late);
    const read = beside.read();
    beside.dispose();
    await assert.rejects(read, { reason: 'cancelled' });
    assert.ok(signals.length > 0 && signals.every(({ aborted }) => aborted));
  }
});
