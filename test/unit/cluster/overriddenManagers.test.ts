/** Whom kustomize-controller takes fields back from beside kubectl, read out of its Deployments. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overriddenManagersOf } from '../../../src/cluster/overriddenManagers.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';

function controller(args: readonly unknown[], name = 'kustomize-controller'): KubernetesObject {
  const sidecar = { name: 'proxy', args: ['--override-manager=sidecar'] };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'flux-system' },
    spec: { template: { spec: { containers: [sidecar, { name: 'manager', args }] } } },
  };
}

const tuned = ['--override-manager=tuner'];
const rows: readonly (readonly [string, readonly KubernetesObject[], readonly string[] | undefined])[] = [
  ['no flag', [controller(['--log-level=info'])], []],
  ['one', [controller(tuned)], ['tuner']],
  ['the value as the next word', [controller(['--override-manager', 'tuner'])], ['tuner']],
  ['several, each once', [controller([...tuned, '--override-manager=a', ...tuned])], ['a', 'tuner']],
  // A list of one flag is one name (pflag's StringArray).
  ['a comma is a part of the name', [controller(['--override-manager=a,b'])], ['a,b']],
  ['an equals sign too', [controller(['--override-manager=a=b'])], ['a=b']],
  ['another flag that begins alike', [controller(['--override-managers=a'])], []],
  ['no text', [controller([1, null])], []],
  ['another controller', [controller(tuned, 'helm-controller')], undefined],
  ['shards that agree', [controller(tuned), controller(tuned, 'kustomize-controller-shard1')], ['tuner']],
  ['shards that differ', [controller(tuned), controller([], 'kustomize-controller-shard1')], undefined],
  ['no Deployment', [], undefined],
];

for (const [title, deployments, expected] of rows) {
  test(`managers that are overridden: ${title}`, () => assert.deepEqual(overriddenManagersOf(deployments), expected));
}
