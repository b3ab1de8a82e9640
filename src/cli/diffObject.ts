/**
 * `driftline diff ks/NAME` and `hr/NAME`: what the cluster has against what was applied last, or against the files here. Decides
 * what is compared with what; how it is compared is `drift`'s.
 */
import { isFailure } from '../base/failure.ts';
import { UsageError } from './usageError.ts';
import { compareStates } from '../drift/compareStates.ts';
import type { Comparison, ComparisonProgress, ObjectDifference } from '../drift/difference.ts';
import { formerRender, renderApplied } from '../drift/renderApplied.ts';
import { renderNextRelease } from '../drift/renderLiveRelease.ts';
import type { FluxObject } from '../flux/objects.ts';
import { displayName } from '../flux/objectKey.ts';
import { isBelow } from '../manifests/repositoryPath.ts';
import type { FluxName, RenderedKustomization, RenderedRelease, RepositoryState } from '../render/desired.ts';
import type { Ambiguous, RenderOptions } from '../render/renderer.ts';
import { targetText } from './diffAsJson.ts';
import type { Against } from './diffOptions.ts';
import type { DiffCluster, DiffRepository } from './diffParts.ts';
import type { DiffRun } from './diffRun.ts';
import { titleOf } from './renderTarget.ts';
import { warnOfIdentity } from './warnOfIdentity.ts';

/** Throws `UsageError`, and `Failure` for what cannot be compared at all. */
export async function diffObject(name: FluxName, run: DiffRun): Promise<void> {
  const { path, against } = run.options;
  if (path === undefined) {
    await diffApplied(name, run);
  } else {
    await diffFiles(name, against ?? { by: 'cluster' }, run);
  }
  run.findings.complete = true;
}

/** What lives against what was applied last: drift. */
async function diffApplied(name: FluxName, run: DiffRun): Promise<void> {
  const { parts, findings, signal, progress } = run;
  const cluster = requiredCluster(run);
  const live = await findLive(name, cluster, signal);
  const own: FluxName = { ...name, namespace: live.metadata.namespace ?? '', name: live.metadata.name };
  findings.target = targetText(own);
  findings.against = `cluster ${cluster.context}`;
  progress(`${titleOf(own)}: reading what was applied last`);
  if (name.kind === 'HelmRelease') {
    findings.from = 'the installed release';
    const { inherited } = cluster;
    const { renderer } = parts;
    const former = async (): Promise<RenderedRelease> =>
      (await renderNextRelease({ live, cluster: cluster.inputs, inherited, renderer, signal })).rendered;
    const comparison = await cluster.compareRelease({ live, former, signal, ...listeners(own, run) });
    settle(own, comparison, run);
    return;
  }
  const { renderer, repository } = parts;
  const clone = repository?.hasCommits === true ? repository : undefined;
  const rendering = { cluster: cluster.inputs, inherited: cluster.inherited, clone, renderer, signal };
  const { rendered, from } = await renderApplied({ live, ...rendering });
  findings.from = from;
  const former = (): Promise<RenderedKustomization> => Promise.resolve(rendered);
  const task = { rendered, live, former, from, signal, ...listeners(own, run) };
  settle(own, await cluster.compareKustomization(task), run);
}

async function diffFiles(name: FluxName, against: Against, run: DiffRun): Promise<void> {
  const { findings, signal, progress } = run;
  const repository = requiredRepository(run);
  const { workingTree } = repository;
  findings.from = workingTree.label;
  progress(`${titleOf(name)}: rendering the ${workingTree.label}`);
  const after = await orRaw(name, run, () => renderNamed(name, workingTree, run));
  if (!after) {
    return;
  }
  findings.target = targetText(after.name);
  if (against.by === 'commit') {
    const commit = await repository.commit(against.revision, signal);
    findings.against = commit.label;
    progress(`${titleOf(after.name)}: rendering ${commit.label}`);
    const before = await renderNamed(after.name, commit, run);
    findings.settle(after.name, compareStates(before, after));
    findings.note(after.name, distinctNotes([...before.notes, ...after.notes]));
    return;
  }
  const cluster = requiredCluster(run);
  findings.against = `cluster ${cluster.context}`;
  const [live] = await cluster.find(after.name, signal);
  await diffRendered(after, live, run, against.by);
  await warnOfIdentity([after], cluster, run);
}

/** The render; `undefined` where it fails and its raw document was compared in its place, as the user asked. */
async function orRaw<T>(name: FluxName, run: DiffRun, render: () => Promise<T>): Promise<T | undefined> {
  const { parts, options, findings, signal } = run;
  try {
    return await render();
  } catch (error) {
    if (!options.raw || !isFailure(error) || error.reason === 'cancelled') {
      throw error;
    }
    const { owner } = options;
    const comparison = await requiredCluster(run).compareStatedDocument({
      ...{
        target: name,
        why: error.message,
        state: requiredRepository(run).workingTree,
        renderer: parts.renderer,
        signal,
      },
      ownerOf: () => Promise.resolve(owner && { kind: 'Kustomization', ...owner }),
    });
    findings.target = targetText(comparison.target);
    findings.against = `cluster ${comparison.context}`;
    settle(comparison.target, comparison, run);
    return undefined;
  }
}

