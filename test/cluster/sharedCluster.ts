/**
 * One cluster for a whole test run: whoever starts the run starts it and passes its state file on in the environment, and
 * each test file takes a handle. A test file that runs by itself gets a cluster of its own.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterObstacle } from './build.ts';
import { startCluster } from './cluster.ts';
import { type TestCluster, connectCluster } from './clusterHandle.ts';
import { homelabOptions } from './homelab.ts';
import { readState, stateVariable, writeState } from './stateFile.ts';

export interface SharedCluster {
  readonly cluster: TestCluster;
  /** To be added to the environment of the processes that run the tests. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** For the runner of the tests. Check `clusterObstacle()` first: this throws when there is one. */
export async function startSharedCluster(
  options: { readonly log?: (line: string) => void; readonly signal?: AbortSignal } = {},
): Promise<SharedCluster> {
  const obstacle = clusterObstacle();
  if (obstacle !== undefined) {
    throw new Error(obstacle);
  }
  const cluster = await startCluster({ ...homelabOptions, ...options });
  const folder = mkdtempSync(join(tmpdir(), 'driftline-shared-'));
  const file = join(folder, 'cluster.json');
  writeState(file, cluster);
  return {
    cluster,
    environment: { [stateVariable]: file },
    async stop() {
      await cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** For a test file. `release` lets go of the shared cluster, or ends the one that was started for this file. */
export async function takeCluster(): Promise<{ readonly cluster: TestCluster; readonly release: () => Promise<void> }> {
  const file = process.env[stateVariable];
  if (file === undefined) {
    const shared = await startSharedCluster();
    return { cluster: shared.cluster, release: () => shared.stop() };
  }
  const info = readState(file);
  if (info === undefined) {
    throw new Error(`${stateVariable} names ${file}, but no cluster is up there`);
  }
  const cluster = connectCluster(info);
  return { cluster, release: () => Promise.resolve(cluster.close()) };
}
