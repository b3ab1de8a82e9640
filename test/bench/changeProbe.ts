/**
 * Tells what one edited value of a real repository does, as the editor's command and `driftline diff --changed` do, with a real API
 * server that has the last word. In a process of its own, as an extension host is one. Prints `ChangeFigures` as JSON. Run by
 * `drift.ts`.
 */
import { systemClock } from '../../src/base/clock.ts';
import { noLog } from '../../src/base/log.ts';
import type { ClusterInputs } from '../../src/render/desired.ts';
import { changeEffects } from '../../src/drift/changeEffects.ts';
import { comparedCluster } from '../../src/drift/comparedCluster.ts';
import { pushedState, RepositoryCommits } from '../../src/drift/repositoryCommits.ts';
import { ignoredTrackedFiles } from '../../src/git/ignoredTrackedFiles.ts';
import { DiskFiles } from '../../src/manifests/diskFiles.ts';
import { manifestReader } from '../../src/render/readManifest.ts';
import { RepositoryRenderer } from '../../src/render/repositoryRenderer.ts';
import { openClusterInputs } from '../cluster/renderBed.ts';
import { takeCluster } from '../cluster/sharedCluster.ts';
import { appTemplatePuller } from '../support/corpusReleases.ts';
import { corpusUrls } from '../support/corpusUrls.ts';
import { editValue } from './changedCorpus.ts';
import type { ChangeFigures, ChangeTurn } from './drift.ts';
import { listedOnce } from './listedOnce.ts';
import { longestBlock } from './longestBlock.ts';
import { warmedEngine } from './warmedEngine.ts';

const turns = 3;
const [folder = ''] = process.argv.slice(2);
const { signal } = new AbortController();
const { cluster, release } = await takeCluster();
const { api, inputs, dispose } = openClusterInputs(cluster);
const engine = await warmedEngine();
const renderer = new RepositoryRenderer({ engine, log: noLog() });
const asked = comparedCluster({ api, inputs, read: manifestReader(engine), clock: systemClock() });

/** From the command on: nothing of the files is known but what a run before has left in the renderer. */
async function told(clusterInputs: ClusterInputs): Promise<{ readonly first: number; readonly targets: number }> {
  const began = performance.now();
  const remotes = [corpusUrls['flux-talos']];
  const commits = new RepositoryCommits(folder, remotes);
  try {
    const files = listedOnce(new DiskFiles(folder, {}, () => ignoredTrackedFiles(folder)));
    const after = { label: 'working tree', key: folder, files, remotes };
    const { state: before } = await pushedState(commits, signal);
    const changed = await commits.changedSince(before, files, signal);
    let first: number | undefined;
    const { effects } = await changeEffects({
      ...{ renderer, before, after, changed, cluster: clusterInputs, puller: appTemplatePuller(), asked, signal },
      onEffect: () => void (first ??= performance.now() - began),
    });
    const failed = effects.find(({ target }) => target.failure);
    if (changed.length !== 1 || first === undefined || failed) {
      throw new Error(`${changed.length} files differ; ${String(failed?.target.failure?.error)}`);
    }
    return { first, targets: effects.length };
  } finally {
    commits.dispose();
  }
}

async function measure(): Promise<ChangeFigures> {
  const measured: ChangeTurn[] = [];
  for (let turn = 0; turn <= turns; turn += 1) {
    await editValue(folder, `theme-${process.pid}-${turn}`);
    const { result, ...blocked } = await longestBlock(() => told(inputs));
    measured.push({ ...blocked, firstMs: result.first, targets: result.targets });
  }
  const [cold, ...warm] = measured;
  return { cold: cold ? [cold] : [], warm };
}

try {
  await api.capabilities(signal); // as in an editor that shows the cluster
  console.log(JSON.stringify(await measure()));
} finally {
  engine.dispose();
  dispose();
  await release();
}
