/**
 * `driftline build`: renders what was named and prints it, or what the working tree changes of it against a commit. Gives the
 * exit code; what it needs of the world is opened by others.
 */
import type { Disposable } from '../base/disposables.ts';
import type { ChartPuller, ClusterInputs, RepositoryState } from '../render/desired.ts';
import type { RenderOptions, Renderer } from '../render/renderer.ts';
import { aspectAsJson, aspectAsYaml, kindOfAspect } from './buildAspect.ts';
import type { BuildArguments, BuildAspect } from './buildOptions.ts';
import type { FoundTarget, Target } from './findTarget.ts';
import { nearestWord } from './nearestWord.ts';
import { objectsAsJson, objectsAsYaml } from './printObjects.ts';
import { type FolderRenderer, type Rendered, type TargetOutcome, renderTarget, titleOf } from './renderTarget.ts';
import { printComparison } from './printComparison.ts';
import { exitCodes } from './reportError.ts';
import { type TitledNote, notesOf, reportFailures, reportNotes } from './reportOutcomes.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usageError.ts';

/** What a build is made with. Disposing ends the engine and the connection. */
export interface BuildParts extends Disposable {
  readonly renderer: Renderer;
  readonly renderFolder: FolderRenderer;
  readonly workingTree: RepositoryState;
  /** Throws `Failure('notFound')` when there is no such revision. */
  commit(revision: string, signal: AbortSignal): Promise<RepositoryState>;
  readonly cluster: ClusterInputs | undefined;
  readonly puller: ChartPuller | undefined;
}

export interface BuildWorld {
  readonly terminal: Terminal;
  readonly open: (options: BuildArguments, found: FoundTarget, signal: AbortSignal) => Promise<BuildParts>;
  readonly signal: AbortSignal;
}

/** Gives the exit code. Throws `UsageError`, and `Failure` for what concerns the whole. */
export async function build(options: BuildArguments, found: FoundTarget, world: BuildWorld): Promise<number> {
  if (options.diff !== undefined && !found.hasCommits) {
    throw new UsageError(`--diff compares with a commit, and ${found.repository} is no Git repository.`);
  }
  checkAspect(options, found.target);
  const parts = await world.open(options, found, world.signal);
  try {
    return options.diff === undefined
      ? await printBuild(options, found, parts, world)
      : await printDiff(options, options.diff, found, parts, world);
  } finally {
    parts.dispose();
  }
}

/** Throws `UsageError` where what is named has no such thing. */
function checkAspect({ aspect }: BuildArguments, target: Target): void {
  if (aspect !== 'objects' && target.by === 'name' && target.name.kind !== kindOfAspect[aspect]) {
    const [whose, short] = aspect === 'values' ? ['a HelmRelease', 'hr'] : ['a Kustomization', 'ks'];
    throw new UsageError(`--${aspect} are those of ${whose}: driftline build ${short}/NAME --${aspect}`);
  }
}

async function printBuild(
  options: BuildArguments,
  found: FoundTarget,
  parts: BuildParts,
  { terminal, signal }: BuildWorld,
): Promise<number> {
  const outcomes = await renderIn(parts.workingTree, found, parts, options, signal);
  if (outcomes.length === 0) {
    throw await nothingMeant(found.target, [parts.workingTree], parts.renderer, signal, options.aspect);
  }
  const code = reportFailures(outcomes, options, terminal);
  const rendered = outcomes.flatMap((outcome) => (outcome.state === 'rendered' ? [outcome.rendered] : []));
  // A list that lacks what could not be rendered would pass for the whole.
  if (options.output === 'yaml' || rendered.length === outcomes.length) {
    terminal.print(printed(rendered, options, parts.workingTree.label));
  }
  const { aspect } = options;
  reportNotes([...notesOf(outcomes), ...(aspect === 'objects' ? outcomes.flatMap(maskNotes) : [])], terminal);
  return code;
}

