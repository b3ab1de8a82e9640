/** Which folder of a repository for several clusters is that of the cluster that is asked. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldersOfCluster } from '../../../src/drift/foldersOfCluster.ts';
import type { FluxObject } from '../../../src/flux/objects.ts';

function applied(path: string | undefined, kind = 'Kustomization'): FluxObject {
  const spec = path === undefined ? {} : { path };
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind,
    metadata: { namespace: 'flux-system', name: 'a' },
    spec,
  };
}

const clusters = ['clusters/cabin', 'clusters/homelab'];

const rows: readonly [title: string, live: readonly FluxObject[], folders: readonly string[]][] = [
  ['the one that it applies', [applied('./clusters/homelab'), applied('./workloads')], ['clusters/homelab']],
  ['also where it applies folders below it', [applied('clusters/homelab/apps')], ['clusters/homelab']],
  ['an absolute path is of the repository', [applied('/clusters/cabin')], ['clusters/cabin']],
  ['a beginning of a name is none', [applied('./clusters/home')], []],
  ['shared folders tell none', [applied('./workloads')], []],
  ['the top of the repository tells none', [applied('./'), applied(undefined)], []],
  ['a folder above tells no one of them', [applied('./clusters')], clusters],
  ['a path out of the repository tells none', [applied('../clusters/homelab')], []],
  ['releases tell none', [applied('./clusters/homelab', 'HelmRelease')], []],
  ['a cluster without Flux tells none', [], []],
];
for (const [title, live, folders] of rows) {
  test(title, () => assert.deepEqual(foldersOfCluster(clusters, live), folders));
}
