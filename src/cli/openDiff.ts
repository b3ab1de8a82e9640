/**
 * Puts together what a diff is made with: engine, repository, cluster and registry, each where the command line asks for it. Knows
 * the means; compares nothing.
 */
import { realpath, stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { type Clock, systemClock } from '../base/clock.ts';
import { Disposables } from '../base/disposables.ts';
import { type Log, noLog } from '../base/log.ts';
import { LiveClusterInputs } from '../cluster/clusterInputs.ts';
import type { ClusterApi } from '../cluster/clusterApi.ts';
import { type ComparedCluster, comparedCluster } from '../drift/comparedCluster.ts';
import { RepositoryCommits } from '../drift/repositoryCommits.ts';
import { findRepositoryRoot } from '../git/findRepositoryRoot.ts';
import { ignoredTrackedFiles } from '../git/ignoredTrackedFiles.ts';
import { readRemotes } from '../git/readRemotes.ts';
import { DiskFiles } from '../manifests/diskFiles.ts';
import { engineFiles } from '../render/engineFiles.ts';
import { manifestReader } from '../render/readManifest.ts';
import { renderFolder } from '../render/renderFolder.ts';
import { RepositoryRenderer } from '../render/repositoryRenderer.ts';
import { WorkerEngine } from '../render/workerEngine.ts';
import type { DiffArguments } from './diffOptions.ts';
import type { DiffParts, DiffRepository } from './diffParts.ts';
import { listedOnce } from './listedOnce.ts';
import { openApi } from './openCluster.ts';
import { openPuller } from './openPuller.ts';
import { UsageError } from './usageError.ts';

/** Throws `UsageError`, and `Failure` where the engine is missing or the context cannot be used. */
export async function openDiff(options: DiffArguments, folder: string): Promise<DiffParts> {
  const owned = new Disposables();
  try {
    const [log, clock] = [noLog(), systemClock()];
    // What is wrong with the command line is said before anything is started.
    const repository = await openRepository(options, folder, owned);
    const api = asksCluster(options) ? await openApi(options, { log, clock, owned }) : undefined;
    const engine = owned.add(new WorkerEngine({ ...engineFiles(), timeLimitMs: () => options.timeLimit, clock, log }));
    engine.warmUp();
    return {
      renderer: new RepositoryRenderer({ engine, log }),
      renderFolder: (path, { state, signal }) => renderFolder(engine, { state, folder: path, signal }),
      puller: options.pull ? openPuller(clock) : undefined,
      cluster: api && openedCluster(api, engine, log, clock),
      repository,
      dispose: () => owned.dispose(),
    };
  } catch (error) {
    owned.dispose();
    throw error;
  }
}

/** Files alone are compared where a commit is the other side, or where no cluster was named for what has changed. */
function asksCluster({ subject, path, against, context, kubeconfig }: DiffArguments): boolean {
  if (context !== undefined || kubeconfig !== undefined || against?.by === 'cluster') {
    return true;
  }
  return subject.what !== 'changed' && (path === undefined || against?.by !== 'commit');
}

function openedCluster(api: ClusterApi, engine: WorkerEngine, log: Log, clock: Clock): ComparedCluster {
  return comparedCluster({
    api,
    inputs: new LiveClusterInputs({ api, clock, log }),
    read: manifestReader(engine),
    clock,
  });
}

async function openRepository(
  { path }: DiffArguments,
  folder: string,
  owned: Disposables,
): Promise<DiffRepository | undefined> {
  const place = await folderOf(path ?? '.', folder);
  const found = await findRepositoryRoot(place);
  const root = found ?? (path === undefined ? undefined : place);
  if (root === undefined) {
    return undefined;
  }
  const remotes = found === undefined ? [] : (await readRemotes(root)).flatMap(({ urls }) => urls);
  const files = listedOnce(new DiskFiles(root, {}, () => ignoredTrackedFiles(root)));
  const commits = owned.add(new RepositoryCommits(root, remotes));
  return {
    root,
    folder: relative(root, place).split(sep).join('/'),
    hasCommits: found !== undefined,
    workingTree: { label: 'working tree', key: root, files, remotes },
    commit: (revision, signal) => commits.commit(revision, signal),
    pushed: (signal) => commits.pushed(signal),
    changedSince: (commit, signal) => commits.changedSince(commit, files, signal),
  };
}

async function folderOf(path: string, folder: string): Promise<string> {
  try {
    const place = await realpath(resolve(folder, path));
    if ((await stat(place)).isDirectory()) {
      return place;
    }
  } catch {
    // said below
  }
  throw new UsageError(`--path ${path} is no folder.`);
}
