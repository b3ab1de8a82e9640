/** How the objects of two renders are told to be of one kind. Compares nothing itself. */
import { groupOf } from '../flux/kinds.ts';
import type { KubernetesObject } from '../flux/objects.ts';

/** By what objects of two renders are matched where their names do not: the kind without the version of its API. */
export function kindKey(object: KubernetesObject): string {
  return `${groupOf(object.apiVersion)}/${object.kind}`;
}
