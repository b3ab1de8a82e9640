/**
 * Compares two renders of the same thing, object by object, so that both sides can be shown: what is masked on one side is
 * masked on both, and that it changed is said without saying how. Renders nothing and makes no text of what it finds.
 */
import { isDeepStrictEqual } from 'node:util';
import { type ObjectId, idOf } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import type { DesiredObject } from './desired.ts';
import { maskPair } from './maskedPair.ts';
import { maskedTree, shownTree } from './maskedTree.ts';

/** Both sides fit to be shown. Equal values stand in equal places, so that a comparison of the texts shows what differs. */
export type ObjectChange = { readonly id: ObjectId } & (
  | { readonly change: 'delete'; readonly before: KubernetesObject }
  | { readonly change: 'create'; readonly after: KubernetesObject }
  | { readonly change: 'change'; readonly before: KubernetesObject; readonly after: KubernetesObject }
);

export interface RenderComparison {
  /** Deleted objects, then created, then changed ones; each in the order of its render. */
  readonly changes: readonly ObjectChange[];
  /** How many objects are on both sides and the same. */
  readonly unchanged: number;
}

/**
 * Matches objects by group, kind, namespace and name, and those that have all of these in common (hooks may) by their order.
 * A version of the API is no identity: `v1beta1` to `v1` is a change of one object.
 */
export function compareRenders(before: readonly DesiredObject[], after: readonly DesiredObject[]): RenderComparison {
  const old = byIdentity(before);
  const created: ObjectChange[] = [];
  const changed: ObjectChange[] = [];
  let unchanged = 0;
  for (const [key, desired] of byIdentity(after)) {
    const id = idOf(desired.object);
    const counterpart = old.get(key);
    old.delete(key);
    if (counterpart === undefined) {
      created.push({ change: 'create', id, after: shown(desired) });
      continue;
    }
    const pair = isDeepStrictEqual(partsOf(counterpart), partsOf(desired)) ? undefined : maskPair(counterpart, desired);
    if (pair?.differs === true) {
      changed.push({ change: 'change', id, before: pair.before, after: pair.after });
    } else {
      unchanged += 1;
    }
  }
  const deleted = [...old.values()].map((desired): ObjectChange => ({
    change: 'delete',
    id: idOf(desired.object),
    before: shown(desired),
  }));
  return { changes: [...deleted, ...created, ...changed], unchanged };
}

/** All that `maskPair` makes its sides of: where these are the same, so are they, and most objects of a render are. */
function partsOf({ object, real, masked, unstable }: DesiredObject): unknown {
  return { object, real: real.reveal(), masked, unstable };
}

function shown(desired: DesiredObject): KubernetesObject {
  return shownTree(maskedTree(desired)) as KubernetesObject;
}

function byIdentity(objects: readonly DesiredObject[]): Map<string, DesiredObject> {
  const found = new Map<string, DesiredObject>();
  for (const desired of objects) {
    // By the real names, for two masked ones look alike. The keys end with the comparison.
    const { group, kind, namespace, name } = idOf(desired.real.reveal());
    const key = JSON.stringify([group, kind, namespace, name]);
    let unique = key;
    for (let number = 2; found.has(unique); number += 1) {
      unique = `${key} ${number}`;
    }
    found.set(unique, desired);
  }
  return found;
}
