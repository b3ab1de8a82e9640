/**
 * What a change of a repository does: all Flux Kustomizations and HelmReleases that it concerns, rendered before and after it, and
 * what differs between the two. Asks a cluster for nothing but what renders need.
 */
import { Failure, isFailure } from '../base/failure.ts';
import type { BuildGraph } from '../manifests/buildGraph.ts';
import { compareRenders } from '../render/compareRenders.ts';
import type {
  ChartPuller,
  ClusterInputs,
  DesiredObject,
  FluxName,
  RenderedKustomization,
  RenderedRelease,
  RepositoryState,
  StatedFluxObject,
} from '../render/desired.ts';
import type { Ambiguous, Renderer, RenderOptions } from '../render/renderer.ts';
import { displayName, idOf } from '../flux/objectKey.ts';
import { asFlag } from '../flux/untyped.ts';
import { clusterFolders, clusterOf } from './clusterFolders.ts';
import { compareStates, keyOf } from './compareStates.ts';
import { type ConfigDiff, renderedConfigDiff } from './configDiff.ts';
import type { ObjectDifference } from './difference.ts';
import { staysBehind } from './identityChange.ts';
import { renderedPaths } from './renderedPaths.ts';
import { sharedState } from './sharedState.ts';
import { readBuildGraph, touchedByFiles, touchedByObjects } from './touchedKustomizations.ts';
import { unreadFile } from './unreadFile.ts';

