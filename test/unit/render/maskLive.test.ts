/** Live objects beside rendered ones: what may be read of a cluster when a difference is shown. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sealed } from '../../../src/base/sealed.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import type { DesiredObject } from '../../../src/render/desired.ts';
import { maskLive } from '../../../src/render/maskLive.ts';
import { maskByOrigin } from '../../../src/render/originMask.ts';

const dots = '•••';

function configMap(data: unknown): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'a' }, data } as KubernetesObject;
}

function desired(real: KubernetesObject, scrambled: KubernetesObject): DesiredObject {
  const [shown] = maskByOrigin([real], [scrambled]).objects;
  assert.ok(shown);
  return { ...shown, real: new Sealed(real), unstable: [] };
}

test('a path that is masked in the desired object is masked in the live one', () => {
  const { before, after, differs } = maskLive({
    desired: desired(configMap({ url: 'canary-new', log: 'info' }), configMap({ url: 'dbobsz-ofx', log: 'info' })),
    live: configMap({ url: 'canary-old', log: 'debug', more: 'canary-new' }),
  });
  assert.deepEqual(before, configMap({ url: dots, log: 'debug', more: dots }));
  assert.deepEqual(after, configMap({ url: `${dots} (changed)`, log: 'info' }));
  assert.equal(differs, true);
});
