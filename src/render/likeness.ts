/** How much of a text an object still says: tells which document a build made an object of. Pure functions. */
import type { KubernetesObject } from '../flux/objects.ts';

/** Of namesakes in two namespaces, whose texts have none, those that say most of what the text says. */
export function mostAlike(objects: readonly KubernetesObject[], stated: unknown): readonly KubernetesObject[] {
  if (objects.length < 2) {
    return objects;
  }
  const scores = objects.map((object) => likeness(stated, object));
  const best = Math.max(...scores);
  return objects.filter((_, index) => scores[index] === best);
}

/** How many leaves of a value are the same in another one. */
export function likeness(value: unknown, other: unknown): number {
  if (typeof value !== 'object' || value === null) {
    return Number(value === other);
  }
  const others = typeof other === 'object' && other !== null ? new Map(Object.entries(other)) : undefined;
  return Object.entries(value).reduce((sum, [key, item]) => sum + likeness(item, others?.get(key)), 0);
}
