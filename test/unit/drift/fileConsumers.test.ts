/** Whom the change of a file concerns. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileConsumers } from '../../../src/drift/fileConsumers.ts';
import { readBuildGraph } from '../../../src/drift/touchedKustomizations.ts';
import type { StatedFluxObject } from '../../../src/render/desired.ts';
import { memoryFiles } from '../../support/memoryFiles.ts';

function stated(name: string, path: string, more: Readonly<Record<string, unknown>> = {}): StatedFluxObject {
  return {
    name: { kind: 'Kustomization', namespace: 'flux-system', name },
    path: `clusters/${name}.yaml`,
    line: 1,
    object: { spec: { path, ...more } },
  };
}

const files = memoryFiles({
  'base/kustomization.yaml': 'resources: [shop.yaml]\n',
  'base/shop.yaml': '',
  'clusters/a.yaml': '',
  'a/kustomization.yaml': 'resources: [../base]\npatches: [{path: patch.yaml}]\n',
  'a/patch.yaml': '',
  'b/kustomization.yaml': 'resources: [../base]\n',
  'extra/kustomization.yaml': 'kind: Component\nresources: [one.yaml]\n',
  'extra/one.yaml': '',
});

const objects = [
  stated('a', './a'),
  stated('b', 'b', { components: ['../extra'] }),
  stated('c', './clusters'),
  { ...stated('a', './a'), path: 'clusters/again.yaml' },
  { ...stated('release', './a'), name: { kind: 'HelmRelease', namespace: 'flux-system', name: 'r' } as const },
];

const rows: readonly (readonly [file: string, consumers: readonly string[]])[] = [
  ['base/shop.yaml', ['a', 'b']],
  ['a/patch.yaml', ['a']],
  ['extra/one.yaml', ['b']],
  ['clusters/a.yaml', ['c']],
  ['nowhere.yaml', []],
];

for (const [file, consumers] of rows) {
  void test(`${file} is built by ${consumers.length === 0 ? 'nobody' : consumers.join(' and ')}`, async () => {
    const names = fileConsumers(file, objects, await readBuildGraph(files)).map(({ name }) => name);
    assert.deepEqual(names, consumers);
  });
}
