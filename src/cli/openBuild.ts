/**
 * Puts together what a build is made with: engine, repository, and a cluster or a registry where an option asks for one. The
 * one file of the program that knows the means.
 */
import { Disposables } from '../base/disposables.ts';
import { isFailure } from '../base/failure.ts';
import { noLog } from '../base/log.ts';
import { systemClock } from '../base/clock.ts';
import { CommitFiles } from '../git/commitFiles.ts';
import type { LeftOut } from '../git/commitTree.ts';
import { ignoredTrackedFiles } from '../git/ignoredTrackedFiles.ts';
import { readRemotes } from '../git/readRemotes.ts';
import { resolveRevision } from '../git/resolveRevision.ts';
import { DiskFiles } from '../manifests/diskFiles.ts';
import { isLeftOutByDefault } from '../manifests/ignoreRules.ts';
import type { RenderNote } from '../render/desired.ts';
import { engineFiles } from '../render/engineFiles.ts';
import { renderFolder } from '../render/renderFolder.ts';
import { RepositoryRenderer } from '../render/repositoryRenderer.ts';
import { WorkerEngine } from '../render/workerEngine.ts';
import type { BuildParts } from './buildCommand.ts';
import type { BuildArguments } from './buildOptions.ts';
import type { FoundTarget } from './findTarget.ts';
import { openCluster } from './openCluster.ts';
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
        const commit = await findCommit(repository, revision, signal);
        const committed = owned.add(new CommitFiles({ root: repository, commit, uncounted: isLeftOutByDefault }));
        const label = `commit ${commit.slice(0, 7)}`;
        const notes = submoduleNotes(label, await committed.leftOut(signal));
        return { label, key: `${repository}@${commit}`, files: committed, remotes, notes };
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

/** The working tree has the files of its submodules: beside it the commit seems to lack them. */
function submoduleNotes(label: string, leftOut: readonly LeftOut[]): readonly RenderNote[] {
  const submodules = leftOut.filter(({ kind }) => kind === 'submodule').map(({ path }) => path);
  const message = `The files of Git submodules are left out of ${label}: ${submodules.join(', ')}.`;
  return submodules.length === 0 ? [] : [{ severity: 'information', message }];
}

async function findCommit(repository: string, revision: string, signal: AbortSignal): Promise<string> {
  try {
    return await resolveRevision(repository, revision, { signal });
  } catch (error) {
    throw isFailure(error, 'notFound') ? new UsageError(`--diff ${revision}: ${error.message}`) : error;
  }
}
