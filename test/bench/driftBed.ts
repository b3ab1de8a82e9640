/**
 * Puts a Kustomization of a hundred objects into a test cluster and its repository on disk, for comparisons of the two. Measures
 * nothing.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestCluster } from '../cluster/clusterHandle.ts';
import { fluxPath, isReady } from '../cluster/fluxObjects.ts';
import { hundredFolder, hundredObjects } from './hundredObjects.ts';

export const hundredNamespace = 'hundred';

export interface HundredBed {
  /** The repository on disk. */
  readonly folder: string;
  /** Under which the cluster's source knows it. */
  readonly url: string;
}

/** Resolves when all of it is applied. */
export async function installHundred(cluster: TestCluster): Promise<HundredBed> {
  const url = `${cluster.gitUrl}/${hundredNamespace}.git`;
  const folder = join(cluster.folder, 'home', hundredNamespace);
  const [source, kustomization] = fluxObjects(url);
  const files = {
    ...hundredObjects(hundredNamespace),
    'cluster/hundred.yaml': `${JSON.stringify(source)}\n---\n${JSON.stringify(kustomization)}\n`,
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await cluster.push(hundredNamespace, folder);
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: hundredNamespace } };
  await cluster.api.apply(`/api/v1/namespaces/${hundredNamespace}`, namespace);
  await cluster.api.apply(pathOf('GitRepository'), source);
  await cluster.api.apply(pathOf('Kustomization'), kustomization);
  await cluster.api.waitFor(pathOf('Kustomization'), isReady, { seconds: 120, what: 'the hundred objects applied' });
  return { folder, url };
}

function pathOf(kind: string): string {
  return fluxPath(kind, `${hundredNamespace}/${hundredNamespace}`);
}

function fluxObjects(url: string) {
  const metadata = { name: hundredNamespace, namespace: hundredNamespace };
  const interval = '1h'; // nothing is reconciled while it is measured
  const source = {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata,
    spec: { interval, url, ref: { branch: 'main' } },
  };
  const kustomization = {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata,
    spec: {
      interval,
      prune: true,
      path: `./${hundredFolder}`,
      sourceRef: { kind: 'GitRepository', name: hundredNamespace },
    },
  };
  return [source, kustomization] as const;
}
