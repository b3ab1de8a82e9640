/** Whether the chart that a cluster holds is the one that is asked for: by the address of its source. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FluxObject } from '../../../src/flux/objects.ts';
import { matchOciRepository } from '../../../src/render/chartArtifact.ts';

const source = (url: string): FluxObject => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'OCIRepository',
  metadata: { name: 'charts', namespace: 'flux-system' },
  spec: { url },
  status: { artifact: { revision: 'latest@sha256:1', digest: 'sha256:1', url: 'http://source/charts.tgz' } },
});

const rows: readonly [title: string, stated: string, expected: boolean][] = [
  ['the same', 'oci://charts.example.com/shop', true],
  ['another one', 'oci://charts.example.org/shop', false],
  ['none, as a source stands for that of the cluster', '', true],
];

for (const [title, stated, expected] of rows) {
  test(`address: ${title}`, () => {
    const match = matchOciRepository(source(stated), source('oci://charts.example.com/shop'));
    assert.equal(match.matches, expected);
  });
}