/** A render of files against what lives, or against what was applied last. */
async function diffRendered(
  rendered: RenderedKustomization | RenderedRelease,
  live: FluxObject | undefined,
  run: DiffRun,
  against: 'cluster' | 'applied',
): Promise<void> {
  const { parts, findings, signal } = run;
  const cluster = requiredCluster(run);
  const { name } = rendered;
  const from = findings.from;
  if (rendered.kind === 'HelmRelease') {
    // What Helm has stored is what was applied last: an upgrade starts from there.
    const comparison = await cluster.compareRelease({ live, rendered, from, signal, ...listeners(name, run) });
    if (comparison.config) {
      findings.explain(name, comparison.config);
    }
    settle(name, comparison, run);
    return;
  }
  const { renderer, repository } = parts;
  const clone = repository?.hasCommits === true ? repository : undefined;
  const rendering = { cluster: cluster.inputs, inherited: cluster.inherited, clone, renderer, signal };
  if (against === 'cluster') {
    const former = formerRender({ live, ...rendering });
    const task = { rendered, live, former, from, signal, ...listeners(name, run) };
    settle(name, await cluster.compareKustomization(task), run);
    return;
  }
  if (!live) {
    throw new UsageError(`${titleOf(name)} is not in ${cluster.context}, so nothing of it was applied.`);
  }
  const applied = await renderApplied({ live, ...rendering });
  findings.against = applied.from;
  findings.settle(name, compareStates(applied.rendered, rendered));
  findings.note(name, distinctNotes([...applied.rendered.notes, ...rendered.notes]));
}

function distinctNotes<N extends { readonly message: string }>(notes: readonly N[]): readonly N[] {
  return [...new Map(notes.map((note) => [note.message, note])).values()];
}

interface Listeners {
  readonly onProgress: (progress: ComparisonProgress) => void;
  readonly onObject: (difference: ObjectDifference) => void;
}

/** What is known of one owner while it is compared. */
function listeners(name: FluxName, { findings, progress }: DiffRun): Listeners {
  return {
    onProgress: ({ done, total }) => progress(`${titleOf(name)}: ${done} of ${total} objects compared`),
    onObject: (difference) => findings.add(name, difference),
  };
}

/** Takes the place of what was told of that owner while it was compared. */
function settle(name: FluxName, { objects, notes, from }: Comparison, { findings }: DiffRun): void {
  findings.settle(name, objects);
  findings.note(name, notes);
  findings.from = from;
}

export function requiredCluster({ parts: { cluster } }: Pick<DiffRun, 'parts'>): DiffCluster {
  if (!cluster) {
    throw new UsageError('Which cluster is meant was not said.', ['--context NAME names it.']);
  }
  return cluster;
}

export function requiredRepository({
  parts: { repository },
  options,
}: Pick<DiffRun, 'parts' | 'options'>): DiffRepository {
  if (!repository) {
    throw new UsageError(`${options.path ?? 'This folder'} is in no repository.`);
  }
  return repository;
}

async function findLive(name: FluxName, cluster: DiffCluster, signal: AbortSignal): Promise<FluxObject> {
  const found = await cluster.find(name, signal);
  const [live, ...others] = found;
  if (!live) {
    throw new UsageError(`There is no ${titleOf(name)} in ${cluster.context}.`, [
      '--path DIR compares the files of a folder, whether or not they were applied.',
    ]);
  }
  if (others.length > 0) {
    throw new UsageError(`There are ${found.length} of the name ${name.name} in ${cluster.context}.`, [
      'Say which one:',
      ...found.map(({ metadata: { namespace = '', name: own } }) => {
        return `  driftline diff ${targetText({ kind: name.kind, namespace, name: own })}`;
      }),
    ]);
  }
  return live;
}

/** Of several that are called alike the one that is stated or built below `--path`. Throws `UsageError`, `Failure`. */
async function renderNamed(
  name: FluxName,
  state: RepositoryState,
  { parts, options, signal }: DiffRun,
): Promise<RenderedKustomization | RenderedRelease> {
  const { renderer, cluster, puller, repository } = parts;
  const { owner } = options;
  const wanted: RenderOptions = {
    state,
    signal,
    filesOnly: true,
    ...(cluster && { cluster: cluster.inputs }),
    ...(puller && { puller }),
    ...(owner && { owner: { kind: 'Kustomization', ...owner } }),
  };
  const render = (one: FluxName, more: RenderOptions): Promise<RenderedKustomization | RenderedRelease | Ambiguous> =>
    one.kind === 'Kustomization' ? renderer.kustomization(one, more) : renderer.release(one, more);
  const first = await render(name, wanted);
  if (first.kind !== 'ambiguous') {
    return first;
  }
  const folder = repository?.folder ?? '';
  const near = first.choices.filter(({ path }) => isBelow(path, folder));
  const [choice] = near.length === 1 ? near : [];
  const second =
    choice &&
    (await render(choice.name, {
      ...wanted,
      path: choice.path,
      ...(choice.owner && { owner: choice.owner }),
    }));
  if (!second || second.kind === 'ambiguous') {
    throw severalMeant(first, state);
  }
  return second;
}

function severalMeant({ message, choices }: Ambiguous, state: RepositoryState): UsageError {
  return new UsageError(`${message} (${state.label})`, [
    'Say which one, by --owner or by a --path that holds one of them alone:',
    ...choices.map(({ name, owner, path }) => {
      const by = owner ? ` --owner ${displayName(owner)}` : '';
      return `  driftline diff ${targetText(name)}${by} --path ${path.split('/').slice(0, -1).join('/') || '.'}`;
    }),
  ]);
}
