/**
 * The product's renderer over one repository and a real cluster, put together as the extension does it: real engine, real
 * access with a user's kubeconfig. It ends with the test file.
 */
import { after } from 'node:test';
import { engineObstacle } from '../../scripts/buildEngine.ts';
import { systemClock } from '../../src/base/clock.ts';
import { noLog } from '../../src/base/log.ts';
import type { ClusterApi } from '../../src/cluster/clusterApi.ts';
import { LiveClusterInputs } from '../../src/cluster/clusterInputs.ts';
import { HttpClusterApi } from '../../src/cluster/httpClusterApi.ts';
import { createTransport, loadKubeconfigs } from '../../src/cluster/kubernetes.ts';
import type { ClusterInputs, RepositoryState } from '../../src/render/desired.ts';
import type { Renderer } from '../../src/render/renderer.ts';
import { RepositoryRenderer } from '../../src/render/repositoryRenderer.ts';
import { memoryFiles } from '../support/memoryFiles.ts';
import { openRealEngine } from '../support/realEngine.ts';
import type { TestCluster } from './clusterHandle.ts';

export interface RenderBed {
  readonly renderer: Renderer;
  readonly inputs: ClusterInputs;
  /** As administrator. */
  readonly api: ClusterApi;
  readonly state: RepositoryState;
  /** The files of `state`, to be changed as a person changes a working tree. */
  readonly files: Map<string, string | Uint8Array>;
}

/** `remotes`: the URLs under which the cluster's sources know the repository. */
export async function openRenderBed(
  cluster: TestCluster,
  repository: { readonly files: Readonly<Record<string, string | Uint8Array>>; readonly remotes: readonly string[] },
): Promise<RenderBed> {
  const obstacle = engineObstacle();
  if (obstacle !== undefined) {
    throw new Error(obstacle);
  }
  const engine = await openRealEngine();
  const { inputs, api, dispose } = openClusterInputs(cluster);
  after(() => {
    engine.dispose();
    dispose();
  });
  const files = memoryFiles(repository.files);
  return {
    renderer: new RepositoryRenderer({ engine, log: noLog() }),
    inputs,
    api,
    state: { label: 'working tree', key: 'bed', files, remotes: repository.remotes },
    files: files.files,
  };
}

/** What rendering asks of the cluster, by its administrator's kubeconfig. The caller disposes it. */
export function openClusterInputs(cluster: TestCluster): {
  readonly inputs: ClusterInputs;
  readonly api: ClusterApi;
  readonly dispose: () => void;
} {
  const [clock, log] = [systemClock(), noLog()];
  const network = { proxy: undefined, strictSSL: true, extraCAs: [] };
  const transport = createTransport(loadKubeconfigs([cluster.kubeconfig]), cluster.context, { ...network, log });
  const api = new HttpClusterApi({ transport, log, clock });
  return { inputs: new LiveClusterInputs({ api, clock, log }), api, dispose: () => api.dispose() };
}
