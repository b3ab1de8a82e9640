/**
 * `driftline diff --changed`: what uncommitted and unpushed changes do, by renders of the pushed commit and of the working tree; with
 * a cluster it has the last word on each object that they change.
 */
import type { ChangedTarget } from '../drift/compareChanges.ts';
import { findEffects } from '../drift/foundEffects.ts';
import { pushedState } from '../drift/repositoryCommits.ts';
import { isBelow } from '../manifests/repositoryPath.ts';
import type { RepositoryState } from '../render/desired.ts';
import { information } from '../render/renderNote.ts';
import { requiredRepository } from './diffObject.ts';
import type { DiffCluster, DiffRepository } from './diffParts.ts';
import type { DiffRun } from './diffRun.ts';
import { titleOf } from './renderTarget.ts';
import { UsageError } from './usageError.ts';

/** Throws `UsageError`, and `Failure` for what concerns the whole. */
export async function diffChanged(run: DiffRun): Promise<void> {
  const { parts, findings, signal, progress } = run;
  const repository = requiredRepository(run);
  if (!repository.hasCommits) {
    throw new UsageError(`--changed compares with a commit, and ${repository.root} is no Git repository.`);
  }
  const before = await baseOf(repository, run);
  const cluster = run.options.against?.by === 'commit' ? undefined : parts.cluster;
  findings.from = repository.workingTree.label;
  findings.against = cluster ? `cluster ${cluster.context}` : before.label;
  progress('looking for changed files');
  const changed = await repository.changedSince(before, signal);
  if (changed.length === 0) {
    findings.note('changed', [information(`No file differs from ${before.label}.`)]);
    findings.complete = true;
    return;
  }
  await findEffects(
    {
      ...{ renderer: parts.renderer, puller: parts.puller, cluster: parts.cluster?.inputs, asked: cluster, signal },
      ...{ before, after: repository.workingTree, changed },
      isMeant: (target) => !cluster || isOfCluster(target, cluster, run),
      onProgress: ({ done, total, name }) => progress(`${done} of ${total} rendered: ${titleOf(name)}`),
      onAsked: (name, { done, total }) => progress(`${titleOf(name)}: ${done} of ${total} objects compared`),
    },
    run.options.path ?? '.',
    findings,
  );
  findings.complete = true;
}

/**
 * Of what a repository has for several clusters only that of one may be asked of a cluster: `--path` says which folder that is, for
 * no name of a context tells. Throws `UsageError` where it does not.
 */
function isOfCluster(
  { name, files, cluster: own, failure }: ChangedTarget,
  cluster: DiffCluster,
  run: DiffRun,
): boolean {
  const folder = run.options.path === undefined ? '' : requiredRepository(run).folder;
  // What could not be rendered may be anybody's.
  if (!files.some((file) => isBelow(file, folder)) && (own !== undefined || !failure)) {
    return false;
  }
  if (own !== undefined && !isBelow(folder, own)) {
    throw new UsageError(`The repository has several clusters: which of them ${cluster.context} is was not said.`, [
      `--path ${own} is the one that has ${titleOf(name)}; without a cluster all are compared by their files.`,
    ]);
  }
  return true;
}

async function baseOf(repository: DiffRepository, { options, findings, signal }: DiffRun): Promise<RepositoryState> {
  if (options.against?.by === 'commit') {
    return repository.commit(options.against.revision, signal);
  }
  const { state, notes } = await pushedState(repository, signal);
  findings.note('changed', notes);
  return state;
}
