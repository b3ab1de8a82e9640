/**
 * What a change deletes with a Flux object that goes: what applies the object itself decides whether it goes at all, and where it
 * cannot be rendered any more its inventory tells what it has applied. Pure; who asks a cluster hands in what that has.
 */
import { displayName, idOf } from '../flux/objectKey.ts';
import type { FluxName } from '../render/desired.ts';
import { information } from '../render/renderNote.ts';
import type { ChangeEffect, EffectOnObject } from './changeEffect.ts';
import type { ChangedTarget } from './compareChanges.ts';
import { keyOf } from './compareStates.ts';

const groups: Readonly<Record<FluxName['kind'], string>> = {
  Kustomization: 'kustomize.toolkit.fluxcd.io',
  HelmRelease: 'helm.toolkit.fluxcd.io',
};

/** All effects, each by what happens to its Flux object: parents before what they apply, as they are found. */
export function withOwners(effects: readonly ChangeEffect[]): readonly ChangeEffect[] {
  const settled: ChangeEffect[] = [];
  for (const one of effects) {
    const own = ownEffect(one.target, [...settled, ...effects]);
    settled.push(own ? withOwner(named(one, own), own, effects) : one);
  }
  return settled;
}

/** What happens to the Flux object itself, by another one, which applies it; of settled ones and others the first. */
function ownEffect(
  { name, place, cluster }: ChangedTarget,
  effects: readonly ChangeEffect[],
): EffectOnObject | undefined {
  const isOwn = ({ id }: EffectOnObject): boolean =>
    id.kind === name.kind &&
    id.group === groups[name.kind] &&
    id.name === name.name &&
    (name.namespace === '' || id.namespace === name.namespace);
  return effects
    .filter(({ target }) => target.cluster === cluster && (target.place !== place || target.name.name !== name.name))
    .flatMap(({ objects }) => objects.filter(isOwn))[0];
}

/** A document may leave its namespace to the build that takes it in: that has it. */
function named(one: ChangeEffect, { id }: EffectOnObject): ChangeEffect {
  const { target } = one;
  const { name } = target;
  return name.namespace === '' ? { ...one, target: { ...target, name: { ...name, namespace: id.namespace } } } : one;
}

function withOwner(one: ChangeEffect, own: EffectOnObject, all: readonly ChangeEffect[]): ChangeEffect {
  const { target, objects } = one;
  if (target.failure && own.change === 'delete') {
    return goneUnrendered(one, all);
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
function goneUnrendered(one: ChangeEffect, all: readonly ChangeEffect[]): ChangeEffect {
  const { target, inventoried } = one;
  const { failure, name } = target;
  if (inventoried) {
    const taken = takenElsewhere(target, all);
    return rendered(
      one,
      inventoried.filter(({ id }) => !taken.has(keyOf(id))),
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

/** What other targets of the cluster build. */
function takenElsewhere(target: ChangedTarget, all: readonly ChangeEffect[]): ReadonlySet<string> {
  const others = all.filter((one) => one.target !== target && one.target.cluster === target.cluster);
  return new Set(
    others.flatMap(({ target: { after } }) => (after?.objects ?? []).map(({ object }) => keyOf(idOf(object)))),
  );
}
