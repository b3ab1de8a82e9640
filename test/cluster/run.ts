/** The cluster part of `npm test`: starts one real cluster and runs all its tests against it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Counts } from '../counts.ts';
import { runNodeTests } from '../nodeTests.ts';
import { testFiles } from '../testFiles.ts';
import { startCluster } from './cluster.ts';
import { stateVariable, writeState } from './stateFile.ts';

export interface ClusterRunOptions {
  readonly grep?: string;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

export async function runClusterTests(options: ClusterRunOptions): Promise<Counts> {
  const { grep, print, signal } = options;
  const folder = await mkdtemp(join(tmpdir(), 'driftline-cluster-tests-'));
  try {
    const cluster = await startCluster({ log: print, signal });
    try {
      const state = join(folder, 'state.json');
      writeState(state, cluster);
      return await runNodeTests({
        files: testFiles('test/cluster'),
        // They share one cluster, and some stop a controller of it.
        concurrency: 1,
        timeoutMs: 600_000,
        progress: true,
        env: { [stateVariable]: state },
        print,
        signal,
        ...(grep === undefined ? {} : { grep }),
      });
    } finally {
      await cluster.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
