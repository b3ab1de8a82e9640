/** Whether a cluster has what a folder names: asked only with the right to look, without which nothing is said to be missing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../src/base/clock.ts';
import { Failure } from '../../../src/base/failure.ts';
import { Sealed } from '../../../src/base/sealed.ts';
import { comparedCluster } from '../../../src/drift/comparedCluster.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { DriftCluster } from './driftCluster.ts';

const secret = (name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'apps' },
});

interface Row {
  readonly what: string;
  readonly name: string;
  readonly refused?: string;
  /** The server's answer where it refuses without having said so before. */
  readonly fails?: Failure;
  readonly exists: boolean;
  readonly reads: readonly string[];
}

const rows: readonly Row[] = [
  { what: 'there', name: 'there', exists: true, reads: ['GET secrets apps/there'] },
  { what: 'missing', name: 'gone', exists: false, reads: ['GET secrets apps/gone'] },
  { what: 'refused before it is asked for', name: 'gone', refused: 'get secrets apps', exists: true, reads: [] },
  {
    what: 'refused all the same',
    name: 'gone',
    fails: new Failure('forbidden', 'no', { status: 403 }),
    exists: true,
    reads: ['GET secrets apps/gone'],
  },
];

for (const { what, name, refused, fails, exists, reads } of rows) {
  test(`a Secret that a folder names: ${what}`, async () => {
    const cluster = new DriftCluster().has(secret('there'));
    if (refused !== undefined) {
      cluster.refused.add(refused);
    }
    if (fails) {
      cluster.failsToGet(secret(name), fails);
    }
    const { api: plain } = cluster;
    const getMetadata: typeof plain.getMetadata = (resource, id, signal) => plain.get(resource, id, signal);
    const api = { ...plain, getMetadata };
    const inputs = { context: 'homelab' } as never;
    const asked = comparedCluster({ api, inputs, read: () => Promise.resolve(new Sealed([])), clock: systemClock() });
    assert.equal(await asked.exists('Secret', 'apps', name, new AbortController().signal), exists);
    assert.deepEqual(
      cluster.asked.filter((one) => one.startsWith('GET')),
      reads,
    );
  });
}
