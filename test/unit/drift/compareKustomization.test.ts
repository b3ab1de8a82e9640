/** A Flux Kustomization against a cluster: what becomes of each object, what is asked for it, and what is said. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { compareKustomization } from '../../../src/drift/compareKustomization.ts';
import { desired, renderedKustomization } from '../../support/rendered.ts';
import { DriftCluster } from './driftCluster.ts';

const signal = new AbortController().signal;

function liveConfigMap(data: Readonly<Record<string, string>>): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace: 'apps', resourceVersion: '7', uid: 'u' },
    data,
  } as unknown as KubernetesObject;
}

test('a value that differs is a change at its path, and both sides are given', async () => {
  const api = new DriftCluster().has(liveConfigMap({ level: 'debug' }));
  const rendered = renderedKustomization({ objects: [desired('ConfigMap', 'settings', { data: { level: 'info' } })] });
  const { objects } = await compareKustomization({ rendered, live: undefined, api, from: 'working tree', signal });
  assert.deepEqual(
    objects.map(({ change, paths }) => [change, paths]),
    [['change', [{ path: ['data', 'level'], effect: 'replace' }]]],
  );
  assert.deepEqual(api.asked, ['MAY * *', 'GET configmaps apps/settings', 'DRYRUN configmaps apps/settings']);
});
