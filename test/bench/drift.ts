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
import { corporaMissing, unpackCorpora } from '../support/corpora.ts';
import { type BenchResult, type BenchRow, median } from './benchRow.ts';
import { commitCorpus } from './changedCorpus.ts';
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

/** What one edited value does, told by renders of before and after it and by a cluster. */
export interface ChangeTurn extends Omit<Blocked<unknown>, 'result'> {
  /** Milliseconds until something is shown. */
  readonly firstMs: number;
  /** Kustomizations and HelmReleases that were told of. */
  readonly targets: number;
}

export interface ChangeFigures {
  /** The first of its process: no file has been read. */
  readonly cold: readonly ChangeTurn[];
  /** Another value, by the same renderer. */
  readonly warm: readonly ChangeTurn[];
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
function blockRows(name: string, turns: readonly Omit<Blocked<unknown>, 'result'>[]): readonly BenchRow[] {
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

async function largeObjectRows(): Promise<readonly BenchRow[]> {
  const turns: Omit<Blocked<unknown>, 'result'>[] = [];
  for (let run = 0; run < processes; run += 1) {
    turns.push(...((await probe('largeObjectProbe.ts', [], {})) as typeof turns));
  }
  return blockRows('one object with 3,000 items, half of them kubectl’s, a cluster in memory', turns);
}

async function changeFigures(environment: Readonly<Record<string, string>>): Promise<ChangeFigures> {
  const corpora = await unpackCorpora();
  try {
    const folder = corpora.folders.get('flux-talos');
    if (folder === undefined) {
      throw new Error('there is no corpus flux-talos');
    }
    await commitCorpus(folder);
    const figures: ChangeFigures[] = [];
    for (let run = 0; run < processes; run += 1) {
      figures.push((await probe('changeProbe.ts', [folder], environment)) as ChangeFigures);
    }
    return { cold: figures.flatMap(({ cold }) => cold), warm: figures.flatMap(({ warm }) => warm) };
  } finally {
    await corpora.remove();
  }
}

function changeRows({ cold, warm }: ChangeFigures): readonly BenchRow[] {
  const rows = (how: string, turns: readonly ChangeTurn[]): readonly BenchRow[] => {
    const name = `flux-talos, one value edited, ${how}`;
    const row = (what: string, values: readonly number[], unit: string): BenchRow => ({
      name: `${name}: ${what}`,
      value: median(values),
      unit,
      runs: values.length,
    });
    return [
      row(
        'what it would change, to the first result, median',
        turns.map(({ firstMs }) => firstMs),
        'ms',
      ),
      row(
        'what it would change, to all results, median',
        turns.map(({ ms }) => ms),
        'ms',
      ),
      row(
        'Kustomizations and HelmReleases that it changes',
        turns.map(({ targets }) => targets),
        'objects',
      ),
      ...blockRows(name, turns),
    ];
  };
  return [...rows('first in its process', cold), ...rows('again', warm)];
}

export async function driftBench(log: (line: string) => void): Promise<BenchResult> {
  const obstacle = engineObstacle() ?? clusterObstacle();
  if (obstacle !== undefined) {
    return { skipped: obstacle };
  }
  const shared = await startSharedCluster({ log });
  try {
    const bed = await installHundred(shared.cluster);
    const rows = [...hundredRows(await hundredFigures(bed, shared.environment)), ...(await largeObjectRows())];
    if (corporaMissing !== undefined) {
      log(`what a change would do is not measured: ${corporaMissing}`);
      return { rows };
    }
    return { rows: [...rows, ...changeRows(await changeFigures(shared.environment))] };
  } finally {
    await shared.stop();
  }
}
