/**
 * What a change deletes with a Flux object that goes: what applies the object itself decides whether it goes at all, and where it
 * cannot be rendered any more its inventory tells what it has applied. Pure; who asks a cluster hands in what that has.
 */
import { displayName } from '../flux/objectKey.ts';
import { information } from '../render/renderNote.ts';
import type { ChangeEffect, EffectOnObject } from './changeEffect.ts';
import { EffectIndex } from './effectIndex.ts';

/** All effects, each by what happens to its Flux object: parents before what they apply, as they are found. */
export function withOwners(effects: readonly ChangeEffect[]): readonly ChangeEffect[] {
  const all = new EffectIndex(effects);
  const settled = new EffectIndex();
  return effects.map((one) => {
    const own = settled.onOwn(one.target) ?? all.onOwn(one.target);
    const known = own ? withOwner(one, own, all) : one;
    settled.put(one.target, known);
    return known;
  });
}

/** One more of those that are told one after another: by what is known by now of its Flux object. Puts it among them. */
export function tellAmong(told: EffectIndex, effect: ChangeEffect): ChangeEffect {
  const own = told.onOwn(effect.target);
  const known = own ? withOwner(effect, own, told) : effect;
  told.put(effect.target, known);
  return known;
}

/** A document may leave its namespace to the build that takes it in: that has it. */
function named(one: ChangeEffect, { id }: EffectOnObject): ChangeEffect {
  const { target } = one;
  const { name } = target;
  return name.namespace === '' ? { ...one, target: { ...target, name: { ...name, namespace: id.namespace } } } : one;
}

function withOwner(found: ChangeEffect, own: EffectOnObject, all: EffectIndex): ChangeEffect {
  const one = named(found, own);
  const { target, objects } = one;
  if (target.failure && own.change === 'delete') {
    return goneUnrendered(one, ({ id }) => all.isBuiltElsewhere(found.target, id));
  }
  if (own.change !== 'skip' || own.because !== 'pruneDisabled' || target.after) {
    return one;
  }
  const reason = `stays in the cluster with ${target.name.kind} ${displayName(target.name)}, which is not deleted`;
  return target.failure ? rendered(one, []) : { ...one, objects: objects.map((object) => staying(object, reason)) };
}

/** A deletion that does not happen; all else as it is. */
export function staying(object: EffectOnObject, reason: string): EffectOnObject {
  return object.change === 'delete' ? { ...object, change: 'skip', because: 'pruneDisabled', reason } : object;
}

/** No render is needed to say what a deletion deletes. */
function goneUnrendered(one: ChangeEffect, isTaken: (object: EffectOnObject) => boolean): ChangeEffect {
  const { target, inventoried } = one;
  const { failure, name } = target;
  if (inventoried) {
    return rendered(
      one,
      inventoried.filter((object) => !isTaken(object)),
    );
  }
  const what = name.kind === 'HelmRelease' ? 'its release is uninstalled' : 'what it applied goes with it';
  const why = failure?.error instanceof Error ? failure.error.message : String(failure?.error);
  const message = `The ${name.kind} goes, and ${what}; which objects those are is not known: ${why}`;
  return rendered({ ...one, notes: [...one.notes, information(message)] }, []);
}

/** As if it had been rendered. */
function rendered({ target, notes, live }: ChangeEffect, objects: readonly EffectOnObject[]): ChangeEffect {
  const { name, place, files, cluster, before, after, gone } = target;
  const known = { name, place, files, cluster, before, after, objects: [], ...(gone && { gone }) };
  return { target: known, objects, notes, ...(live && { live }) };
}
