/**
 * Compares a Kustomization of a hundred objects with a real cluster as the editor does, and lets the flux program do it, in turns.
 * In a process of its own: what an extension host would feel is not to be mixed with the servers of the test cluster, and code that
 * has run before is not code that runs for the first time. Prints `DriftFigures` as JSON. Run by `drift.ts`.
 */
import { systemClock } from '../../src/base/clock.ts';
import { noLog } from '../../src/base/log.ts';
import type { ClusterApi } from '../../src/cluster/clusterApi.ts';
import { compareKustomization } from '../../src/drift/compareKustomization.ts';
import { ComparisonCache } from '../../src/drift/comparisonCache.ts';
import { normalizeDesired } from '../../src/drift/normalizeDesired.ts';
import { PoliteRequests } from '../../src/drift/politeRequests.ts';
import { renderBeside } from '../../src/drift/renderBeside.ts';
import { groupOf, versionOf } from '../../src/flux/kinds.ts';
import { idOf } from '../../src/flux/objectKey.ts';
import { DiskFiles } from '../../src/manifests/diskFiles.ts';
import type { ClusterInputs, RenderedKustomization } from '../../src/render/desired.ts';
import { RepositoryRenderer } from '../../src/render/repositoryRenderer.ts';
import type { WorkerEngine } from '../../src/render/workerEngine.ts';
import type { TestCluster } from '../cluster/clusterHandle.ts';
import { fluxDiff } from '../cluster/fluxDiff.ts';
import { openClusterInputs } from '../cluster/renderBed.ts';
import { takeCluster } from '../cluster/sharedCluster.ts';
import type { DriftFigures, DriftTurn } from './drift.ts';
import { hundredNamespace } from './driftBed.ts';
import { changedName, hundredFolder } from './hundredObjects.ts';
import { listedOnce } from './listedOnce.ts';
import { longestBlock } from './longestBlock.ts';
import { warmedEngine } from './warmedEngine.ts';

const warmTurns = 5;
const name = { kind: 'Kustomization', namespace: hundredNamespace, name: hundredNamespace } as const;
const { signal } = new AbortController();

interface Bed {
  readonly cluster: TestCluster;
  readonly folder: string;
  readonly url: string;
  readonly engine: WorkerEngine;
  readonly api: ClusterApi;
  readonly inputs: ClusterInputs;
}

/** The files as the editor follows them; a renderer knows what it has built of them before. */
function openFiles({ folder, url, engine }: Bed) {
  const state = {
    label: 'working tree',
    key: folder,
    files: listedOnce(new DiskFiles(folder)),
    remotes: [url],
  };
  const renderer = new RepositoryRenderer({ engine, log: noLog() });
  return async (): Promise<RenderedKustomization> => {
    const rendered = await renderer.kustomization(name, { state, filesOnly: true });
    if (rendered.kind !== 'Kustomization') {
      throw new Error(rendered.message);
    }
    return rendered;
  };
}

/** As the command Diff, from the files to the last verdict; fails where that is not what is so. */
async function compare(
  { api, inputs }: Bed,
  render: () => Promise<RenderedKustomization>,
  previous: ComparisonCache,
  changed: number,
): Promise<void> {
  const readLive = () => inputs.fluxObject(name.kind, name.namespace, name.name, signal);
  const beside = await renderBeside({ owner: name, api, previous, readLive }, render);
  const task = { ...beside, api, from: 'working tree', signal, previous };
  const { objects } = await compareKustomization(task);
  const told = objects.filter(({ change }) => change === 'change').length;
  if (objects.length !== 100 || told !== changed || objects.some(({ change }) => change === 'unknown')) {
    throw new Error(`of ${objects.length} objects ${told} were told to be changed, and ${changed} are`);
  }
}

async function fluxTime({ cluster, folder }: Bed, changed: number): Promise<number> {
  const began = performance.now();
  const found = await fluxDiff(cluster, { ...name, folder: `${folder}/${hundredFolder}` });
  const ms = performance.now() - began;
  if (!(found instanceof Map) || found.size !== changed) {
    throw new Error(`flux diff told ${found instanceof Map ? found.size : JSON.stringify(found)} changed objects`);
  }
  return ms;
}

async function turn(bed: Bed, work: () => Promise<unknown>, changed: number): Promise<DriftTurn> {
  const { ms, longestMs, longestOwnMs } = await longestBlock(work);
  return { ms, longestMs, longestOwnMs, fluxMs: await fluxTime(bed, changed) };
}

/** With nothing kept; the first of a process runs code that has not run before. */
async function firstTurns(bed: Bed): Promise<readonly DriftTurn[]> {
  const turns: DriftTurn[] = [];
  for (let at = 0; at <= warmTurns; at += 1) {
    const render = openFiles(bed);
    turns.push(await turn(bed, () => compare(bed, render, new ComparisonCache(), 0), 0));
  }
  return turns;
}

/** One object is written before each; the others are as the comparison before has seen them. */
async function againTurns(bed: Bed): Promise<readonly DriftTurn[]> {
  const [render, previous] = [openFiles(bed), new ComparisonCache()];
  await compare(bed, render, previous, 0);
  const path = `/api/v1/namespaces/${hundredNamespace}/configmaps/${changedName}`;
  const turns: DriftTurn[] = [];
  for (let at = 0; at < warmTurns; at += 1) {
    await bed.cluster.api.patch(path, { data: { level: `debug-${at}` } });
    turns.push(await turn(bed, () => compare(bed, render, previous, 1), 1));
  }
  await bed.cluster.api.patch(path, { data: { level: 'info' } });
  return turns;
}

/** The requests alone that a comparison of what is not known needs: reads, then dry-runs of the same objects. */
async function boundMs(bed: Bed): Promise<number> {
  const { api } = bed;
  const objects = (await openFiles(bed)()).objects.map(({ real }) => normalizeDesired(real.reveal()));
  const requests = new PoliteRequests({ clock: systemClock(), signal });
  const began = performance.now();
  await Promise.all(
    objects.map(async (object) => {
      const { apiVersion, kind } = object;
      const wanted = { group: groupOf(apiVersion), kind, version: versionOf(apiVersion) };
      const resource = await api.findResource(wanted, signal);
      if (!resource) {
        throw new Error(`${kind} is not served`);
      }
      await requests.send((each) => api.getWithManagedFields(resource, idOf(object), each));
      await requests.send((each) => api.dryRunApply(resource, idOf(object), object, 'kustomize-controller', each));
    }),
  );
  return performance.now() - began;
}

async function measure(bed: Bed): Promise<DriftFigures> {
  const [cold, ...warm] = await firstTurns(bed);
  const bounds: number[] = [];
  for (let at = 0; at < warmTurns; at += 1) {
    bounds.push(await boundMs(bed));
  }
  return { cold: cold ? [cold] : [], warm, bounds, again: await againTurns(bed) };
}

const [folder = '', url = ''] = process.argv.slice(2);
const { cluster, release } = await takeCluster();
const { api, inputs, dispose } = openClusterInputs(cluster);
const engine = await warmedEngine();
try {
  // As in an editor that shows the cluster: connected, and what is served is known.
  await inputs.fluxObject(name.kind, name.namespace, name.name, signal);
  console.log(JSON.stringify(await measure({ cluster, folder, url, engine, api, inputs })));
} finally {
  engine.dispose();
  dispose();
  await release();
}
