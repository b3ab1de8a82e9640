/**
 * Effects of many targets, by the Flux objects that they apply and by what they build: each question about one target is answered
 * without a walk over the others, which are hundreds where a change touches what all of them share. Asks nothing and decides nothing.
 */
import { idOf, type ObjectId } from '../flux/objectKey.ts';
import type { FluxName } from '../render/desired.ts';
import type { ChangeEffect, EffectOnObject } from './changeEffect.ts';
import type { ChangedTarget } from './compareChanges.ts';
import { keyOf } from './compareStates.ts';

const groups: Readonly<Record<string, string>> = {
  Kustomization: 'kustomize.toolkit.fluxcd.io',
  HelmRelease: 'helm.toolkit.fluxcd.io',
} satisfies Readonly<Record<FluxName['kind'], string>>;

/** What tells a target from all others of a change, as long as its name is the one that it was found with. */
export function keyOfTarget({ name, place }: ChangedTarget): string {
  return JSON.stringify([name, place]);
}

interface Applied {
  readonly by: ChangedTarget;
  readonly object: EffectOnObject;
}

export class EffectIndex {
  readonly #effects = new Map<string, ChangeEffect>();
  /** By cluster, kind and name of a Flux object, then by who applies it. */
  readonly #applied = new Map<string, Map<string, Applied>>();
  /** Who builds an object, by cluster and `keyOf`. */
  readonly #builders = new Map<string, Set<string>>();
  /** Who builds is seldom asked: these have not been looked through for it. */
  readonly #unread: ChangedTarget[] = [];

  constructor(effects: readonly ChangeEffect[] = []) {
    effects.forEach((effect) => this.put(effect.target, effect));
  }

  /** Takes the place of what there is of the target; in `effect` it may have a name that is better known. */
  put(target: ChangedTarget, effect: ChangeEffect): void {
    const key = keyOfTarget(target);
    const former = this.#effects.get(key);
    this.#effects.set(key, effect);
    if (!former) {
      this.#unread.push(target);
    }
    const now = new Map<string, Applied>();
    for (const [place, object] of fluxObjects(target, effect)) {
      now.set(place, now.get(place) ?? { by: target, object });
    }
    for (const [place] of former ? fluxObjects(target, former) : []) {
      if (!now.has(place)) {
        this.#applied.get(place)?.delete(key);
      }
    }
    for (const [place, applied] of now) {
      const others = this.#applied.get(place) ?? new Map<string, Applied>();
      this.#applied.set(place, others.set(key, applied));
    }
  }

  /** What there is of the target. */
  get(target: ChangedTarget): ChangeEffect | undefined {
    return this.#effects.get(keyOfTarget(target));
  }

  /** What happens to the target's own Flux object, by another target, which applies it: of several by the first. */
  onOwn({ name, place, cluster }: ChangedTarget): EffectOnObject | undefined {
    const applied = this.#applied.get(fluxKey(cluster, name)) ?? new Map<string, Applied>();
    for (const { by, object } of applied.values()) {
      if (by.place !== place || by.name.name !== name.name) {
        return object;
      }
    }
    return undefined;
  }

  /** Whether another target of the same cluster builds the object after the change. */
  isBuiltElsewhere(target: ChangedTarget, id: ObjectId): boolean {
    this.#unread.splice(0).forEach((one) => this.#readBuild(one));
    const builders = this.#builders.get(builtKey(target.cluster, id));
    return builders !== undefined && builders.size > (builders.has(keyOfTarget(target)) ? 1 : 0);
  }

  #readBuild(target: ChangedTarget): void {
    for (const { object } of target.after?.objects ?? []) {
      const id = idOf(object);
      // An inventory has no namespace for an object of the cluster's scope, where a render may have one: see `keyAmong`.
      for (const one of [id, { ...id, namespace: '' }]) {
        const key = builtKey(target.cluster, one);
        this.#builders.set(key, (this.#builders.get(key) ?? new Set()).add(keyOfTarget(target)));
      }
    }
  }
}

/** Each with where it is looked for: a document may leave its namespace to the build that takes it in. */
function fluxObjects(
  { cluster }: ChangedTarget,
  { objects }: ChangeEffect,
): readonly (readonly [string, EffectOnObject])[] {
  return objects
    .filter(({ id: { group, kind } }) => group !== '' && groups[kind] === group)
    .flatMap((object) => [
      [fluxKey(cluster, object.id), object] as const,
      [fluxKey(cluster, { ...object.id, namespace: '' }), object] as const,
    ]);
}

function fluxKey(cluster: string | undefined, { kind, namespace, name }: Omit<ObjectId, 'group'>): string {
  return JSON.stringify([cluster ?? null, kind, namespace, name]);
}

function builtKey(cluster: string | undefined, id: ObjectId): string {
  return JSON.stringify([cluster ?? null, keyOf(id)]);
}
