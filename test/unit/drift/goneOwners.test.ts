/** What becomes of what a Flux object has applied when the change takes the Flux object itself away, keeps it, or names it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ChangeEffect, EffectOnObject } from '../../../src/drift/changeEffect.ts';
import type { ChangedTarget } from '../../../src/drift/compareChanges.ts';
import { EffectIndex } from '../../../src/drift/effectIndex.ts';
import { tellAmong, withOwners } from '../../../src/drift/goneOwners.ts';
import type { ObjectId } from '../../../src/flux/objectKey.ts';
import type { DesiredObject, FluxName } from '../../../src/render/desired.ts';
import { desired, renderedKustomization } from '../../support/rendered.ts';

const groups = { Kustomization: 'kustomize.toolkit.fluxcd.io', HelmRelease: 'helm.toolkit.fluxcd.io' } as const;
const apps: FluxName = { kind: 'Kustomization', namespace: 'flux-system', name: 'apps' };
const plex: FluxName = { kind: 'HelmRelease', namespace: 'media', name: 'plex' };
const nameless: FluxName = { ...plex, namespace: '' };

type Stays = Pick<EffectOnObject, 'change' | 'because'>;
const stays: Stays = { change: 'skip', because: 'pruneDisabled' };

function on(id: ObjectId, what: Stays = { change: 'delete' }): EffectOnObject {
  return { id, apiVersion: 'v1', paths: [], ...what };
}

function onFlux({ kind, ...name }: FluxName, what?: Stays): EffectOnObject {
  return on({ group: groups[kind], kind, ...name }, what);
}

function configMap(name: string): ObjectId {
  return { group: '', kind: 'ConfigMap', namespace: 'media', name };
}

function effect(
  name: FluxName,
  objects: readonly EffectOnObject[],
  more: Partial<ChangedTarget> = {},
  inventoried?: ChangeEffect['inventoried'],
): ChangeEffect {
  const place = `${name.name}.yaml`;
  const sides = { before: undefined, after: undefined };
  const target = { name, place, files: [place], cluster: undefined, ...sides, objects, ...more };
  return { target, objects, notes: [], ...(inventoried && { inventoried }) };
}

/** `media/plex: delete a, skip b` */
function said({ target: { name }, objects }: ChangeEffect): string {
  const what = objects.map(({ change, id }) => `${change} ${id.name}`);
  return `${name.namespace}/${name.name}: ${what.join(', ')}`;
}

/** As told at the end, and as told one after another, where each but the first has what it needs. */
function checkTold(effects: readonly ChangeEffect[], expected: readonly string[]): void {
  assert.deepEqual(withOwners(effects).map(said), expected);
  const told = new EffectIndex();
  assert.deepEqual(
    effects.map((one) => said(tellAmong(told, one))),
    expected,
  );
}

describe('what a Flux object has applied', () => {
  const lost = [on(configMap('a'))];
  const unrendered = { failure: { error: new Error('no chart'), side: 'before' } } as const;
  const inventoried = [on({ group: 'example.org', kind: 'Wall', namespace: '', name: 'w' }), on(configMap('b'))];
  const wall = desired('Wall', 'w', { apiVersion: 'example.org/v1' });
  const builds = (...objects: readonly DesiredObject[]): ChangeEffect => {
    const other = { ...apps, name: 'other' };
    return effect(other, [], { after: renderedKustomization({ name: other, objects }) });
  };

  const rows: readonly (readonly [string, readonly ChangeEffect[], readonly string[]])[] = [
    [
      'goes with it',
      [effect(apps, [onFlux(plex)]), effect(plex, lost)],
      ['flux-system/apps: delete plex', 'media/plex: delete a'],
    ],
    [
      'stays with it',
      [effect(apps, [onFlux(plex, stays)]), effect(plex, lost)],
      ['flux-system/apps: skip plex', 'media/plex: skip a'],
    ],
    [
      'goes, where what stays is one of that name in another namespace',
      [effect(apps, [onFlux({ ...plex, namespace: 'web' }, stays)]), effect(plex, lost)],
      ['flux-system/apps: skip plex', 'media/plex: delete a'],
    ],
    [
      'goes, where what stays is one of that name in another cluster',
      [effect(apps, [onFlux(plex, stays)], { cluster: 'clusters/staging' }), effect(plex, lost)],
      ['flux-system/apps: skip plex', 'media/plex: delete a'],
    ],
    [
      'is of the namespace that the build gives to its document',
      [effect(apps, [onFlux(plex, { change: 'change' })]), effect(nameless, lost)],
      ['flux-system/apps: change plex', 'media/plex: delete a'],
    ],
    [
      'is what its inventory has, but for what another one builds, whatever namespace that gives to it',
      [effect(apps, [onFlux(plex)]), builds(wall), effect(plex, [], unrendered, inventoried)],
      ['flux-system/apps: delete plex', 'flux-system/other: ', 'media/plex: delete b'],
    ],
    [
      'goes, where it alone built it',
      [
        effect(apps, [onFlux(plex)]),
        effect(plex, [], { ...unrendered, after: renderedKustomization({ objects: [wall] }) }, inventoried),
      ],
      ['flux-system/apps: delete plex', 'media/plex: delete w, delete b'],
    ],
  ];
  for (const [title, effects, expected] of rows) {
    test(title, () => {
      checkTold(effects, expected);
    });
  }
});

describe('told one after another', () => {
  test('what the cluster has said of the owner counts, not what the files said before', () => {
    const told = new EffectIndex();
    const parent = effect(apps, [onFlux(plex)]);
    const child = effect(plex, [on(configMap('a'))]);
    assert.equal(said(tellAmong(told, parent)), 'flux-system/apps: delete plex');
    assert.equal(said(tellAmong(told, child)), 'media/plex: delete a');
    tellAmong(told, { ...parent, objects: [onFlux(plex, stays)] });
    assert.equal(said(tellAmong(told, child)), 'media/plex: skip a');
    tellAmong(told, { ...parent, objects: [] });
    assert.equal(said(tellAmong(told, child)), 'media/plex: delete a');
  });

  test('each is looked at a few times, however many there are', () => {
    const looks = (count: number, tell: (effects: readonly ChangeEffect[]) => unknown): number => {
      let seen = 0;
      const effects = Array.from({ length: count }, (_, at): ChangeEffect => {
        const one = effect({ ...plex, name: `release-${at}` }, [on(configMap(`of-${at}`))]);
        const objects = one.objects;
        return Object.defineProperty({ ...one }, 'objects', { get: () => ((seen += 1), objects), enumerable: true });
      });
      tell(effects);
      return seen / count;
    };
    const oneByOne = (effects: readonly ChangeEffect[]): void => {
      const told = new EffectIndex();
      [...effects, ...effects].forEach((one) => tellAmong(told, one));
    };
    for (const tell of [withOwners, oneByOne]) {
      assert.equal(looks(100, tell), looks(10, tell));
    }
  });
});
