/**
 * What a change of a repository does to a cluster: the renders of before and after (`compareChanges.ts`), of which the cluster has the
 * last word on each object, and what happens to whole releases and Kustomizations. One function for terminal and editor; shows
 * nothing and writes nothing, but dry-runs stand in the audit log, so it runs on the user's action alone.
 */
import { cancelled, isFailure } from '../base/failure.ts';
import { displayName } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import type { FluxName, RenderNote } from '../render/desired.ts';
import { approximate, information } from '../render/renderNote.ts';
import { type AskedCluster, askAbout, inventoried, judged, type Verdicts } from './askedChanges.ts';
import type { ChangeEffect } from './changeEffect.ts';
import { type ChangedObject, type ChangedTarget, type ChangesToCompare, compareChanges } from './compareChanges.ts';
import type { ComparisonProgress } from './difference.ts';
import { EffectIndex, keyOfTarget } from './effectIndex.ts';
import { tellAmong, withOwners } from './goneOwners.ts';
import { type IdentityWarning, identityWarnings } from './identityChange.ts';
import { identityOfRenders } from './identityOfRenders.ts';
import { suspendNotes } from './suspendNotes.ts';

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
   * Each target as soon as it is known: by its renders, and once more when the cluster has judged it, which it does while others are
   * rendered. By name and place the later takes the place of the earlier: what was told last is what there is when the user cancels.
   * `former`: the name by which it was told before, where that was another one, for its namespace was not known yet.
   */
  readonly onEffect?: (effect: ChangeEffect, former?: FluxName) => void;
  /** While the cluster is asked about one target. */
  readonly onAsked?: (name: FluxName, progress: ComparisonProgress) => void;
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
  const { asked, isMeant = () => true, signal } = task;
  const ended = new AbortController();
  const run = new EffectsRun({ ...task, signal: AbortSignal.any([signal, ended.signal]) }, ended);
  const leftOut = new Map<string, ChangedTarget>();
  try {
    const targets = await compareChanges({
      ...run.task,
      onTarget: (target) => {
        if (isMeant(target)) {
          run.found(target);
        } else {
          leftOut.set(keyOfTarget(target), target);
        }
      },
    });
    const effects = withOwners(await run.settled(targets.filter((one) => !leftOut.has(keyOfTarget(one)))));
    const more = asked ? await ofTheWhole(effects, asked, signal) : { warnings: [], notes: [] };
    return { effects, leftOut: [...leftOut.values()], ...more };
  } catch (error) {
    throw run.failure ?? error;
  } finally {
    ended.abort(); // a request that is under way has nobody who waits for it
    await run.idle;
  }
}

/** Asks about one target after another, beside the engine, which renders the next one. */
class EffectsRun {
  readonly task: EffectsTask;
  /** Why the cluster could not be asked, where that concerns all. */
  failure: Error | undefined;
  /** Settles, and never rejects. */
  idle: Promise<void> = Promise.resolve();
  readonly #ended: AbortController;
  readonly #verdicts = new Map<string, Verdicts>();
  readonly #told = new EffectIndex();

  constructor(task: EffectsTask, ended: AbortController) {
    this.task = task;
    this.#ended = ended;
  }

  found(target: ChangedTarget): void {
    this.#tell(byRenders(target, this.task));
    const { asked } = this.task;
    if (asked) {
      this.idle = this.idle.then(() => this.#ask(target, asked)).catch((error: unknown) => this.#fail(error));
    }
  }

  /** What was found, as it is at the end. Throws what ended the asking. */
  async settled(targets: readonly ChangedTarget[]): Promise<readonly ChangeEffect[]> {
    await this.idle;
    if (this.failure !== undefined) {
      throw this.failure;
    }
    return targets.map((target) => this.#effect(target));
  }

  async #ask(target: ChangedTarget, asked: AskedCluster): Promise<void> {
    const { after, signal, onAsked } = this.task;
    if (signal.aborted) {
      throw cancelled('The comparison');
    }
    const onProgress = (progress: ComparisonProgress): void => onAsked?.(target.name, progress);
    const about = { target, from: after.label, signal, onProgress };
    this.#verdicts.set(keyOfTarget(target), await askAbout(about, asked));
    this.#tell(this.#effect(target));
  }

  #fail(error: unknown): void {
    this.failure ??= error instanceof Error ? error : new Error(String(error));
    this.#ended.abort();
  }

  #effect(target: ChangedTarget): ChangeEffect {
    const effect = byRenders(target, this.task);
    const verdicts = this.#verdicts.get(keyOfTarget(target));
    if (!verdicts) {
      return effect;
    }
    const { live } = verdicts;
    const applied = inventoried(verdicts);
    const known = new Set(effect.notes.map(({ message }) => message));
    const added = [...suspendNotes(target, live), ...verdicts.notes].filter(({ message }) => !known.has(message));
    return {
      ...effect,
      objects: effect.objects.map((object) => judged(object, verdicts)),
      notes: [...effect.notes, ...added],
      ...(live && { live }),
      ...(target.failure && applied && { inventoried: applied }),
    };
  }

  #tell(effect: ChangeEffect): void {
    const former = this.#told.get(effect.target)?.target.name;
    // Who applies it may be known already, and decides whether it goes.
    const told = tellAmong(this.#told, effect);
    const isRenamed = former !== undefined && former.namespace !== told.target.name.namespace;
    this.task.onEffect?.(told, isRenamed ? former : undefined);
  }
}

/** Beside those that a cluster has looked at, what is told by renders alone has a commit on its other side. */
function byRenders(target: ChangedTarget, { asked, before }: EffectsTask): ChangeEffect {
  const known = knownObjects(target);
  const objects = asked ? known.map((object) => ({ ...object, against: before.label })) : known;
  const { failure } = target;
  return {
    target,
    objects,
    notes: [...(target.after?.notes ?? target.before?.notes ?? []), ...suspendNotes(target, undefined)],
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

/** Without the right to list nothing is warned of, which is said. */
async function ofTheWhole(
  effects: readonly ChangeEffect[],
  cluster: AskedCluster,
  signal: AbortSignal,
): Promise<Pick<ChangeEffects, 'warnings' | 'notes'>> {
  try {
    const live = await cluster.fluxObjects(signal);
    const next = effects.flatMap(({ target: { after } }) => after ?? []);
    const compared = effects.flatMap(({ objects }) => objects);
    const warnings = identityWarnings({ live, ...identityOfRenders(next, compared) });
    return { warnings, notes: suspendedParents(effects, live) };
  } catch (error) {
    if (!isFailure(error) || error.reason === 'cancelled' || error.reason === 'unauthorized') {
      throw error;
    }
    const message = `Whether something is uninstalled or changes hands is not known: ${error.message}.`;
    return { warnings: [], notes: [approximate(message)] };
  }
}

/** What a suspended parent is to hand on does not arrive, however ready its child is. */
function suspendedParents(effects: readonly ChangeEffect[], live: readonly FluxObject[]): readonly RenderNote[] {
  const targets = new Set(effects.map(({ target }) => displayName(target.name)));
  const parents = effects.flatMap(({ target: { before, after } }) => (after ?? before)?.parents ?? []);
  const names = new Set(parents.map(displayName).filter((name) => !targets.has(name)));
  return live
    .filter(({ kind, spec }) => kind === 'Kustomization' && spec?.suspend === true)
    .map(({ metadata: { namespace = '', name } }) => displayName({ namespace, name }))
    .filter((name) => names.has(name))
    .map((name) =>
      information(`Kustomization ${name} is suspended in the cluster: what it applies arrives when it is resumed.`),
    );
}
