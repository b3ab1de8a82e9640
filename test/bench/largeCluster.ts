/**
 * A large cluster: how soon its tree is complete, how soon a change is in it, and what ten times and fifty times as many
 * objects cost. Each size is measured in a fresh process, the server in another one.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type BenchResult, type BenchRow, median, quantile } from './benchRow.ts';
import type { FixtureSize } from './startFixtureServer.ts';

/** Milliseconds unless they say otherwise; one value for each run. */
export interface LargeClusterFigures {
  readonly objects: number;
  readonly completes: readonly number[];
  /** Most list sequences of one kind during the first connect. */
  readonly lists: number;
  readonly latencies: readonly number[];
  readonly draws: readonly number[];
  readonly expansions: readonly number[];
  readonly filters: readonly number[];
  readonly finds: readonly number[];
  /** Started by the client. */
  readonly processes: number;
  readonly rssBytes: number;
  /** Heap and buffers. */
  readonly heapBytes: number;
}

async function probe(size: FixtureSize, connects: number, changes: number): Promise<LargeClusterFigures> {
  const script = join(import.meta.dirname, 'largeClusterProbe.ts');
  const args = ['--expose-gc', script, size, String(connects), String(changes)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 600_000 });
  return JSON.parse(stdout) as LargeClusterFigures;
}

function row(name: string, values: readonly number[], share = 0.5): BenchRow {
  return { name, value: quantile(values, share), unit: 'ms', runs: values.length };
}

function once(name: string, value: number, unit: string): BenchRow {
  return { name, value, unit, runs: 1 };
}

function sizeRows(label: string, figures: LargeClusterFigures): BenchRow[] {
  const { completes, latencies, draws, expansions, filters, finds } = figures;
  return [
    once(`${label}: Flux objects`, figures.objects, 'objects'),
    row(`${label}: connect to complete tree, median`, completes),
    row(`${label}: status change on the server to tree event, p50`, latencies),
    row(`${label}: status change on the server to tree event, p95`, latencies, 0.95),
    row(`${label}: survey, tree and difference after one change, median`, draws),
    row(`${label}: expanding a Kustomization to the last of its objects, median`, expansions),
    row(`${label}: filter, median`, filters),
    row(`${label}: find by name, list of all objects, median`, finds),
    once(`${label}: memory, resident, more than before connecting`, figures.rssBytes / 1e6, 'MB'),
    once(`${label}: memory, heap and buffers in use, more than before connecting`, figures.heapBytes / 1e6, 'MB'),
  ];
}

export async function largeClusterBench(): Promise<BenchResult> {
  const homelab = await probe('homelab', 5, 50);
  const tenfold = await probe('tenfold', 5, 20);
  const thousands = await probe('thousands', 3, 20);
  const ratio = (of: (figures: LargeClusterFigures) => number) => of(tenfold) / of(homelab);
  return {
    rows: [
      ...sizeRows('large homelab', homelab),
      once('large homelab: list sequences of a kind while connecting, most', homelab.lists, 'lists'),
      once('large homelab: processes started', homelab.processes, 'processes'),
      ...sizeRows('ten times', tenfold),
      once(
        'ten times to once: objects',
        ratio(({ objects }) => objects),
        'times',
      ),
      once(
        'ten times to once: complete tree',
        ratio(({ completes }) => median(completes)),
        'times',
      ),
      once(
        'ten times to once: drawing after one change',
        ratio(({ draws }) => median(draws)),
        'times',
      ),
      once(
        'ten times to once: memory in use',
        ratio(({ heapBytes }) => heapBytes),
        'times',
      ),
      ...sizeRows('5,000 + 5,000', thousands),
      once('5,000 + 5,000: list sequences of a kind while connecting, most', thousands.lists, 'lists'),
      once('5,000 + 5,000: processes started', thousands.processes, 'processes'),
    ],
  };
}
