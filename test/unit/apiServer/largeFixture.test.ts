/** The large fixture has the numbers it claims, is one tree, and the server serves it whole. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ownerOf } from '../../../src/flux/references.ts';
import { idOf, objectKey } from '../../../src/flux/objectKey.ts';
import { fluxState } from '../../../src/flux/fluxState.ts';
import { plainRequest } from '../../contract/plainRequest.ts';
import { valueAt } from '../../support/apiServer/apiObject.ts';
import { startApiServer } from '../../support/apiServer/apiServer.ts';
import { fiveThousandEach, largeFixture, largeHomelab, times } from '../../support/largeFixture.ts';

function countByKind(objects: readonly { kind: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of objects) {
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

describe('the large fixture', () => {
  it('has as many of each kind as it says', () => {
    assert.deepEqual(countByKind(largeFixture()), {
      GitRepository: 2,
      OCIRepository: 6,
      HelmRepository: 26,
      Kustomization: 84,
      HelmRelease: 81,
      HelmChart: 75,
    });
    assert.equal(countByKind(largeFixture(times(largeHomelab, 10)))['HelmRelease'], 810);
  });

  it('names no object twice, and every owner is in it', () => {
    const objects = largeFixture();
    const keys = new Set(objects.map((object) => objectKey('', idOf(object))));
    assert.equal(keys.size, objects.length);
    for (const object of objects) {
      const owner = ownerOf(object);
      assert.ok(!owner || keys.has(objectKey('', owner.id)), `${object.metadata.name} has an owner that is there`);
    }
  });

  it('can have one failure with many that wait', () => {
    const states = largeFixture(largeHomelab, { waiting: 60 })
      .filter(({ kind }) => kind === 'HelmRelease')
      .map((object) => fluxState(object).name);
    assert.equal(states.filter((name) => name === 'failed').length, 1);
    assert.equal(states.filter((name) => name === 'waiting').length, 60);
    assert.equal(states.filter((name) => name === 'ready').length, 20);
  });

  it('is served in pages, ten thousand objects and more', async () => {
    const server = await startApiServer({ objects: largeFixture(fiveThousandEach) });
    try {
      let seen = 0;
      let next = '';
      do {
        const path = `/apis/helm.toolkit.fluxcd.io/v2/helmreleases?limit=500&continue=${encodeURIComponent(next)}`;
        const page = (await plainRequest(server, path, { token: server.token() })).json();
        seen += (valueAt(page, 'items') as unknown[]).length;
        next = String(valueAt(page, 'metadata', 'continue'));
      } while (next !== '');
      assert.equal(seen, 5000);
      assert.equal(server.requests.length, 10);
    } finally {
      await server.close();
    }
  });
});
