/** The cluster part of `npm test`: starts one real cluster and runs all its tests against it. */
import type { Counts } from '../counts.ts';
import { runNodeTests } from '../nodeTests.ts';
import { testFiles } from '../testFiles.ts';
import { startSharedCluster } from './sharedCluster.ts';

export interface ClusterRunOptions {
  readonly grep?: string;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

export async function runClusterTests(options: ClusterRunOptions): Promise<Counts> {
  const { grep, print, signal } = options;
  const shared = await startSharedCluster({ log: print, signal });
  try {
    return await runNodeTests({
      files: testFiles('test/cluster'),
      // They share one cluster, and some stop a controller of it.
      concurrency: 1,
      timeoutMs: 600_000,
      progress: true,
      env: shared.environment,
      print,
      signal,
      ...(grep === undefined ? {} : { grep }),
    });
  } finally {
    await shared.stop();
  }
}