export interface ChangesToCompare {
  readonly renderer: Renderer;
  readonly before: RepositoryState;
  readonly after: RepositoryState;
  /** Files that differ between the two. */
  readonly changed: readonly string[];
  readonly cluster?: ClusterInputs | undefined;
  readonly puller?: ChartPuller | undefined;
  readonly signal: AbortSignal;
  /** Each target as soon as it is compared: what there is when the user cancels. Moves are not known by then. */
  readonly onTarget?: (target: ChangedTarget) => void;
  /** `total` grows while it runs: what differs tells what else is concerned. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number; readonly name: FluxName }) => void;
}

type Rendered = RenderedKustomization | RenderedRelease;

/** An object that goes from one owner to another in the same change. */
export interface ChangedObject extends ObjectDifference {
  readonly movedFrom?: FluxName;
  /** Who had it deletes it, where that is reconciled first. */
  readonly deletedFirst?: true;
}

export interface ChangedTarget {
  readonly name: FluxName;
  /**
   * A file that tells it from others of its name: the one that states it in the state that has it, or one of its parents. With
   * the Kustomization that builds it, where several do (`clusters/staging/apps.yaml of flux-system/apps`).
   */
  readonly place: string;
  /** The files that state its parents, from the root down, and itself: as far as it could be rendered. */
  readonly files: readonly string[];
  /** The folder of its cluster, where the repository has several; `undefined` where it has one, or no file tells. */
  readonly cluster: string | undefined;
  readonly before: Rendered | undefined;
  readonly after: Rendered | undefined;
  /** After the change no file states it, or nothing applies it that did before. */
  readonly gone?: true;
  readonly objects: readonly ChangedObject[];
  /** The values of a release that is there before and after, where they or its chart differ. */
  readonly config?: ConfigDiff;
  /** It could not be rendered; then there are no objects. `before` it failed alike: the change has no part in it. */
  readonly failure?: { readonly error: unknown; readonly side: 'before' | 'after' | 'both' };
}

/**
 * In the order in which they were found, without those that are the same; one that has only lost what moves to another is among
 * them, without an object that differs. Throws `Failure('cancelled')`.
 */
export async function compareChanges(given: ChangesToCompare): Promise<readonly ChangedTarget[]> {
  const { changed, after } = given;
  const parts = { ...given, before: sharedState(given.before, after, changed) };
  const sides = await readSides(parts);
  const pairs = pairsOf(sides.before.stated, sides.after.stated);
  const folders = [...new Set([...clusterFolders(sides.before.stated), ...clusterFolders(sides.after.stated)])];
  const concerned = new Set(touched(pairs, sides, changed));
  const targets: ChangedTarget[] = [];
  // A document may leave its namespace to the build that takes it in: then that tells it.
  const names = new Map<Pair, FluxName | undefined>();
  // Kustomizations whose new side cannot be rendered, by their name.
  const failed = new Map<string, unknown>();
  let done = 0;
  // A set yields what is added while it is walked: this is the queue.
  for (const pair of concerned) {
    parts.onProgress?.({ done, total: concerned.size, name: pair.name });
    for (const found of await comparePair(parts, { ...pair, name: names.get(pair) ?? pair.name }, folders)) {
      if (found.name.kind === 'Kustomization' && found.failure && found.failure.side !== 'before') {
        failed.set(displayName(found.name), found.failure.error);
      }
      const target = unlessUnbuilt(found, failed);
      if (target.failure || target.objects.some(({ change }) => change !== 'none')) {
        targets.push(target);
        parts.onTarget?.(target);
      }
      for (const next of concernedBy(pairs, target)) {
        concerned.add(next);
        names.set(next, names.get(next) ?? nameIn(target, next.name));
      }
    }
    done += 1;
  }
  // A parent may have been rendered after what it applies.
  return withMoves(targets.map((target) => unlessUnbuilt(target, failed)));
}

async function readSides({ renderer, before, after, signal }: ChangesToCompare): Promise<Sides> {
  const read = async (state: RepositoryState): Promise<Side> => ({
    stated: await renderer.stated(state, signal),
    graph: (await renderer.graph?.(state, signal)) ?? (await readBuildGraph(state.files, signal)),
  });
  // One after the other: the second takes over what the first has read.
  return { after: await read(after), before: await read(before) };
}

/** One object of files; a side that does not have it is `undefined`. */
interface Pair {
  /** As the newer side states it. */
  readonly name: FluxName;
  readonly path: string;
  readonly before: StatedFluxObject | undefined;
  readonly after: StatedFluxObject | undefined;
}

/** By name and file; one that has gone to another file by its name, where only one has. */
function pairsOf(before: readonly StatedFluxObject[], after: readonly StatedFluxObject[]): readonly Pair[] {
  const fileKey = ({ name, path }: StatedFluxObject): string => JSON.stringify([name, path]);
  const old = new Map(before.map((one) => [fileKey(one), one]));
  const pairs: Pair[] = [];
  const added: StatedFluxObject[] = [];
  for (const one of after) {
    const counterpart = old.get(fileKey(one));
    old.delete(fileKey(one));
    if (counterpart) {
      pairs.push({ name: one.name, path: one.path, before: counterpart, after: one });
    } else {
      added.push(one);
    }
  }
  for (const one of added) {
    const same = ({ name }: StatedFluxObject): boolean => JSON.stringify(name) === JSON.stringify(one.name);
    const left = [...old.values()].filter(same);
    const [moved] = left.length === 1 && added.filter(same).length === 1 ? left : [];
    if (moved) {
      old.delete(fileKey(moved));
    }
    pairs.push({ name: one.name, path: one.path, before: moved, after: one });
  }
  const gone = [...old.values()].map((one): Pair => ({
    name: one.name,
    path: one.path,
    before: one,
    after: undefined,
  }));
  return [...pairs, ...gone];
}

interface Side {
  readonly stated: readonly StatedFluxObject[];
  readonly graph: BuildGraph;
}

interface Sides {
  readonly before: Side;
  readonly after: Side;
}

function touched(pairs: readonly Pair[], sides: Sides, changed: readonly string[]): readonly Pair[] {
  return pairsWith(pairs, [
    ...touchedByFiles(sides.before.stated, sides.before.graph, changed),
    ...touchedByFiles(sides.after.stated, sides.after.graph, changed),
  ]);
}

function concernedBy(pairs: readonly Pair[], { objects }: ChangedTarget): readonly Pair[] {
  const stated = pairs.flatMap(({ before, after }) => [before, after].flatMap((one) => one ?? []));
  return pairsWith(pairs, touchedByObjects(stated, objects));
}

function nameIn({ objects }: ChangedTarget, name: FluxName): FluxName | undefined {
  const found = objects.find(({ id }) => id.kind === name.kind && id.name === name.name);
  return name.namespace === '' && found ? { ...name, namespace: found.id.namespace } : undefined;
}

function pairsWith(pairs: readonly Pair[], objects: readonly StatedFluxObject[]): readonly Pair[] {
  const found = new Set<StatedFluxObject | undefined>(objects);
  return pairs.filter(({ before, after }) => [before, after].some((one) => one !== undefined && found.has(one)));
}

type Outcome = { readonly way?: Ambiguous['choices'][number] } & (
  { readonly rendered: Rendered } | { readonly error: unknown }
);

/** Several where several Kustomizations build the object: one for each. */
async function comparePair(
  parts: ChangesToCompare,
  pair: Pair,
  folders: readonly string[],
): Promise<readonly ChangedTarget[]> {
  const { before, after } = pair;
  const old = before ? await renderWays(parts, parts.before, before) : new Map<string, Outcome>();
  const next = after ? await renderWays(parts, parts.after, after) : await unreadWays(parts.after, pair.path, old);
  // Where it is built in one way on each side, the ways need not be called alike.
  const keys =
    old.size === 1 && next.size === 1
      ? [...old.keys()].map((key) => [key, [...next.keys()][0] ?? key] as const)
      : [...new Set([...old.keys(), ...next.keys()])].map((key) => [key, key] as const);
  return keys.map(([oldKey, nextKey]) => targetOf(pair, old.get(oldKey), next.get(nextKey), folders));
}

/** The ways of before, for a file that is broken states nothing any more, and deletes nothing by that: Flux stays at what it has. */
async function unreadWays(
  state: RepositoryState,
  path: string,
  old: ReadonlyMap<string, Outcome>,
): Promise<ReadonlyMap<string, Outcome>> {
  const error = await unreadFile(state, path);
  return new Map(error ? [...old].map(([key, { way }]) => [key, { ...(way && { way }), error }]) : []);
}

function targetOf(
  pair: Pair,
  old: Outcome | undefined,
  next: Outcome | undefined,
  folders: readonly string[],
): ChangedTarget {
  const { before, after, gone } = appliedSides(pair, renderedOf(old), renderedOf(next));
  const rendered = after ?? before;
  const way = (next ?? old)?.way;
  const files = [...(rendered?.parentFiles ?? []), ...(way ? [way.path] : []), pair.path];
  const known = {
    name: rendered?.name ?? pair.name,
    place: way ? [way.path, ...(way.owner ? [displayName(way.owner)] : [])].join(' of ') : pair.path,
    files,
    cluster: clusterOf(files, folders),
    before,
    after,
  };
  const failed = [old, next].map((outcome) => outcome && 'error' in outcome);
  if (failed[0] === true || failed[1] === true) {
    const side = failed[0] === true ? (failed[1] === true ? 'both' : 'before') : 'after';
    const error = [next, old].flatMap((outcome) => (outcome && 'error' in outcome ? [outcome.error] : []))[0];
    // It has not gone where its file is there and nobody knows what that states.
    return { ...known, ...(gone && !next && { gone }), objects: [], failure: { error, side } };
  }
  const isRelease = before?.kind === 'HelmRelease' && after?.kind === 'HelmRelease';
  const config = isRelease ? renderedConfigDiff(before, after) : undefined;
  return { ...known, ...(gone && { gone }), objects: compareStates(before, after), ...(config && { config }) };
}

/** Nothing goes by a build that fails: a Flux object that is stated no more stays as long as one of its parents is not built. */
function unlessUnbuilt(target: ChangedTarget, failed: ReadonlyMap<string, unknown>): ChangedTarget {
  const { gone, before, ...known } = target;
  const parent = gone && before?.parents.find((name) => failed.has(displayName(name)));
  if (!parent || target.failure) {
    return target;
  }
  const cause = failed.get(displayName(parent));
  const words = cause instanceof Error ? cause.message : String(cause);
  const message = `whether it goes is not known, for Kustomization ${displayName(parent)} cannot be rendered: ${words}`;
  return { ...known, before, objects: [], failure: { error: new Failure('invalid', message), side: 'after' } };
}

/** What a build takes in on one side alone comes or goes, though a file states it on both. */
function appliedSides(
  { before: stated, after: statedNow }: Pair,
  before: Rendered | undefined,
  after: Rendered | undefined,
): Pick<ChangedTarget, 'before' | 'after' | 'gone'> {
  const [wasApplied, isApplied] = [before, after].map((side) => (side?.parents ?? []).length > 0);
  if (!before || !after || wasApplied === isApplied) {
    return { before, after, ...(stated && !statedNow && { gone: true }) };
  }
  return isApplied === true ? { before: undefined, after } : { before, after: undefined, gone: true };
}

function renderedOf(outcome: Outcome | undefined): Rendered | undefined {
  return outcome && 'rendered' in outcome ? outcome.rendered : undefined;
}

/** By what tells the ways apart; the only one is `''`. Throws `Failure('cancelled')`. */
async function renderWays(
  { renderer, cluster, puller, signal }: ChangesToCompare,
  state: RepositoryState,
  { name, path }: StatedFluxObject,
): Promise<ReadonlyMap<string, Outcome>> {
  const options: RenderOptions = { state, signal, path, ...(cluster && { cluster }), ...(puller && { puller }) };
  const render = (wanted: FluxName, more: RenderOptions): ReturnType<Renderer['kustomization' | 'release']> =>
    wanted.kind === 'Kustomization' ? renderer.kustomization(wanted, more) : renderer.release(wanted, more);
  try {
    const first = await render(name, options);
    if (first.kind !== 'ambiguous') {
      return new Map([['', { rendered: first }]]);
    }
    const ways = new Map<string, Outcome>();
    for (const way of first.choices) {
      const { name: own, owner, path: file } = way;
      const rendered = await render(own, { ...options, path: file, ...(owner && { owner }) });
      ways.set(
        JSON.stringify([own, owner, file]),
        rendered.kind === 'ambiguous' ? { way, error: new Failure('invalid', rendered.message) } : { way, rendered },
      );
    }
    return ways;
  } catch (error) {
    if (isFailure(error, 'cancelled')) {
      throw error;
    }
    return new Map([['', { error }]]);
  }
}

/** An object that one target loses and another one of the same cluster gets is one that moves. */
function withMoves(targets: readonly ChangedTarget[]): readonly ChangedTarget[] {
  const lost = new Map<string, { readonly from: ChangedTarget; readonly difference: ChangedObject }[]>();
  for (const from of targets) {
    for (const difference of from.objects.filter(isGone)) {
      const key = keyOf(difference.id);
      lost.set(key, [...(lost.get(key) ?? []), { from, difference }]);
    }
  }
  const moved = new Set<ChangedObject>();
  const arrived = targets.map((target) => {
    const objects = target.objects.map((difference) => {
      const losses = difference.change === 'create' ? lost.get(keyOf(difference.id)) : undefined;
      const origin = losses?.find(({ from }) => from !== target && from.cluster === target.cluster);
      if (!origin) {
        return difference;
      }
      moved.add(origin.difference);
      return move(origin.from, target, difference);
    });
    return { ...target, objects };
  });
  // Whoever has only lost what moved stays among them: what happens on the way is told by both owners.
  return arrived.map((target) => ({ ...target, objects: target.objects.filter((one) => !moved.has(one)) }));
}

function isGone({ change, because }: ChangedObject): boolean {
  return change === 'delete' || (change === 'skip' && because === 'pruneDisabled');
}

function move(from: ChangedTarget, to: ChangedTarget, created: ChangedObject): ChangedObject {
  const [old, next] = [find(from.before, created), find(to.after, created)];
  const [change] = old && next ? compareRenders([old], [next]).changes : [];
  const sides = change?.change === 'change' ? { before: change.before, after: change.after } : {};
  const paths = change?.change === 'change' ? renderedPaths(change.before, change.after) : [];
  const title = `${from.name.kind} ${from.name.namespace}/${from.name.name}`;
  const deletedFirst = deletesWhatItLoses(from);
  const risk = deletedFirst ? `; where that is reconciled first, it is deleted first and made anew` : '';
  const { id, apiVersion } = created;
  return {
    id,
    apiVersion,
    change: 'change',
    paths,
    ...sides,
    movedFrom: from.name,
    ...(deletedFirst && { deletedFirst }),
    reason: `moves here from ${title}${risk}`,
  };
}

/** Whether who had the object deletes it when it is reconciled. */
function deletesWhatItLoses({ before, after }: ChangedTarget): boolean {
  const { spec } = after?.inForce ?? {};
  if (!after) {
    return before !== undefined && staysBehind(before.inForce) === undefined;
  }
  return asFlag(spec?.suspend) !== true && (after.kind === 'HelmRelease' || asFlag(spec?.prune) === true);
}

function find(rendered: Rendered | undefined, { id }: ChangedObject): DesiredObject | undefined {
  return rendered?.objects.find(({ object }) => keyOf(idOf(object)) === keyOf(id));
}
