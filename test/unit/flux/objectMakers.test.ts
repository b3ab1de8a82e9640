/** Who makes an object, told by labels and inventories: whose files to look through, and whose file stands for it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ObjectId, objectKey, idOf } from '../../../src/flux/objectKey.ts';
import { objectMakers } from '../../../src/flux/objectMakers.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { appliedBy, fluxObject, titleOf } from './fluxObject.ts';

const web: ObjectId = { group: 'apps', kind: 'Deployment', namespace: 'apps', name: 'web' };
const listing = (title: string, more: Parameters<typeof fluxObject>[1] = {}): FluxObject =>
  fluxObject(title, { status: { inventory: { entries: [{ id: 'apps_web_apps_Deployment', v: 'v1' }] } }, ...more });

interface Row {
  readonly name: string;
  readonly id?: ObjectId;
  readonly objects: readonly FluxObject[];
  readonly expected: string;
}

const release = (labels: Record<string, string> = {}): FluxObject => fluxObject('HelmRelease apps/web', { labels });

const rows: readonly Row[] = [
  {
    name: 'an object of an inventory',
    objects: [listing('Kustomization flux-system/apps')],
    expected: 'files of apps',
  },
  {
    name: 'one that two list, before one takes it over',
    objects: [listing('Kustomization flux-system/apps'), listing('Kustomization flux-system/shop')],
    expected: 'files of apps, shop',
  },
  { name: 'an object of a chart', objects: [listing('HelmRelease apps/shop')], expected: 'HelmRelease apps/shop' },
  {
    name: 'an inventory of another cluster has another object',
    objects: [listing('Kustomization flux-system/apps', { spec: { kubeConfig: {} } })],
    expected: 'nobody',
  },
  { name: 'one that is in no inventory', objects: [fluxObject('Kustomization flux-system/apps')], expected: 'nobody' },
  {
    name: 'a release: the Kustomization of its labels, inventory or not',
    id: idOf(release()),
    objects: [release(appliedBy('Kustomization flux-system/apps')), fluxObject('Kustomization flux-system/apps')],
    expected: 'files of apps',
  },
  {
    name: 'labels of who is not to be seen here',
    id: idOf(release()),
    objects: [release(appliedBy('Kustomization flux-system/hub'))],
    expected: 'unseen Kustomization flux-system/hub',
  },
  {
    name: 'a root that applies itself',
    id: idOf(fluxObject('Kustomization flux-system/flux-system')),
    objects: [
      fluxObject('Kustomization flux-system/flux-system', {
        labels: appliedBy('Kustomization flux-system/flux-system'),
      }),
    ],
    expected: 'files of flux-system',
  },
  {
    name: 'what a ResourceSet makes',
    id: idOf(release()),
    objects: [release(appliedBy('ResourceSet apps/tenants'))],
    expected: 'ResourceSet apps/tenants',
  },
  {
    name: 'a chart that a release makes',
    id: idOf(fluxObject('HelmChart flux-system/apps-web')),
    objects: [fluxObject('HelmChart flux-system/apps-web', { labels: appliedBy('HelmRelease apps/web') })],
    expected: 'HelmRelease apps/web',
  },
  { name: 'what somebody has put there by hand', id: idOf(release()), objects: [release()], expected: 'nobody' },
];

describe('who makes an object', () => {
  for (const { name, id = web, objects, expected } of rows) {
    test(name, () => {
      const byKey = new Map(objects.map((object) => [objectKey('', idOf(object)), object]));
      const found = objectMakers(id, objects, (one) => byKey.get(objectKey('', one)));
      const words = {
        files: () =>
          `files of ${found.by === 'files' ? found.appliers.map((one) => one.metadata.name).join(', ') : ''}`,
        object: () => titleOf(found.by === 'object' ? found.maker : undefined),
        unseen: () => `unseen ${titleOf(found.by === 'unseen' ? found.owner : undefined)}`,
        nobody: () => 'nobody',
      };
      assert.equal(words[found.by](), expected);
    });
  }
});
