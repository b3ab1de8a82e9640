/**
 * `driftline build`: renders what was named and prints it, or what the working tree changes of it against a commit. Gives the
 * exit code; what it needs of the world is opened by others.
 */
import type { Disposable } from '../base/disposables.ts';
import { isFailure } from '../base/failure.ts';
import { idOf } from '../flux/objectKey.ts';
import { type RenderComparison, compareRenders } from '../render/compareRenders.ts';
import type { ChartPuller, ClusterInputs, DesiredObject, RenderNote, RepositoryState } from '../render/desired.ts';
import type { RenderOptions, Renderer } from '../render/renderer.ts';
import type { BuildArguments } from './buildOptions.ts';
import { type DiffLabels, type TargetChange, changesAsJson, diffColour, unifiedDiff } from './diffObjects.ts';
import type { FoundTarget, Target } from './findTarget.ts';
import { nearestWord } from './nearestWord.ts';
import { objectsAsJson, objectsAsYaml } from './printObjects.ts';
import { type FolderRenderer, type TargetOutcome, renderTarget, titleOf } from './renderTarget.ts';
import { reportError } from './reportError.ts';
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
  const parts = await world.open(options, found, world.signal);
  try {
    return options.diff === undefined
      ? await printBuild(options, found, parts, world)
      : await printDiff(options, options.diff, found, parts, world);
  } finally {
    parts.dispose();
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
    throw await nothingMeant(found.target, [parts.workingTree], parts.renderer, signal);
  }
  const rendered = outcomes.flatMap((outcome) => (outcome.state === 'rendered' ? [outcome.rendered] : []));
  if (options.output === 'json') {
    // A list that lacks what could not be rendered would pass for the whole.
    if (rendered.length === outcomes.length) {
      terminal.print(objectsAsJson(rendered));
    }
  } else {
    for (const each of rendered) {
      terminal.print(objectsAsYaml(each));
    }
  }
  const exitCodes = outcomes.map((outcome) => report(outcome, parts.workingTree, options, terminal));
  return Math.max(0, ...exitCodes);
}

async function printDiff(
  options: BuildArguments,
  revision: string,
  found: FoundTarget,
  parts: BuildParts,
  { terminal, signal }: BuildWorld,
): Promise<number> {
  const states = [await parts.commit(revision, signal), parts.workingTree] as const;
  const before = await renderIn(states[0], found, parts, options, signal);
  const after = await renderIn(states[1], found, parts, options, signal);
  if (before.length + after.length === 0) {
    throw await nothingMeant(found.target, states, parts.renderer, signal);
  }
  const exitCodes = [
    ...before.map((each) => report(each, states[0], options, terminal)),
    ...after.map((each) => report(each, states[1], options, terminal)),
  ];
  const comparisons = pairs(before, after).flatMap((pair) => compare(pair) ?? []);
  reportEncrypted([...before, ...after], terminal);
  const labels: DiffLabels = { before: states[0].label, after: states[1].label };
  const changes = inOrder(comparisons);
  const failed = Math.max(0, ...exitCodes);
  // As with objects: a list in which something is missing would pass for the whole.
  if (options.output === 'yaml' || failed === 0) {
    printChanges(changes, options, labels, terminal);
  }
  terminal.remark(summary(comparisons, changes, labels));
  return failed > 0 ? failed : options.exitCode && changes.length > 0 ? 1 : 0;
}

function renderIn(
  state: RepositoryState,
  { target, file }: FoundTarget,
  parts: BuildParts,
  { owner, kubeVersion, apiVersions }: BuildArguments,
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
  return renderTarget(target, { renderer, renderFolder, options });
}

/** Says what a reader must know of one outcome; gives its exit code. */
function report(outcome: TargetOutcome, state: RepositoryState, options: BuildArguments, terminal: Terminal): number {
  if (outcome.state === 'failed') {
    const hints = isFailure(outcome.error, 'notFound') ? sourcesLeft(outcome.key, options) : [];
    return reportError(outcome.error, terminal, { what: `${outcome.title} (${state.label})`, hints });
  }
  for (const { severity, message } of [...outcome.rendered.notes, ...maskNotes(outcome.rendered.objects)]) {
    terminal.message(severity === 'approximate' ? 'warning' : 'note', `${outcome.title}: ${message}`);
  }
  return 0;
}

/** Where what is missing could come from, as far as it was not asked. */
function sourcesLeft(what: string, { pull, cluster }: BuildArguments): readonly string[] {
  return [
    ...(pull || !what.startsWith('HelmRelease') ? [] : ['--pull pulls charts from where their sources point.']),
    ...(cluster ? [] : ['--context NAME asks a cluster for what is not in the repository.']),
  ];
}

