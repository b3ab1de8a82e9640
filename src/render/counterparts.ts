/** Which objects of two renders of the same thing are the same one. Pure functions; compares no content. */
import type { KubernetesObject } from '../flux/objects.ts';
import { kindKey } from './kindKey.ts';

/**
 * For each object the one of `others` that it is: of its kind and name, else, where names are others each time or come from a
 * Secret, the next of its kind that is left. `undefined` where there is none. None stands for two.
 */
export function counterparts(
  objects: readonly KubernetesObject[],
  others: readonly KubernetesObject[],
): readonly (KubernetesObject | undefined)[] {
  const found: (KubernetesObject | undefined)[] = objects.map(() => undefined);
  const left = new Set(others);
  for (const keyOf of [nameKey, kindKey]) {
    const waiting = Map.groupBy(left, keyOf);
    for (const [index, object] of objects.entries()) {
      const counterpart = found[index] === undefined ? waiting.get(keyOf(object))?.shift() : undefined;
      if (counterpart) {
        found[index] = counterpart;
        left.delete(counterpart);
      }
    }
  }
  return found;
}

function nameKey(object: KubernetesObject): string {
  return `${kindKey(object)}\n${object.metadata.namespace ?? ''}\n${object.metadata.name}`;
}
