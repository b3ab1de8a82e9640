/**
 * `driftline diff --changed`: what uncommitted and unpushed changes do, by renders of the pushed commit and of the working tree; with
 * a cluster it has the last word on each object that they change.
 */
import { isFailure } from '../base/failure.ts';
import { type ChangedObject, type ChangedTarget, compareChanges } from '../drift/compareChanges.ts';
import { keyOf } from '../drift/compareStates.ts';
import { sharedFiles } from '../drift/sharedFiles.ts';
import { idOf } from '../flux/objectKey.ts';
import { isBelow } from '../manifests/repositoryPath.ts';
import type { RenderedKustomization, RenderNote, RepositoryState } from '../render/desired.ts';
import { approximate, information } from '../render/renderNote.ts';
import { listeners, requiredRepository } from './diffObject.ts';
import type { DiffCluster, DiffRepository } from './diffParts.ts';
import type { DiffRun } from './diffRun.ts';
import { nameOfOwner, type ToldDifference } from './findings.ts';
import { titleOf } from './renderTarget.ts';
import { UsageError } from './usageError.ts';
import { warnOfIdentity } from './warnOfIdentity.ts';

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
  const early: ChangedTarget[] = [];
  const leftOut = new Set<string>();
  const isMeant = (target: ChangedTarget): boolean => !cluster || isOfCluster(target, cluster, run);
  const targets = await compareChanges({
    renderer: parts.renderer,
    before: { ...before, files: sharedFiles(before.files, repository.workingTree.files, changed) },
    after: repository.workingTree,
    changed,
    cluster: parts.cluster?.inputs,
    puller: parts.puller,
    signal,
    onTarget: (target) => {
      if (isMeant(target)) {
        early.push(target);
        findings.settle(target.name, told(target), target.place);
      } else {
        leftOut.add(nameOfOwner({ of: target.name, place: target.place }));
      }
    },
    onProgress: ({ done, total, name }) => progress(`${done} of ${total} rendered: ${titleOf(name)}`),
  });
  // What only loses an object that moves is no target any more.
  early.forEach(({ name, place }) => findings.settle(name, [], place));
  if (leftOut.size > 0) {
    const words = `Not below ${run.options.path ?? '.'}, so not compared with ${findings.against}: ${[...leftOut].join(', ')}.`;
    findings.note('changed', [information(words)]);
  }
  const meant = targets.filter(isMeant);
  for (const target of meant) {
    await tell(target, cluster, before.label, run);
  }
  if (cluster) {
    await warnOfIdentity(
      meant.flatMap(({ after }) => after ?? []),
      cluster,
      run,
    );
  }
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
  const pushed = await repository.pushed(signal);
  if (!pushed) {
    const message = 'No branch of a remote is known here: what is not committed is compared with HEAD.';
    findings.note('changed', [approximate(message)]);
    return repository.commit('HEAD', signal);
  }
  const state = await repository.commit(pushed.commit, signal);
  return { ...state, label: `${state.label} (${pushed.upstream})` };
}

/**
 * What is known of a target by its renders. A chart that cannot be had leaves its release unknown, not the whole; and so does what
 * the change has not broken, for nobody can say what it does to that.
 */
function told({ name, objects, failure }: ChangedTarget): readonly ChangedObject[] {
  const isWithoutChart = name.kind === 'HelmRelease' && isFailure(failure?.error, 'notFound');
  if (!failure || !(isWithoutChart || failure.side === 'both')) {
    return objects;
  }
  const { kind, namespace, name: own } = name;
  const words = failure.error instanceof Error ? failure.error.message : String(failure.error);
  const when = isWithoutChart ? '' : ', with or without the change';
  const [group, version] =
    kind === 'HelmRelease' ? ['helm.toolkit.fluxcd.io', 'v2'] : ['kustomize.toolkit.fluxcd.io', 'v1'];
  return [
    {
      id: { group, kind, namespace, name: own },
      apiVersion: `${group}/${version}`,
      change: 'unknown',
      paths: [],
      reason: `its objects cannot be rendered${when}: ${words}`,
    },
  ];
}

/** `origin`: what the renders of before are of. */
async function tell(
  target: ChangedTarget,
  cluster: DiffCluster | undefined,
  origin: string,
  run: DiffRun,
): Promise<void> {
  const { findings } = run;
  const { name, place, before, after, failure } = target;
  // Beside those that a cluster has looked at, what is told by renders alone has a commit on its other side.
  const against = cluster && { against: origin };
  const objects = told(target).map((object): ToldDifference => ({ ...object, ...against }));
  const notes = after?.notes ?? before?.notes ?? [];
  findings.settle(name, objects, place);
  findings.note(name, notes, place);
  if (failure && objects.length === 0) {
    findings.fail(name, failure.error, place);
  } else if (cluster && after?.kind === 'Kustomization') {
    const answer = await asked(objects, after, cluster, run);
    const known = new Set(notes.map(({ message }) => message));
    findings.settle(name, answer.objects, place);
    findings.note(
      name,
      answer.notes.filter(({ message }) => !known.has(message)),
      place,
    );
  }
}

/**
 * Only what the change touches: what has drifted besides is no part of it. The inventory is left out, for it would count as deleted
 * what is not asked about; Namespaces and definitions are asked along, for others come after them.
 */
async function asked(
  objects: readonly ToldDifference[],
  after: RenderedKustomization,
  cluster: DiffCluster,
  run: DiffRun,
): Promise<{ readonly objects: readonly ToldDifference[]; readonly notes: readonly RenderNote[] }> {
  const wanted = new Set(objects.filter(isWritten).map(({ id }) => keyOf(id)));
  const rendered = {
    ...after,
    objects: after.objects.filter(({ object }) => wanted.has(keyOf(idOf(object))) || isFirst(object.kind)),
  };
  const { name } = after;
  const { onProgress } = listeners(name, run);
  const { from } = run.findings;
  const { signal } = run;
  const [applied] = await cluster.find(name, signal); // its Secrets may be in what lives, though the change names them no more
  const task = { rendered, live: undefined, applied, from, signal, onProgress };
  const comparison = await cluster.compareKustomization(task);
  const verdicts = new Map(comparison.objects.map((one) => [keyOf(one.id), one]));
  const judged = objects.map((object): ToldDifference => {
    const verdict = isWritten(object) ? verdicts.get(keyOf(object.id)) : undefined;
    const { reason, movedFrom } = object;
    const words = [reason, verdict?.reason].filter((text) => text !== undefined);
    return verdict
      ? { ...verdict, ...(movedFrom && { movedFrom }), ...(words.length > 0 && { reason: words.join('; ') }) }
      : object;
  });
  return { objects: judged, notes: comparison.notes };
}

function isWritten({ change }: ToldDifference): boolean {
  return change === 'create' || change === 'change';
}

function isFirst(kind: string): boolean {
  return kind === 'Namespace' || kind === 'CustomResourceDefinition';
}
