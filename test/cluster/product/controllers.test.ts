/** A Flux controller that does not run makes every state old news, and the head of the tree says so while that is so. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterForTests, homelabForTests } from '../support.ts';
import { type Drawn, openProduct } from './openProduct.ts';

const cluster = await clusterForTests();
await homelabForTests(cluster);
const product = openProduct(cluster);
const deployment = '/apis/apps/v1/namespaces/flux-system/deployments/kustomize-controller';

function warnings({ cluster: tree }: Drawn): readonly string[] {
  return tree.roots
    .map((id) => tree.rows.get(id)!)
    .filter(({ key, icon }) => key === undefined && icon.id === 'warning')
    .map(({ label }) => label);
}

test('kustomize-controller at no replica is said first, and no longer when it is back', async () => {
  const before = await product.complete();
  assert.deepEqual(warnings(before), []);
  try {
    await cluster.exec(
      'kubectl',
      'scale',
      '--namespace=flux-system',
      'deployment/kustomize-controller',
      '--replicas=0',
    );
    const scaled = await product.until('the warning', (drawn) => warnings(drawn).length > 0 && drawn);
    assert.deepEqual(warnings(scaled), ['kustomize-controller is not running: states may be old']);
    const first = scaled.cluster.rows.get(scaled.cluster.roots[0]!)!;
    assert.equal(first.icon.id, 'warning', 'before every object');
    assert.match(first.tooltip(), /flux\\-system\\\/kustomize\\-controller: not running, 0 of 0 ready/);
    assert.equal(scaled.survey.appliers.total, before.survey.appliers.total, 'and nothing is hidden');
  } finally {
    await cluster.exec(
      'kubectl',
      'scale',
      '--namespace=flux-system',
      'deployment/kustomize-controller',
      '--replicas=1',
    );
  }
  await product.until('no warning', (drawn) => warnings(drawn).length === 0);
  await cluster.api.waitFor(deployment, (object) => object?.status?.['readyReplicas' as never] === 1);
});
