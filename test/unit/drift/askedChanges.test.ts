/** What a cluster's word makes of the objects that a change takes away: which of them it would delete. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AskedCluster, askAbout, judged } from '../../../src/drift/askedChanges.ts';
import type { EffectOnObject } from '../../../src/drift/changeEffect.ts';
import type { ChangedTarget } from '../../../src/drift/compareChanges.ts';
import type { ObjectDifference } from '../../../src/drift/difference.ts';
import { inventoryOf } from '../../../src/flux/inventory.ts';
import type { ObjectId } from '../../../src/flux/objectKey.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { kustomizationName, renderedKustomization } from '../../support/rendered.ts';
import { liveObject } from '../cli/fakeDiff.ts';

const issuer: ObjectId = { group: 'cert-manager.io', kind: 'ClusterIssuer', namespace: 'apps', name: 'le' };
const settings: ObjectId = { group: '', kind: 'ConfigMap', namespace: 'apps', name: 'settings' };

function deletion(id: ObjectId): ObjectDifference {
  return { id, apiVersion: id.group === '' ? 'v1' : `${id.group}/v1`, change: 'delete', paths: [] };
}

function losing(id: ObjectId): ChangedTarget {
  const rendered = renderedKustomization();
  const place = 'apps.yaml';
  const objects = [deletion(id)];
  return {
    ...{ name: kustomizationName, place, files: [place], cluster: undefined },
    ...{ before: rendered, after: rendered, objects },
  };
}

/** It deletes all that the Flux object that is handed to it has in its inventory, and has `entries` in it as it lives. */
function cluster(entries: readonly string[]): AskedCluster {
  const live: FluxObject = {
    ...liveObject(kustomizationName),
    status: { inventory: { entries: entries.map((id) => ({ id, v: 'v1' })) } },
  };
  return {
    context: 'homelab',
    find: () => Promise.resolve([live]),
    fluxObjects: () => Promise.resolve([]),
    compareKustomization: ({ rendered, live: given }) => {
      const items = given ? inventoryOf(given) : [];
      const objects = typeof items === 'string' ? [] : items.map(({ id }) => ({ ...deletion(id), reason: 'asked' }));
      return Promise.resolve({ target: rendered.name, context: 'homelab', from: 'after', notes: [], objects });
    },
  };
}

async function lost(id: ObjectId, entries: readonly string[]): Promise<EffectOnObject> {
  const target = losing(id);
  const signal = new AbortController().signal;
  const verdicts = await askAbout({ target, from: 'after', signal, onProgress: () => undefined }, cluster(entries));
  return judged(deletion(id), verdicts);
}

const rows: readonly (readonly [string, ObjectId, string, EffectOnObject['change']])[] = [
  ['what is in the inventory is deleted', settings, 'apps_settings__ConfigMap', 'delete'],
  ['what is not in it stays', settings, 'apps_others__ConfigMap', 'skip'],
  ['of another namespace it is another one', settings, 'web_settings__ConfigMap', 'skip'],
  ['a render may give a namespace to what has none', issuer, '_le_cert-manager.io_ClusterIssuer', 'delete'],
];

for (const [title, id, entry, change] of rows) {
  test(`an object that a change takes away: ${title}`, async () => {
    const object = await lost(id, [entry]);
    assert.equal(object.change, change);
    assert.equal(object.reason === 'asked', change === 'delete'); // told by the cluster, not by the files
  });
}