/** Throws `UsageError` for a folder that has neither values nor variables. */
function printed(all: readonly Rendered[], { aspect, output, cluster }: BuildArguments, state: string): string {
  if (aspect === 'objects') {
    return output === 'json' ? objectsAsJson(all) : all.map(objectsAsYaml).join('');
  }
  if (all.some(({ kind }) => kind !== kindOfAspect[aspect])) {
    throw new UsageError(`The folder is not that of one Flux ${kindOfAspect[aspect]}, and has no ${aspect}.`);
  }
  const from = cluster === undefined ? state : `${state} and cluster ${cluster.context}`;
  return output === 'json' ? aspectAsJson(aspect, all) : all.map((each) => aspectAsYaml(aspect, each, from)).join('');
}

function maskNotes(outcome: TargetOutcome): readonly TitledNote[] {
  const objects = outcome.state === 'rendered' ? outcome.rendered.objects : [];
  const values = objects.reduce((sum, { masked }) => sum + masked.length, 0);
  const message = `${values} ${values === 1 ? 'value is' : 'values are'} masked (•••): to be read, not to be applied.`;
  return values === 0 ? [] : [{ title: outcome.title, severity: 'information', message }];
}

async function printDiff(
  options: BuildArguments,
  revision: string,
  found: FoundTarget,
  parts: BuildParts,
  { terminal, signal }: BuildWorld,
): Promise<number> {
  const commit = await parts.commit(revision, signal);
  const states = [commit, parts.workingTree] as const;
  const sides = {
    before: await renderIn(commit, found, parts, options, signal),
    after: await renderIn(parts.workingTree, found, parts, options, signal),
  };
  if (sides.before.length + sides.after.length === 0) {
    throw await nothingMeant(found.target, states, parts.renderer, signal);
  }
  const code = Math.max(
    reportFailures(sides.before, options, terminal, commit.label),
    reportFailures(sides.after, options, terminal, parts.workingTree.label),
  );
  const changes = printComparison(sides, options, { before: commit.label, after: parts.workingTree.label }, terminal);
  return code === 0 && options.exitCode && changes > 0 ? exitCodes.failed : code;
}

function renderIn(
  state: RepositoryState,
  { target, file }: FoundTarget,
  parts: BuildParts,
  { owner, kubeVersion, apiVersions, aspect }: BuildArguments,
  signal: AbortSignal,
): Promise<readonly TargetOutcome[]> {
  const { renderer, renderFolder, cluster, puller } = parts;
  const options: RenderOptions = {
    state,
    signal,
    ...(cluster && { cluster }),
    ...(puller && { puller }),
    ...(file !== undefined && { path: file }),
    ...(owner && { owner: { kind: 'Kustomization', ...owner } }),
    ...(kubeVersion !== undefined && { kubernetesVersion: kubeVersion }),
    ...(apiVersions.length > 0 && { apiVersions }),
  };
  const only = aspect === 'objects' ? undefined : kindOfAspect[aspect];
  return renderTarget(target, { renderer, renderFolder, options, only });
}

async function nothingMeant(
  target: Target,
  states: readonly RepositoryState[],
  renderer: Renderer,
  signal: AbortSignal,
  aspect: BuildAspect = 'objects',
): Promise<UsageError> {
  const where = states.map(({ label }) => label).join(' or ');
  if (target.by === 'folder') {
    return new UsageError(`The folder ${target.path} holds no files (${where}).`);
  }
  if (target.by === 'file' && aspect !== 'objects') {
    return new UsageError(
      `${target.path} states no ${kindOfAspect[aspect]}, which --${aspect} are those of (${where}).`,
    );
  }
  if (target.by === 'file') {
    return new UsageError(`${target.path} states no Flux Kustomization and no HelmRelease (${where}).`, [
      'A kustomize build is made of a folder: name that.',
    ]);
  }
  const { kind, name } = target.name;
  const stated = await Promise.all(states.map((state) => renderer.stated(state, signal)));
  const names = stated.flat().filter((each) => each.name.kind === kind);
  const elsewhere = names.filter((each) => each.name.name === name).map((each) => titleOf(each.name));
  const near = nearestWord(
    name,
    names.map((each) => each.name.name),
  );
  const hint = elsewhere.length > 0 ? elsewhere.join(', ') : near;
  return new UsageError(
    `The repository states no ${titleOf(target.name)} (${where}).`,
    hint === undefined ? [] : [`Did you mean ${hint}?`],
  );
}
