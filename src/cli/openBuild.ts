/**
 * Puts together what a build is made with: engine, repository, and a cluster or a registry where an option asks for one. The
 * one file of the program that knows the means.
 */
import { Disposables } from '../base/disposables.ts';
import { isFailure } from '../base/failure.ts';
import { noLog } from '../base/log.ts';
import { systemClock } from '../base/clock.ts';
import { ignoredTrackedFiles } from '../git/ignoredTrackedFiles.ts';
import { readRemotes } from '../git/readRemotes.ts';
import { DiskFiles } from '../manifests/diskFiles.ts';
import { engineFiles } from '../render/engineFiles.ts';
import { renderFolder } from '../render/renderFolder.ts';
import { RepositoryRenderer } from '../render/repositoryRenderer.ts';
import { WorkerEngine } from '../render/workerEngine.ts';
import type { BuildParts } from './buildCommand.ts';
import type { BuildArguments } from './buildOptions.ts';
import type { FoundTarget } from './findTarget.ts';
import { openCluster } from './openCluster.ts';
import { type OpenedCommit, openCommit } from '../drift/openCommit.ts';
import { openPuller } from './openPuller.ts';
import { UsageError } from './usageError.ts';

/** Throws `Failure` where the engine is missing or the context cannot be used. */
export async function openBuild(options: BuildArguments, { repository }: FoundTarget): Promise<BuildParts> {
  const owned = new Disposables();
  try {
    const log = noLog();
    const clock = systemClock();
    const engine = owned.add(new WorkerEngine({ ...engineFiles(), timeLimitMs: () => options.timeLimit, clock, log }));
    // It starts while the repository is read.
    engine.warmUp();
    const remotes = (await readRemotes(repository)).flatMap(({ urls }) => urls);
    // Beside a commit, a file that was added by force would look as if it were deleted.
    const files = new DiskFiles(repository, {}, () => ignoredTrackedFiles(repository));
    return {
      renderer: new RepositoryRenderer({ engine, log }),
      renderFolder: (folder, { state, signal }) => renderFolder(engine, { state, folder, signal }),
      workingTree: { label: 'working tree', key: repository, files, remotes },
      async commit(revision, signal) {
        const { state, files: committed } = await findCommit(repository, revision, remotes, signal);
        owned.add(committed);
        return state;
      },
      cluster: options.cluster && (await openCluster(options.cluster, { log, clock, owned })),
      puller: options.pull ? openPuller(clock) : undefined,
      dispose: () => owned.dispose(),
    };
  } catch (error) {
    owned.dispose();
    throw error;
  }
}

async function findCommit(
  repository: string,
  revision: string,
  remotes: readonly string[],
  signal: AbortSignal,
): Promise<OpenedCommit> {
  try {
    return await openCommit(repository, revision, remotes, signal);
  } catch (error) {
    throw isFailure(error, 'notFound') ? new UsageError(`--diff ${revision}: ${error.message}`) : error;
  }
}
