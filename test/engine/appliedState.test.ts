/** A Kustomization of a cluster, rendered by the real engine from what it was applied from, without any repository. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packFiles } from '../../src/drift/packFiles.ts';
import { renderApplied } from '../../src/drift/renderApplied.ts';
import type { FluxObject } from '../../src/flux/objects.ts';
import type { ClusterInputs } from '../../src/render/desired.ts';
import { memoryFiles } from '../support/memoryFiles.ts';
import { cluster, configMap, kustomizationBed } from './kustomizationSetup.ts';

const bed = kustomizationBed();
const commit = '5f2c1a9d0e4b3c2a1f0e9d8c7b6a594837261504';
const revision = `main@sha1:${commit}`;

const files = {
  'apps/a.yaml': configMap('a', 'zone: ${ZONE}\nhost: ${HOST}\n'),
  'live/object.yaml': configMap('same-path', 'a: b\n'),
};

function live(path: string | undefined): FluxObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { namespace: 'flux-system', name: 'apps', resourceVersion: path ?? '', uid: 'u' },
    spec: {
      ...(path !== undefined && { path }),
      interval: '1h',
      prune: true,
      sourceRef: { kind: 'GitRepository', name: 'fleet' },
      postBuild: {
        substituteFrom: [
          { kind: 'ConfigMap', name: 'settings' },
          { kind: 'Secret', name: 'secrets' },
        ],
      },
    },
    status: { lastAppliedRevision: revision },
  };
}

async function inputs(artifactRevision: string): Promise<ClusterInputs> {
  const archive = await packFiles(memoryFiles(files), { revision: artifactRevision });
  return cluster({
    configMaps: { 'flux-system/settings': { ZONE: 'north' } },
    secrets: { 'flux-system/secrets': { HOST: 'canary7d1f' } },
    fluxObject: (kind) =>
      Promise.resolve(
        kind === 'GitRepository'
          ? {
              apiVersion: 'source.toolkit.fluxcd.io/v1',
              kind,
              metadata: { namespace: 'flux-system', name: 'fleet' },
              spec: { url: 'https://git.example/fleet' },
              status: { artifact: { revision: artifactRevision, digest: archive.digest } },
            }
          : undefined,
      ),
    artifact: () => Promise.resolve(archive),
  });
}

// The top of the artifact is everybody's path: it must not be taken for the state that holds the object alone.
for (const [path, names] of [
  ['./apps', ['a']],
  ['./', ['a', 'same-path']],
  ['', ['a', 'same-path']],
  [undefined, ['a', 'same-path']],
] as const) {
  test(`path ${JSON.stringify(path)} is one of the artifact`, async () => {
    const { rendered, from } = await renderApplied({
      live: live(path),
      cluster: await inputs(revision),
      renderer: bed.renderer,
      signal: new AbortController().signal,
    });
    assert.equal(from, 'artifact main@5f2c1a9');
    assert.deepEqual(
      rendered.objects.map(({ object }) => object.metadata.name),
      names,
    );
    const [first] = rendered.objects;
    assert.deepEqual((first?.object as { data?: unknown }).data, { zone: 'north', host: '•••' });
    assert.equal((first?.real.reveal() as { data?: { host?: string } }).data?.host, 'canary7d1f');
    assert.equal(first?.object.metadata.labels?.['kustomize.toolkit.fluxcd.io/name'], 'apps');
    assert.deepEqual(rendered.notes, []);
  });
}

test('the files of the commit, when the source has gone on', async () => {
  const clone = {
    commit: (id: string) =>
      Promise.resolve({ label: `commit ${id.slice(0, 7)}`, key: id, files: memoryFiles(files), remotes: [] }),
  };
  const { rendered, from } = await renderApplied({
    live: live('./apps'),
    cluster: await inputs(`main@sha1:${'0'.repeat(40)}`),
    clone,
    renderer: bed.renderer,
    signal: new AbortController().signal,
  });
  assert.equal(from, 'commit 5f2c1a9');
  assert.deepEqual(
    rendered.objects.map(({ object }) => object.metadata.name),
    ['a'],
  );
});
