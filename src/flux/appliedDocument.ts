/** Whether a Kustomization has applied what a document of a file states, as far as its inventory tells. Pure. */
import { inventoryOf } from './inventory.ts';
import type { ObjectId } from './objectKey.ts';
import type { FluxObject } from './objects.ts';

/**
 * That it builds the file is the caller's to know. The name is looked for within names, for kustomize files may give it a prefix or a
 * suffix, and the namespace not at all. On another cluster nothing tells, and it counts as applied.
 */
export function hasAppliedDocument(
  kustomization: FluxObject,
  { group, kind, name }: Pick<ObjectId, 'group' | 'kind' | 'name'>,
): boolean {
  const inventory = inventoryOf(kustomization);
  return (
    typeof inventory === 'string' ||
    inventory.some(({ id }) => id.group === group && id.kind === kind && id.name.includes(name))
  );
}
