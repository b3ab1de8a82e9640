/**
 * What a change of a repository does to a cluster: the renders of before and after (`compareChanges.ts`), of which the cluster has the
 * last word on each object, and what happens to whole releases and Kustomizations. One function for terminal and editor; shows
 * nothing and writes nothing, but dry-runs stand in the audit log, so it runs on the user's action alone.
 */
import { isFailure } from '../base/failure.ts';
import { idOf } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import type { FluxName, RenderedKustomization, RenderNote } from '../render/desired.ts';
import { approximate } from '../render/renderNote.ts';
import { type ChangedObject, type ChangedTarget, type ChangesToCompare, compareChanges } from './compareChanges.ts';
import type { KustomizationToCompare } from './compareKustomization.ts';
import { keyOf } from './compareStates.ts';
import type { Comparison, ComparisonProgress } from './difference.ts';
import { type IdentityWarning, identityWarnings } from './identityChange.ts';
import { identityOfRenders } from './identityOfRenders.ts';

/** What is asked of a cluster about a change. */
export interface AskedCluster {
  readonly context: string;
  /** Empty also where the kind is not served. */
  find(name: FluxName, signal: AbortSignal): Promise<readonly FluxObject[]>;
  /** All Kustomizations and HelmReleases. */
  fluxObjects(signal: AbortSignal): Promise<readonly FluxObject[]>;
  compareKustomization(task: Omit<KustomizationToCompare, 'api' | 'clock'>): Promise<Comparison>;
}

/** `onTarget` is told by `onEffect`. */
export interface EffectsTask extends Omit<ChangesToCompare, 'onTarget'> {
  /** Absent: told by renders alone. */
  readonly asked?: AskedCluster | undefined;
  /**
   * Whether a target is one of the cluster that is asked, for a repository may have several; the others are in `leftOut`, rendered
   * and not asked about. What it throws ends the run. Absent: all are.
   */
  readonly isMeant?: (target: ChangedTarget) => boolean;
  /**
   * Each target as soon as it is known: by its renders, and once more when the cluster has judged it. By name and place the later
   * takes the place of the earlier: what was told last is what there is when the user cancels.
   */
  readonly onEffect?: (effect: ChangeEffect) => void;
  /** While the cluster is asked about one target. */
  readonly onAsked?: (name: FluxName, progress: ComparisonProgress) => void;
}

/** One target as the cluster would have it. */
export interface ChangeEffect {
  readonly target: ChangedTarget;
  /** In the order of a comparison. Objects with `against` were told by renders alone: no cluster was asked about them. */
  readonly objects: readonly EffectOnObject[];
  readonly notes: readonly RenderNote[];
  /** The change has broken it: it could not be rendered, and nothing is known of its objects. */
  readonly failure?: unknown;
}

export interface EffectOnObject extends ChangedObject {
  /** The label of the state before, where that is the other side beside objects that a cluster has looked at. */
  readonly against?: string;
}

export interface ChangeEffects {
  /** Takes the place of all that `onEffect` told: what moves is known at the end alone. */
  readonly effects: readonly ChangeEffect[];
  /** What happens to whole objects, those that lose data first. */
  readonly warnings: readonly IdentityWarning[];
  /** Of the whole. */
  readonly notes: readonly RenderNote[];
  readonly leftOut: readonly ChangedTarget[];
}

/**
 * Throws a `Failure` for what concerns all (`cancelled`, `unauthorized`, `unreachable`), and what `isMeant` throws. A target that
 * cannot be rendered has a `failure`, and the rest goes on.
 */
export async function changeEffects(task: EffectsTask): Promise<ChangeEffects> {
  const { asked, isMeant = () => true, onEffect } = task;
  const leftOut = new Map<string, ChangedTarget>();
  const early = (target: ChangedTarget): void => {
    if (isMeant(target)) {
      onEffect?.(byRenders(target, task));
    } else {
      leftOut.set(keyOfTarget(target), target);
    }
  };
  const targets = await compareChanges({ ...task, onTarget: early });
  const effects: ChangeEffect[] = [];
  for (const target of targets.filter((one) => !leftOut.has(keyOfTarget(one)))) {
    const effect = await effectOf(target, task);
    effects.push(effect);
    onEffect?.(effect);
  }
  const more = asked ? await warned(effects, asked, task) : { warnings: [], notes: [] };
  return { effects, leftOut: [...leftOut.values()], ...more };
}

