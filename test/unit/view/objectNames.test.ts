/** Several objects in one sentence. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idOf } from '../../../src/flux/objectKey.ts';
import { objectNames } from '../../../src/view/objectNames.ts';
import { kustomization } from '../../support/builders.ts';

test('ten objects are named in their order, the rest is counted', () => {
  const ids = Array.from({ length: 12 }, (_, at) => idOf(kustomization(`k${at}`)));
  const names = ids.slice(0, 10).map(({ name }) => `Kustomization flux-system/${name}`);
  assert.equal(objectNames(ids.slice(0, 10)), names.join(', '));
  assert.equal(objectNames(ids), `${names.join(', ')}, 2 more`);
  assert.equal(objectNames([]), '');
});
