/**
 * Objects of a Flux Kustomization's inventory that its build no longer has: which of them it would delete (kustomize-controller
 * `prune`; spec drift 4.7). Reads each, for the object in the cluster decides.
 */
import { type Failure, isFailure } from '../base/failure.ts';
import { type InventoryItem, encodeInventoryId, possibleInventoryIds } from '../flux/inventory.ts';
import { displayName, type ObjectId } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { maskLive, withoutSecretsOf } from '../render/maskLive.ts';
import type { ComparisonSurroundings } from './comparisonSurroundings.ts';
import type { ObjectDifference } from './difference.ts';
import { meaningful } from './shownObject.ts';
import { skippedPrune } from './skipRules.ts';

/** In the order of the inventory. `built`: the objects of the build, by their ids as the server has them. */
export function staleItems(
  inventory: readonly InventoryItem[],
  built: readonly ObjectDifference[],
): readonly InventoryItem[] {
  // Of what is unknown the server may not have been asked whether the kind has namespaces.
  const idsOf = ({ id, change }: ObjectDifference): readonly string[] =>
    change === 'unknown' ? possibleInventoryIds(id) : [encodeInventoryId(id)];
  const kept = new Set(built.flatMap(idsOf));
  return inventory.filter(({ encoded }) => !kept.has(encoded));
}

/** `undefined` for an object that is gone already. Throws `cancelled` and `unauthorized`. */
export async function prunedObject(
  around: ComparisonSurroundings,
  { id, version }: InventoryItem,
  prunes: boolean,
): Promise<ObjectDifference | undefined> {
  const { api, requests, rights, owner } = around;
  const apiVersion = id.group === '' ? version : `${id.group}/${version}`;
  const result = (outcome: Omit<ObjectDifference, 'id' | 'apiVersion' | 'paths'>): ObjectDifference => ({
    id,
    apiVersion,
    paths: [],
    ...outcome,
  });
  try {
    const resource = await requests.send((signal) => api.findResource({ ...id, version }, signal));
    if (!resource) {
      const reason = `The cluster no longer serves ${id.kind} of ${apiVersion}, so Flux cannot delete it.`;
      return result({ change: 'unknown', because: 'notServed', reason });
    }
    const place = { name: id.name, namespace: resource.namespaced ? id.namespace : '' };
    if ((await rights.may('get', resource, place.namespace)) === false) {
      return result({ change: 'unknown', because: 'forbidden', reason: `No permission to get ${resource.plural}.` });
    }
    const live = await (around.reads?.read(resource, place, () => true) ??
      requests.send((signal) => api.getWithManagedFields(resource, place, signal)));
    const before = shown(around, live);
    if (!prunes) {
      const reason = `Kustomization ${displayName(owner)} does not prune: it stays, and is managed by nobody.`;
      return result({ change: 'skip', because: 'pruneDisabled', reason, ...before });
    }
    const skipped = skippedPrune(live, owner);
    return skipped ? result({ change: 'skip', ...skipped, ...before }) : result({ change: 'delete', ...before });
  } catch (error) {
    if (!isFailure(error) || error.reason === 'cancelled' || error.reason === 'unauthorized') {
      throw error;
    }
    return error.reason === 'notFound' ? undefined : result(unreadable(around, id, error));
  }
}

function unreadable(
  { secrets, hidden }: ComparisonSurroundings,
  id: ObjectId,
  { reason, message }: Failure,
): Omit<ObjectDifference, 'id' | 'apiVersion' | 'paths'> {
  const isSecret = id.kind === 'Secret' && id.group === '';
  return {
    change: 'unknown',
    because: reason === 'forbidden' ? 'forbidden' : 'unreachable',
    reason:
      isSecret || hidden === true
        ? 'It could not be read.'
        : `It could not be read: ${withoutSecretsOf(message, undefined, secrets)}`,
  };
}

function shown({ secrets, former }: ComparisonSurroundings, live: KubernetesObject): Pick<ObjectDifference, 'before'> {
  const { before } = maskLive({ live: meaningful(live), former: former?.of(live, undefined), secrets });
  return before ? { before } : {};
}
