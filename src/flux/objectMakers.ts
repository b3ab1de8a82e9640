/**
 * Who makes an object of a cluster, so that its file can be looked for: the Kustomizations that apply it from files, or the object
 * whose file is the nearest there is. Reads what the cluster says; opens nothing.
 */
import { encodeInventoryId, inventoryOf } from './inventory.ts';
import { idOf, type ObjectId } from './objectKey.ts';
import type { FluxObject } from './objects.ts';
import { ownerOf } from './references.ts';

/**
 * - `files`: Kustomizations, the one that the labels name first
 * - `object`: a HelmRelease by its chart, or what makes objects of its own (a ResourceSet, a FluxInstance)
 * - `unseen`: what its labels name is not to be seen in this cluster
 */
export type ObjectMakers =
  | { readonly by: 'files'; readonly appliers: readonly FluxObject[] }
  | { readonly by: 'object'; readonly maker: ObjectId }
  | { readonly by: 'unseen'; readonly owner: ObjectId }
  | { readonly by: 'nobody' };

/** An object that is none of Flux's kinds is known by inventories alone. */
export function objectMakers(
  id: ObjectId,
  objects: Iterable<FluxObject>,
  get: (id: ObjectId) => FluxObject | undefined,
): ObjectMakers {
  const object = get(id);
  const owner = object && ownerOf(object);
  if (owner && owner.by !== 'kustomize') {
    return { by: 'object', maker: owner.id };
  }
  const labelled = owner && get(owner.id);
  const listing = listersOf(id, objects);
  const appliers = new Set([labelled, ...listing].filter((one) => one?.kind === 'Kustomization') as FluxObject[]);
  if (appliers.size > 0) {
    return { by: 'files', appliers: [...appliers] };
  }
  const [release] = listing;
  if (release) {
    return { by: 'object', maker: idOf(release) };
  }
  return owner ? { by: 'unseen', owner: owner.id } : { by: 'nobody' };
}

function listersOf(id: ObjectId, objects: Iterable<FluxObject>): FluxObject[] {
  const encoded = encodeInventoryId(id);
  return [...objects].filter((object) => {
    const entries = inventoryOf(object);
    return typeof entries !== 'string' && entries.some((entry) => entry.encoded === encoded);
  });
}
