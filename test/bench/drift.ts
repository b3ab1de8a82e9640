/**
 * Comparisons with a real cluster beside the real `flux diff kustomization`, in turns on the same machine, and how long each keeps
 * an extension host waiting. The program's times have the start of a process in them, for each of its answers costs one.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { engineObstacle } from '../../scripts/buildEngine.ts';
import { clusterObstacle } from '../cluster/build.ts';
import { startSharedCluster } from '../cluster/sharedCluster.ts';
import { type BenchResult, type BenchRow, median } from './benchRow.ts';
import { type HundredBed, installHundred } from './driftBed.ts';
import type { Blocked } from './longestBlock.ts';

/** Each has run no code before. */
const processes = 3;

/** One comparison, and the program's answer to the same question after it. */
export interface DriftTurn extends Omit<Blocked<unknown>, 'result'> {
  readonly fluxMs: number;
}

export interface DriftFigures {
  /** Nothing is kept of before, and the code has never run. */
  readonly cold: readonly DriftTurn[];
  /** Nothing is kept of before. */
  readonly warm: readonly DriftTurn[];
  /** Milliseconds of the requests alone. */
  readonly bounds: readonly number[];
  /** All is kept, and one object has changed since. */
  readonly again: readonly DriftTurn[];
}

async function probe(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<unknown> {
  const env = { ...process.env, ...environment };
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, script), ...args], {
    env,
    timeout: 600_000,
  });
  return JSON.parse(stdout);
}

async function hundredFigures(
  { folder, url }: HundredBed,
  environment: Readonly<Record<string, string>>,
): Promise<DriftFigures> {
  const figures: DriftFigures[] = [];
  for (let run = 0; run < processes; run += 1) {
    figures.push((await probe('driftProbe.ts', [folder, url], environment)) as DriftFigures);
  }
  return {
    cold: figures.flatMap(({ cold }) => cold),
    warm: figures.flatMap(({ warm }) => warm),
    bounds: figures.flatMap(({ bounds }) => bounds),
    again: figures.flatMap(({ again }) => again),
  };
}

function compared(subject: string, turns: readonly DriftTurn[]): readonly BenchRow[] {
  const name = `a hundred objects, ${subject}`;
  const [ours, flux] = [median(turns.map(({ ms }) => ms)), median(turns.map(({ fluxMs }) => fluxMs))];
  const runs = turns.length;
  const peer = { name: 'flux diff kustomization', value: flux, unit: 'ms' };
  return [
    { name: `${name}: compared with the cluster, median`, value: ours, unit: 'ms', runs, peer },
    { name: `${name}: times as fast as flux diff kustomization`, value: flux / ours, unit: 'times', runs },
    ...blockRows(name, turns),
  ];
}

/** The longest of all turns: nobody feels a median. */
export function blockRows(name: string, turns: readonly Omit<DriftTurn, 'fluxMs'>[]): readonly BenchRow[] {
  const runs = turns.length;
  const longest = Math.max(...turns.map(({ longestMs }) => longestMs));
  const own = Math.max(...turns.map(({ longestOwnMs }) => longestOwnMs));
  return [
    { name: `${name}: longest time between two turns of the event loop`, value: longest, unit: 'ms', runs },
    { name: `${name}: the same as the thread's own time on a processor`, value: own, unit: 'ms', runs },
  ];
}

function hundredRows({ cold, warm, bounds, again }: DriftFigures): readonly BenchRow[] {
  return [
    ...compared('nothing kept, first in its process', cold),
    ...compared('nothing kept', warm),
    {
      name: 'a hundred objects: 100 reads and 100 dry-runs alone, 8 at a time, median',
      value: median(bounds),
      unit: 'ms',
      runs: bounds.length,
    },
    ...compared('one changed since', again),
  ];
}

export async function driftBench(log: (line: string) => void): Promise<BenchResult> {
  const obstacle = engineObstacle() ?? clusterObstacle();
  if (obstacle !== undefined) {
    return { skipped: obstacle };
  }
  const shared = await startSharedCluster({ log });
  try {
    const bed = await installHundred(shared.cluster);
    return { rows: [...hundredRows(await hundredFigures(bed, shared.environment))] };
  } finally {
    await shared.stop();
  }
}
