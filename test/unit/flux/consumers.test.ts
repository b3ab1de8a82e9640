/** Who else is moved when a source is fetched anew. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sharedSources } from '../../../src/flux/consumers.ts';
import { idOf } from '../../../src/flux/objectKey.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { fluxObject, titleOf } from './fluxObject.ts';

const git = fluxObject('GitRepository flux-system/flux-system');
const charts = fluxObject('HelmRepository flux-system/charts');
const kustomization = (name: string): FluxObject =>
  fluxObject(`Kustomization flux-system/${name}`, {
    spec: { sourceRef: { kind: 'GitRepository', name: 'flux-system' } },
  });
const sourceRef = { kind: 'HelmRepository', name: 'charts', namespace: 'flux-system' };
const release = (name: string): FluxObject =>
  fluxObject(`HelmRelease apps/${name}`, { spec: { chart: { spec: { chart: name, sourceRef } } } });
const chart = (name: string): FluxObject => fluxObject(`HelmChart flux-system/apps-${name}`, { spec: { sourceRef } });

function counted(sources: readonly FluxObject[], objects: readonly FluxObject[], but: readonly FluxObject[]): string[] {
  return sharedSources(sources.map(idOf), objects, but.map(idOf)).map(({ id, others }) => `${others} ${titleOf(id)}`);
}

describe('what a source moves', () => {
  it('are the others that take from it, not whom the user means', () => {
    const twenty = Array.from({ length: 20 }, (_, index) => kustomization(`k${index}`));
    const [first] = twenty;
    assert.deepEqual(counted([git], [git, ...twenty], first ? [first] : []), [
      '19 GitRepository flux-system/flux-system',
    ]);
  });

  it('are releases by way of their charts; a chart is no consumer of its own', () => {
    const objects = [charts, release('a'), chart('a'), release('b'), chart('b'), kustomization('k')];
    assert.deepEqual(counted([charts], objects, [release('a')]), ['1 HelmRepository flux-system/charts']);
  });

  it('are not those that are suspended, nor what takes by way of a chart that is', () => {
    const resting = (object: FluxObject): FluxObject => ({ ...object, spec: { ...object.spec, suspend: true } });
    const objects = [git, kustomization('k'), resting(kustomization('resting'))];
    assert.deepEqual(counted([git], objects, []), ['1 GitRepository flux-system/flux-system']);
    const stopped = [charts, release('a'), resting(chart('a')), release('b'), chart('b'), resting(release('c'))];
    assert.deepEqual(counted([charts], stopped, []), ['1 HelmRepository flux-system/charts']);
  });

  it('are nobody: then the source is not named', () => {
    assert.deepEqual(counted([git, charts], [git, kustomization('k')], [kustomization('k')]), []);
    assert.deepEqual(counted([], [kustomization('k')], []), []);
  });

  it('are counted once, though charts name each other in a circle', () => {
    const one = fluxObject('HelmChart flux-system/one', { spec: { sourceRef: { kind: 'HelmChart', name: 'two' } } });
    const two = fluxObject('HelmChart flux-system/two', { spec: { sourceRef: { kind: 'HelmChart', name: 'one' } } });
    const taking = fluxObject('HelmRelease flux-system/r', { spec: { chartRef: { kind: 'HelmChart', name: 'one' } } });
    assert.deepEqual(counted([one, two], [one, two, taking], []), [
      '1 HelmChart flux-system/one',
      '1 HelmChart flux-system/two',
    ]);
  });

  it('are found by namespace: another source of that name is another source', () => {
    const other = fluxObject('GitRepository team/flux-system');
    assert.deepEqual(counted([other], [git, other, kustomization('k')], []), []);
  });
});
