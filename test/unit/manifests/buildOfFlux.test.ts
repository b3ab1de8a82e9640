/** What a Flux Kustomization builds, whatever its spec leaves out or has in a wrong form. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FluxSpec } from '../../../src/flux/objects.ts';
import { buildOfFlux } from '../../../src/manifests/buildOfFlux.ts';
import { kustomization } from '../../support/builders.ts';

const plain = { namespace: undefined, prefix: '', suffix: '' };
const rows: readonly [name: string, spec: FluxSpec, expected: ReturnType<typeof buildOfFlux>][] = [
  ['only a path', { path: './apps' }, { path: './apps', components: [], naming: plain }],
  [
    'all of it',
    { path: 'apps', components: ['../cache'], targetNamespace: 'tenant', namePrefix: 'a-', nameSuffix: '-b' },
    { path: 'apps', components: ['../cache'], naming: { namespace: 'tenant', prefix: 'a-', suffix: '-b' } },
  ],
  [
    'wrong forms count as nothing',
    { path: '', components: 'cache', targetNamespace: '', namePrefix: 7 },
    { path: '', components: [], naming: plain },
  ],
];

for (const [name, spec, expected] of rows) {
  test(name, () => assert.deepEqual(buildOfFlux(kustomization('apps', { spec })), expected));
}
