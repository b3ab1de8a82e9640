/**
 * `npm run record`: brings the sample repository into the state that its README describes on a real cluster, and writes what
 * is there to `test/fixtures/recorded/`, for the embedded API server to replay. Takes about a minute.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { type Recording } from '../support/apiServer/recording.ts';
import { clusterObstacle } from './build.ts';
import { cleanRecording, recordingText } from './cleanRecording.ts';
import { startCluster } from './cluster.ts';
import { collectRecording } from './collectRecording.ts';
import { conditionOf, fluxPath } from './fluxObjects.ts';
import { homelabOptions, installHomelab } from './homelab.ts';

const target = join(projectRoot, 'test', 'fixtures', 'recorded', 'homelab-flux-2.9.json');
const limit = 1_000_000;

async function recordOnce(signal: AbortSignal): Promise<Recording | undefined> {
  const cluster = await startCluster({ ...homelabOptions, log: console.log, signal });
  try {
    await installHomelab(cluster, { log: console.log, behindSource: true });
    const loki = await cluster.api.get(fluxPath('HelmRelease', 'logging/loki'));
    if (!/timeout waiting for/.test(conditionOf(loki, 'Ready')?.message ?? '')) {
      // The last poll before the deadline sometimes meets the client's rate limit, and that is told instead.
      console.log('Loki failed with a message about the client, not about Loki; once more');
      return undefined;
    }
    return cleanRecording(await collectRecording(cluster));
  } finally {
    await cluster.stop();
  }
}

async function main(): Promise<void> {
  const obstacle = clusterObstacle();
  if (obstacle !== undefined) {
    throw new Error(obstacle);
  }
  const end = new AbortController();
  process.once('SIGINT', () => end.abort(new Error('interrupted')));
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    const recording = await recordOnce(end.signal);
    if (recording === undefined) {
      continue;
    }
    const text = recordingText(recording);
    if (text.length > limit) {
      throw new Error(`the recording has ${text.length} bytes; ${limit} is the limit of what is committed`);
    }
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
    const { objects, dryRuns } = recording;
    console.log(
      `${relative(projectRoot, target)}: ${objects.length} objects, ${dryRuns.length} dry runs, ${text.length} bytes`,
    );
    return;
  }
  throw new Error('Loki did not fail as it should in four attempts');
}

try {
  await main();
} catch (error) {
  console.error(`record: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