function maskNotes(objects: readonly DesiredObject[]): readonly RenderNote[] {
  const values = objects.reduce((sum, { masked }) => sum + masked.length, 0);
  const message = `${values} ${values === 1 ? 'value is' : 'values are'} masked (•••): to be read, not to be applied.`;
  return values === 0 ? [] : [{ severity: 'information', message }];
}

/** Without keys two ciphertexts cannot be compared; silence would say that they are the same. */
function reportEncrypted(outcomes: readonly TargetOutcome[], terminal: Terminal): void {
  const names = outcomes.flatMap((outcome) =>
    outcome.state === 'rendered'
      ? outcome.rendered.objects.filter(({ encrypted }) => encrypted).map(({ object }) => JSON.stringify(idOf(object)))
      : [],
  );
  const count = new Set(names).size;
  if (count > 0) {
    const subject = count === 1 ? '1 object is encrypted, and its' : `${count} objects are encrypted, and their`;
    terminal.message('note', `${subject} values are not compared.`);
  }
}

interface OutcomePair {
  readonly title: string;
  readonly before: TargetOutcome | undefined;
  readonly after: TargetOutcome | undefined;
}

/** By what was asked for: what was added or removed has one side. */
function pairs(before: readonly TargetOutcome[], after: readonly TargetOutcome[]): readonly OutcomePair[] {
  const left = [...before];
  const matched = after.map((outcome): OutcomePair => {
    const at = left.findIndex(({ key }) => key === outcome.key);
    return { title: outcome.title, before: at < 0 ? undefined : left.splice(at, 1)[0], after: outcome };
  });
  return [
    ...left.map((outcome): OutcomePair => ({ title: outcome.title, before: outcome, after: undefined })),
    ...matched,
  ];
}

interface Compared extends RenderComparison {
  readonly title: string;
}

/** `undefined` where a side failed: against nothing everything would seem new. */
function compare({ title, before, after }: OutcomePair): Compared | undefined {
  if (before?.state === 'failed' || after?.state === 'failed') {
    return undefined;
  }
  return { title, ...compareRenders(before?.rendered.objects ?? [], after?.rendered.objects ?? []) };
}

/** What is deleted first, for that is what cannot be had again. */
function inOrder(comparisons: readonly Compared[]): readonly TargetChange[] {
  const all = comparisons.flatMap(({ title, changes }) => changes.map((change) => ({ of: title, change })));
  return (['delete', 'create', 'change'] as const).flatMap((kind) =>
    all.filter(({ change }) => change.change === kind),
  );
}

function printChanges(
  changes: readonly TargetChange[],
  { output }: BuildArguments,
  labels: DiffLabels,
  terminal: Terminal,
): void {
  if (output === 'json') {
    terminal.print(changesAsJson(changes, labels));
    return;
  }
  for (const change of changes) {
    for (const line of unifiedDiff(change, labels).trimEnd().split('\n')) {
      terminal.print(`${line}\n`, diffColour(line));
    }
  }
}

/** One line on what was compared with what, so that silence is no riddle. */
function summary(
  comparisons: readonly Compared[],
  changes: readonly TargetChange[],
  { before, after }: DiffLabels,
): string {
  const what = `${comparisons.map(({ title }) => title).join(', ')}: ${before} ↔ ${after}`;
  if (comparisons.length === 0) {
    return `Nothing could be compared: ${before} ↔ ${after}.`;
  }
  const same = comparisons.reduce((sum, { unchanged }) => sum + unchanged, 0);
  if (changes.length === 0) {
    return `${what}: nothing differs, ${same} ${same === 1 ? 'object is' : 'objects are'} the same.`;
  }
  const words = { delete: 'deleted', create: 'created', change: 'changed' } as const;
  const counts = (['delete', 'create', 'change'] as const).flatMap((kind) => {
    const count = changes.filter(({ change }) => change.change === kind).length;
    return count === 0 ? [] : [`${count} ${words[kind]}`];
  });
  return `${what}: ${counts.join(', ')}, ${same} the same.`;
}

async function nothingMeant(
  target: Target,
  states: readonly RepositoryState[],
  renderer: Renderer,
  signal: AbortSignal,
): Promise<UsageError> {
  const where = states.map(({ label }) => label).join(' or ');
  if (target.by === 'folder') {
    return new UsageError(`The folder ${target.path} holds no files (${where}).`);
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
