/**
 * Measures the client on the large fixture, in a process of its own so that memory is of one size alone. Prints a
 * `LargeClusterFigures` as JSON. Run by `largeCluster.ts` with `--expose-gc`.
 */
import { subscribe } from 'node:diagnostics_channel';
import { setTimeout } from 'node:timers/promises';
import { findFluxKind } from '../../src/flux/kinds.ts';
import { findItems } from '../../src/view/findItems.ts';
import { kubeconfigFile } from '../support/kubeconfigFile.ts';
import type { LargeClusterFigures } from './largeCluster.ts';
import { ShownCluster } from './shownCluster.ts';
import { type FixtureServer, type FixtureSize, monotonicNow, startFixtureServer } from './startFixtureServer.ts';

const [size = 'homelab', connects = '5', changes = '50'] = process.argv.slice(2);

function memory(): { readonly rss: number; readonly heap: number } {
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed + external };
}

/** Lists of one kind in sequence: pages of one list count once. */
function listsPerKind(requests: Awaited<ReturnType<FixtureServer['requests']>>): number {
  const lists = new Map<string, number>();
  for (const { method, path, watch } of requests) {
    const url = new URL(path, 'http://server');
    const [, , group = '', , plural = '', ...rest] = url.pathname.split('/');
    const isList =
      method === 'GET' && !watch && rest.length === 0 && group.endsWith('.toolkit.fluxcd.io') && plural !== '';
    if (isList && (url.searchParams.get('continue') ?? '') === '') {
      lists.set(plural, (lists.get(plural) ?? 0) + 1);
    }
  }
  return Math.max(0, ...lists.values());
}

/** Milliseconds from the change on the server to the row, and of drawing alone. */
async function measureChanges(shown: ShownCluster, server: FixtureServer, count: number) {
  const latencies: number[] = [];
  const draws: number[] = [];
  for (let run = 0; run < count; run += 1) {
    // Changes come at any moment, not in step with the client's windows.
    await setTimeout(120 + ((run * 37) % 90));
    let arrived: { at: number; ms: number } | undefined;
    const drawn = shown.nextDraw(({ changed, ms }) => {
      const isRow = changed === 'root' || changed.length > 0;
      arrived = isRow ? { at: monotonicNow(), ms } : undefined;
      return isRow;
    });
    const { at } = await server.touch();
    await drawn;
    if (arrived) {
      latencies.push(arrived.at - at);
      draws.push(arrived.ms);
    }
  }
  return { latencies, draws };
}

/** From the click on a closed Kustomization to the last of its objects. */
async function measureExpansion(shown: ShownCluster): Promise<number[]> {
  const owners = [...shown.session.ofKind(findFluxKind('kustomize.toolkit.fluxcd.io', 'Kustomization')!)];
  const times: number[] = [];
  for (const owner of owners.slice(-5)) {
    const key = [...(shown.drawn?.survey.views.values() ?? [])].find(({ object }) => object === owner)?.key;
    if (key === undefined) {
      continue;
    }
    const began = performance.now();
    const hold = shown.inventory.expand(key);
    await shown.nextDraw(() => {
      const view = shown.inventory.get(key);
      return view?.state === 'loaded' && view.entries.every(({ state }) => state !== 'loading');
    });
    times.push(performance.now() - began);
    hold.dispose();
  }
  return times;
}

function timed(count: number, run: () => unknown): number[] {
  return Array.from({ length: count }, () => {
    const began = performance.now();
    run();
    return performance.now() - began;
  });
}

const server = await startFixtureServer(size as FixtureSize);
const file = kubeconfigFile(server.kubeconfig);
let processes = 0;
subscribe('child_process', () => (processes += 1));
const before = memory();
const completes: number[] = [];
let lists = 0;
let shown = new ShownCluster(file.path, 'homelab');
for (let run = 0; run < Number(connects); run += 1) {
  if (run > 0) {
    shown.dispose();
    shown = new ShownCluster(file.path, 'homelab');
  }
  const began = performance.now();
  await shown.complete();
  completes.push(performance.now() - began);
  lists ||= listsPerKind(await server.requests());
}
const after = memory();
const { latencies, draws } = await measureChanges(shown, server, Number(changes));
const figures: LargeClusterFigures = {
  objects: shown.drawn?.survey.views.size ?? 0,
  completes,
  lists,
  latencies,
  draws,
  expansions: await measureExpansion(shown),
  filters: timed(5, () => shown.draw(['failing'])),
  finds: timed(5, () => shown.drawn && findItems(shown.drawn.survey)),
  processes,
  rssBytes: after.rss - before.rss,
  heapBytes: after.heap - before.heap,
};
shown.dispose();
await server.stop();
file.dispose();
console.log(JSON.stringify(figures));
