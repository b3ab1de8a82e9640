/**
 * `driftline diff --changed`: what uncommitted and unpushed changes do, by renders of the pushed commit and of the working tree; with
 * a cluster it has the last word on each object that they change.
 */
import { type ChangeEffect, changeEffects } from '../drift/changeEffects.ts';
import type { ChangedTarget } from '../drift/compareChanges.ts';
import { pushedState } from '../drift/repositoryCommits.ts';
import { isBelow } from '../manifests/repositoryPath.ts';
import type { RepositoryState } from '../render/desired.ts';
import { information } from '../render/renderNote.ts';
import { requiredRepository } from './diffObject.ts';
import type { DiffCluster, DiffRepository } from './diffParts.ts';
import type { DiffRun } from './diffRun.ts';
import { nameOfOwner } from '../drift/findings.ts';
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
  const told: ChangeEffect[] = [];
  const { effects, warnings, notes, leftOut } = await changeEffects({
    renderer: parts.renderer,
    before,
    after: repository.workingTree,
    changed,
    cluster: parts.cluster?.inputs,
    puller: parts.puller,
    asked: cluster,
    signal,
    isMeant: (target) => !cluster || isOfCluster(target, cluster, run),
    onEffect: (effect) => {
      told.push(effect);
      findings.settle(effect.target.name, effect.objects, effect.target.place);
    },
    onProgress: ({ done, total, name }) => progress(`${done} of ${total} rendered: ${titleOf(name)}`),
    onAsked: (name, { done, total }) => progress(`${titleOf(name)}: ${done} of ${total} objects compared`),
  });
  // What only loses an object that moves is no target any more.
  told.forEach(({ target: { name, place } }) => findings.settle(name, [], place));
  if (leftOut.length > 0) {
    const names = leftOut.map(({ name, place }) => nameOfOwner({ of: name, place })).join(', ');
    const words = `Not below ${run.options.path ?? '.'}, so not compared with ${findings.against}: ${names}.`;
    findings.note('changed', [information(words)]);
  }
  effects.forEach((effect) => tell(effect, run));
  findings.warn(warnings);
  findings.note(cluster?.context ?? 'changed', notes);
  findings.complete = true;
}

function tell({ target: { name, place }, objects, notes, failure }: ChangeEffect, { findings }: DiffRun): void {
  findings.settle(name, objects, place);
  findings.note(name, notes, place);
  if (failure !== undefined) {
    findings.fail(name, failure, place);
  }
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
