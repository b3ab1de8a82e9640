/**
 * The extension's own code beside the flux CLI, on a real cluster with the sample repository: the same question and the same
 * action, in turns, so that both meet the same machine. The CLI's time has the start of its process in it, for each of its
 * answers costs one; the extension's is that of a session in an editor that runs.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { systemClock } from '../../src/base/clock.ts';
import { noLog } from '../../src/base/log.ts';
import { reconcileObject } from '../../src/cluster/actions.ts';
import type { ObjectId } from '../../src/flux/objectKey.ts';
import { clusterObstacle } from '../cluster/build.ts';
import type { TestCluster } from '../cluster/clusterHandle.ts';
import { installHomelab } from '../cluster/homelab.ts';
import { startSharedCluster } from '../cluster/sharedCluster.ts';
import { type BenchResult, type BenchRow, median } from './benchRow.ts';
import { ShownCluster } from './shownCluster.ts';

const runs = 5;
const reconciled: ObjectId = {
  group: 'kustomize.toolkit.fluxcd.io',
  kind: 'Kustomization',
  namespace: 'flux-system',
  name: 'workloads',
};

interface Cost {
  readonly ms: number;
  readonly processes: number;
}

async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  let processes = 0;
  const count = (): void => void (processes += 1);
  subscribe('child_process', count);
  const began = performance.now();
  try {
    await work();
    return { ms: performance.now() - began, processes };
  } finally {
    unsubscribe('child_process', count);
  }
}

/** In turns, after one of each that does not count: the first loads what the others have. */
async function inTurns(ours: () => Promise<unknown>, theirs: () => Promise<unknown>) {
  await ours();
  await theirs();
  const costs: { ours: Cost[]; theirs: Cost[] } = { ours: [], theirs: [] };
  for (let run = 0; run < runs; run += 1) {
    costs.ours.push(await costOf(ours));
    costs.theirs.push(await costOf(theirs));
  }
  return costs;
}

function compared(name: string, peer: string, { ours, theirs }: Awaited<ReturnType<typeof inTurns>>): BenchRow[] {
  const [own, others] = [median(ours.map(({ ms }) => ms)), median(theirs.map(({ ms }) => ms))];
  const most = (costs: readonly Cost[]) => Math.max(...costs.map(({ processes }) => processes));
  return [
    { name: `${name}, median`, value: own, unit: 'ms', runs, peer: { name: peer, value: others, unit: 'ms' } },
    { name: `${name}, share of the time of ${peer}`, value: own / others, unit: 'times', runs },
    {
      name: `${name}, processes started`,
      value: most(ours),
      unit: 'processes',
      runs,
      peer: { name: peer, value: most(theirs), unit: 'processes' },
    },
  ];
}

async function measure(cluster: TestCluster): Promise<BenchRow[]> {
  const tree = await inTurns(
    async () => {
      const shown = new ShownCluster(cluster.kubeconfig, cluster.context);
      await shown.complete();
      shown.dispose();
    },
    () => cluster.exec('flux', 'get', 'all', '--all-namespaces'),
  );
  const shown = new ShownCluster(cluster.kubeconfig, cluster.context);
  try {
    await shown.complete();
    const parts = { api: shown.session.api, clock: systemClock(), log: noLog() };
    const reconcile = await inTurns(
      async () => {
        const result = await reconcileObject(parts, { id: reconciled, signal: AbortSignal.timeout(120_000) });
        if (result.state !== 'succeeded') {
          throw new Error(`The reconcile ${result.state}: ${result.message}`);
        }
      },
      () => cluster.exec('flux', 'reconcile', 'kustomization', reconciled.name),
    );
    return [
      ...compared('real cluster: connect to complete tree', 'flux get all -A', tree),
      ...compared('real cluster: reconcile a Kustomization to its end', 'flux reconcile kustomization', reconcile),
    ];
  } finally {
    shown.dispose();
  }
}

export async function realClusterBench(log: (line: string) => void): Promise<BenchResult> {
  const obstacle = clusterObstacle();
  if (obstacle !== undefined) {
    return { skipped: obstacle };
  }
  const shared = await startSharedCluster({ log });
  try {
    await installHomelab(shared.cluster, { log });
    return { rows: await measure(shared.cluster) };
  } finally {
    await shared.stop();
  }
}
