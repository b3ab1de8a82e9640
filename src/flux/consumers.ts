/**
 * Who takes from a source. A source that is fetched anew moves all of them, whichever one somebody had in mind. Counts objects
 * that it is given and knows no cluster.
 */
import { idOf, type ObjectId, objectKey } from './objectKey.ts';
import type { FluxObject } from './objects.ts';
import { sourceOf } from './references.ts';
import { isSuspended } from './suspension.ts';

const appliers: ReadonlySet<string> = new Set(['Kustomization', 'HelmRelease']);

export interface SharedSource {
  readonly id: ObjectId;
  /** Kustomizations and HelmReleases that take from it, directly or by a HelmChart, but for those that are suspended or left out. Never 0. */
  readonly others: number;
}

/** Of those sources the ones that somebody else takes from too, in their order. `but`: whom the user means anyway. */
export function sharedSources(
  sources: readonly ObjectId[],
  objects: Iterable<FluxObject>,
  but: readonly ObjectId[],
): readonly SharedSource[] {
  const all = [...objects];
  const byKey = new Map(all.map((object) => [keyOf(idOf(object)), object]));
  const leftOut = new Set(but.map(keyOf));
  const counts = new Map(sources.map((id) => [keyOf(id), 0]));
  for (const object of all) {
    if (appliers.has(object.kind) && !isSuspended(object) && !leftOut.has(keyOf(idOf(object)))) {
      for (const key of takesFrom(object, byKey)) {
        const count = counts.get(key);
        if (count !== undefined) {
          counts.set(key, count + 1);
        }
      }
    }
  }
  return sources.flatMap((id) => {
    const others = counts.get(keyOf(id)) ?? 0;
    return others === 0 ? [] : [{ id, others }];
  });
}

/** A link that is suspended takes nothing new, and so hands nothing new on. */
function takesFrom(object: FluxObject, byKey: ReadonlyMap<string, FluxObject>): ReadonlySet<string> {
  const keys = new Set<string>();
  let id = sourceOf(object);
  while (id && !keys.has(keyOf(id))) {
    const key = keyOf(id);
    keys.add(key);
    const source = byKey.get(key);
    id = source && !isSuspended(source) ? sourceOf(source) : undefined;
  }
  return keys;
}

function keyOf(id: ObjectId): string {
  return objectKey('', id);
}