function keyOfTarget({ name, place }: ChangedTarget): string {
  return JSON.stringify([name, place]);
}

/** Beside those that a cluster has looked at, what is told by renders alone has a commit on its other side. */
function byRenders(target: ChangedTarget, { asked, before }: EffectsTask): ChangeEffect {
  const known = knownObjects(target);
  const objects = asked ? known.map((object) => ({ ...object, against: before.label })) : known;
  const { failure } = target;
  return {
    target,
    objects,
    notes: target.after?.notes ?? target.before?.notes ?? [],
    ...(failure && objects.length === 0 && { failure: failure.error }),
  };
}

/**
 * A chart that cannot be had leaves its release unknown, not the whole; and so does what the change has not broken, for nobody can
 * say what it does to that.
 */
function knownObjects({ name, objects, failure }: ChangedTarget): readonly ChangedObject[] {
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

async function effectOf(target: ChangedTarget, task: EffectsTask): Promise<ChangeEffect> {
  const effect = byRenders(target, task);
  const { after, failure } = target;
  if (!task.asked || failure || after?.kind !== 'Kustomization') {
    return effect;
  }
  const answer = await askAbout(effect.objects, after, task.asked, task);
  const known = new Set(effect.notes.map(({ message }) => message));
  const notes = [...effect.notes, ...answer.notes.filter(({ message }) => !known.has(message))];
  return { ...effect, objects: answer.objects, notes };
}

/**
 * Only what the change touches: what has drifted besides is no part of it. The inventory is left out, for it would count as deleted
 * what is not asked about; Namespaces and definitions are asked along, for others come after them.
 */
async function askAbout(
  objects: readonly EffectOnObject[],
  after: RenderedKustomization,
  cluster: AskedCluster,
  { signal, onAsked, after: state }: EffectsTask,
): Promise<{ readonly objects: readonly EffectOnObject[]; readonly notes: readonly RenderNote[] }> {
  const wanted = new Set(objects.filter(isWritten).map(({ id }) => keyOf(id)));
  const rendered = {
    ...after,
    objects: after.objects.filter(({ object }) => wanted.has(keyOf(idOf(object))) || isFirst(object.kind)),
  };
  const { name } = after;
  const [applied] = await cluster.find(name, signal); // its Secrets may be in what lives, though the change names them no more
  const onProgress = (progress: ComparisonProgress): void => onAsked?.(name, progress);
  const task = { rendered, live: undefined, applied, from: state.label, signal, onProgress };
  const comparison = await cluster.compareKustomization(task);
  const verdicts = new Map(comparison.objects.map((one) => [keyOf(one.id), one]));
  const judged = objects.map((object): EffectOnObject => {
    const verdict = isWritten(object) ? verdicts.get(keyOf(object.id)) : undefined;
    const { reason, movedFrom } = object;
    const words = [reason, verdict?.reason].filter((text) => text !== undefined);
    return verdict
      ? { ...verdict, ...(movedFrom && { movedFrom }), ...(words.length > 0 && { reason: words.join('; ') }) }
      : object;
  });
  return { objects: judged, notes: comparison.notes };
}

function isWritten({ change }: EffectOnObject): boolean {
  return change === 'create' || change === 'change';
}

function isFirst(kind: string): boolean {
  return kind === 'Namespace' || kind === 'CustomResourceDefinition';
}

/** Without the right to list nothing is warned of, which is said. */
async function warned(
  effects: readonly ChangeEffect[],
  cluster: AskedCluster,
  { signal }: EffectsTask,
): Promise<Pick<ChangeEffects, 'warnings' | 'notes'>> {
  try {
    const live = await cluster.fluxObjects(signal);
    const next = effects.flatMap(({ target: { after } }) => after ?? []);
    const compared = effects.flatMap(({ objects }) => objects);
    return { warnings: identityWarnings({ live, ...identityOfRenders(next, compared) }), notes: [] };
  } catch (error) {
    if (!isFailure(error) || error.reason === 'cancelled' || error.reason === 'unauthorized') {
      throw error;
    }
    const message = `Whether something is uninstalled or changes hands is not known: ${error.message}.`;
    return { warnings: [], notes: [approximate(message)] };
  }
}
