/**
 * What cluster tests have in common: the shared cluster, a namespace of their own in it, manifests and repositories from
 * text, and the sample repository, installed once however many files ask for it.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { isMap, parseAllDocuments } from 'yaml';
import { ApiError, type ApiObject } from './apiClient.ts';
import { type TestCluster } from './clusterHandle.ts';
import { installHomelab } from './homelab.ts';
import { takeCluster } from './sharedCluster.ts';

type Cleanup = () => Promise<void>;

/** What is to be done for each cluster after a file's last test. */
const cleanups = new WeakMap<TestCluster, Cleanup[]>();

/** The cluster of this test run; it is let go of after the file's last test. Call it once, at the top of a file. */
export async function clusterForTests(): Promise<TestCluster> {
  const { cluster, release } = await takeCluster();
  const list: Cleanup[] = [];
  cleanups.set(cluster, list);
  // One hook, because hooks run in the order of their making and the cluster has to go last.
  after(async () => {
    await Promise.all(list.map((cleanup) => cleanup()));
    await release();
  });
  return cluster;
}

/** To be done after the last test of the file, while the cluster is still there: a hook of the file itself would come after it has gone. */
export function beforeClusterGoes(cluster: TestCluster, cleanup: Cleanup): void {
  cleanups.get(cluster)?.push(cleanup);
}

/**
 * A namespace that no other test has. It is deleted after the last test of the file, without waiting for what Flux still
 * removes in it.
 */
export async function newNamespace(cluster: TestCluster, prefix = 'test'): Promise<string> {
  const name = `${prefix}-${randomBytes(4).toString('hex')}`;
  await cluster.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  cleanups.get(cluster)?.push(() => cluster.api.remove(`/api/v1/namespaces/${name}`));
  return name;
}

/** Applies each document of a YAML text and resolves to the objects as the server has them, with their API paths. */
export async function applyManifest(
  cluster: TestCluster,
  yaml: string,
): Promise<readonly { readonly path: string; readonly object: ApiObject }[]> {
  const applied = [];
  for (const document of parseAllDocuments(yaml)) {
    assert.deepEqual(document.errors, [], 'the manifest of the test is valid YAML');
    if (isMap(document.contents)) {
      const wanted = document.toJS() as ApiObject;
      const path = await apiPath(cluster, wanted);
      applied.push({ path, object: await cluster.api.apply(path, wanted) });
    }
  }
  return applied;
}

/** The API path of an object, by the cluster's discovery. */
export async function apiPath(cluster: TestCluster, object: ApiObject): Promise<string> {
  const { apiVersion, kind, metadata } = object;
  const base = `${apiVersion.includes('/') ? '/apis' : '/api'}/${apiVersion}`;
  const list = await cluster.api.get(base);
  const resources = list['resources'] as readonly { name: string; kind: string; namespaced: boolean }[];
  const resource = resources.find((one) => one.kind === kind && !one.name.includes('/'));
  assert(resource !== undefined, `${apiVersion} ${kind} is served`);
  const place = resource.namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : '';
  return `${base}${place}/${resource.name}/${metadata.name}`;
}

/** Commits files, given by path, to a repository (see `TestCluster.push`) and resolves to the commit's hash. */
export async function pushFiles(
  cluster: TestCluster,
  repository: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  const folder = await mkdtemp(join(cluster.folder, 'home', 'files-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    return await cluster.push(repository, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const homelabMark = '/api/v1/namespaces/default/configmaps/homelab-sample';

/**
 * The sample repository in the cluster, in the state that `demo/homelab/README.md` describes (Alloy is up to date: a paused
 * controller would be no use to other tests). The first caller of a test run installs it, the others wait.
 */
export async function homelabForTests(cluster: TestCluster): Promise<void> {
  const collection = homelabMark.slice(0, homelabMark.lastIndexOf('/'));
  const mark = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'homelab-sample' },
    data: { state: 'installing' },
  };
  try {
    await cluster.api.create(collection, mark);
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 409)) {
      throw error;
    }
    const decided = await cluster.api.waitFor(homelabMark, (object) => object?.data?.['state'] !== 'installing', {
      seconds: 180,
    });
    assert.equal(decided?.data?.['state'], 'installed', 'another test file has installed the sample');
    return;
  }
  let state = 'failed';
  try {
    await installHomelab(cluster);
    state = 'installed';
  } finally {
    await cluster.api.patch(homelabMark, { data: { state } });
  }
}
