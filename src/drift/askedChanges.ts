/**
 * What a cluster says of the objects that a change touches, and of nothing else: what has drifted besides is no part of the change.
 * Sends dry-runs; decides nothing of what is shown.
 */
import { type Failure, isFailure } from '../base/failure.ts';
import { inventoryOf, type InventoryItem } from '../flux/inventory.ts';
import { displayName, idOf, type ObjectId } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import type { RenderedKustomization, RenderNote } from '../render/desired.ts';
import { approximate } from '../render/renderNote.ts';
import type { EffectOnObject } from './changeEffect.ts';
import type { ChangedTarget } from './compareChanges.ts';
import type { ComparedCluster } from './comparedCluster.ts';
import { keyAmong, keyOf } from './compareStates.ts';
import type { ComparisonProgress, ObjectDifference } from './difference.ts';
import { staying } from './goneOwners.ts';
import { staysBehind } from './identityChange.ts';

/** What is asked of a cluster about a change. */
export type AskedCluster = Pick<ComparedCluster, 'context' | 'find' | 'fluxObjects' | 'compareKustomization'>;

export interface AskedTarget {
  readonly target: ChangedTarget;
  /** See `Comparison.from`. */
  readonly from: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ComparisonProgress) => void;
}

export interface Verdicts {
  /** By `keyOf`. */
  readonly objects: ReadonlyMap<string, ObjectDifference>;
  /** Why nothing is deleted of what goes. */
  readonly stays?: string;
  /** What the Flux object has applied, as far as it tells: nothing else is deleted. */
  readonly inventory?: ReadonlySet<string>;
  readonly notes: readonly RenderNote[];
  /** The Flux object in the cluster. */
  readonly live?: FluxObject;
}

/** Throws a `Failure` for what concerns all: `cancelled`, `unauthorized`, `unreachable`. */
export async function askAbout(asked: AskedTarget, cluster: AskedCluster): Promise<Verdicts> {
  const { target, signal } = asked;
  const { name, after } = target;
  const title = `${name.kind} ${displayName(name)}`;
  const found = await findLive(target, cluster, signal);
  if (target.failure && target.gone !== true) {
    return { objects: new Map(), notes: [], ...(found && !isFailure(found) && { live: found }) };
  }
  if (isFailure(found)) {
    const verdicts = await compareTouched(asked, undefined, [], cluster);
    const message = `${title} could not be read in ${cluster.context}, so what is deleted is told by the files alone: ${found.message}`;
    return { ...verdicts, notes: [...verdicts.notes, approximate(message)] };
  }
  if (!found) {
    const stays = `nothing is deleted, for ${title} is not in ${cluster.context}`;
    return { ...(await compareTouched(asked, undefined, [], cluster)), stays };
  }
  const behind = after ? undefined : staysBehind(found);
  if (behind !== undefined) {
    return { objects: new Map(), notes: [], live: found, stays: `stays in the cluster when ${title} goes: ${behind}` };
  }
  if (name.kind === 'HelmRelease') {
    return { objects: new Map(), notes: [], live: found };
  }
  const items = inventoryOf(found);
  if (typeof items === 'string') {
    return { ...(await compareTouched(asked, found, [], cluster)), live: found };
  }
  const inventory = new Set(items.map(({ id }) => keyOf(id)));
  const lost = new Set(target.objects.filter(isDeleted).map(({ id }) => keyAmong(inventory, id)));
  const wanted = items.filter(({ id }) => (target.failure ? true : lost.has(keyOf(id))));
  return { ...(await compareTouched(asked, found, wanted, cluster)), inventory, live: found };
}

/** Its failure where one may not read it. */
async function findLive(
  { name }: ChangedTarget,
  cluster: AskedCluster,
  signal: AbortSignal,
): Promise<FluxObject | Failure | undefined> {
  try {
    return (await cluster.find(name, signal))[0];
  } catch (error) {
    if (isFailure(error, 'forbidden')) {
      return error;
    }
    throw error;
  }
}

/**
 * What is written, and of the inventory what the change takes away. Namespaces and definitions are asked along, for others come
 * after them.
 */
async function compareTouched(
  { target, from, signal, onProgress }: AskedTarget,
  live: FluxObject | undefined,
  lost: readonly InventoryItem[],
  cluster: AskedCluster,
): Promise<Pick<Verdicts, 'objects' | 'notes'>> {
  const { before, after } = target;
  const rendered = after?.kind === 'Kustomization' ? touched(after, target) : gone(before, live);
  if (!rendered) {
    return { objects: new Map(), notes: [] };
  }
  const entries = lost.map(({ encoded, version }) => ({ id: encoded, v: version }));
  const losing = live && lost.length > 0 ? { ...live, status: { ...live.status, inventory: { entries } } } : undefined;
  // Without its inventory it is asked along: its Secrets may be in what lives, though the change names them no more.
  // Where a Secret has gone before the change it has gone in what lives.
  const former = before?.kind === 'Kustomization' ? () => Promise.resolve(before) : undefined;
  const task = { rendered, live: losing, applied: live, former, from, signal, onProgress };
  const { objects, notes } = await cluster.compareKustomization(task);
  return { objects: new Map(objects.map((one) => [keyOf(one.id), one])), notes };
}

function touched(after: RenderedKustomization, { objects }: ChangedTarget): RenderedKustomization {
  const wanted = new Set(objects.filter(isWritten).map(({ id }) => keyOf(id)));
  const isWanted = (id: ObjectId): boolean => wanted.has(keyOf(id)) || isFirst(id.kind);
  return { ...after, objects: after.objects.filter(({ object }) => isWanted(idOf(object))) };
}

/** Nothing is left of it, and its finalizer deletes all that it applied. */
function gone(before: ChangedTarget['before'], live: FluxObject | undefined): RenderedKustomization | undefined {
  if (!live || before?.kind === 'HelmRelease') {
    return undefined;
  }
  const { metadata, spec } = live;
  const name = { kind: 'Kustomization', namespace: metadata.namespace ?? '', name: metadata.name } as const;
  const inForce = { ...(before?.inForce ?? live), spec: { ...spec, prune: true } };
  return before
    ? { ...before, inForce, objects: [] }
    : { kind: 'Kustomization', name, inForce, parents: [], objects: [], variables: [], notes: [] };
}

/**
 * What the Flux object has applied by its inventory, as its deletion would treat it. `undefined` where it does not tell. Helm deletes
 * by what it has stored, which an inventory repeats.
 */
export function inventoried({ live, objects, stays }: Verdicts): readonly ObjectDifference[] | undefined {
  const items = live && inventoryOf(live);
  if (items === undefined || typeof items === 'string') {
    return undefined;
  }
  return items.map(({ id, version }): ObjectDifference => {
    const apiVersion = id.group === '' ? version : `${id.group}/${version}`;
    const deletion = { id, apiVersion, change: 'delete', paths: [], reason: 'by the inventory of its owner' } as const;
    return stays === undefined ? (objects.get(keyOf(id)) ?? deletion) : staying(deletion, stays);
  });
}

/** An object of a target by what the cluster says of it. */
export function judged(object: EffectOnObject, verdicts: Verdicts): EffectOnObject {
  const { objects, stays, inventory } = verdicts;
  const verdict = objects.get(keyAmong(objects, object.id));
  if (isDeleted(object)) {
    if (stays !== undefined) {
      return staying(object, stays);
    }
    if (inventory && !inventory.has(keyAmong(inventory, object.id))) {
      return staying(
        object,
        'nothing is deleted, for its Kustomization has not applied it: it is not in the inventory',
      );
    }
    return verdict ?? (inventory ? { ...object, change: 'none', reason: 'it is gone already' } : object);
  }
  if (!verdict || !isWritten(object)) {
    return object;
  }
  const { reason, movedFrom, deletedFirst } = object;
  const moved = { ...(movedFrom && { movedFrom }), ...(deletedFirst && { deletedFirst }) };
  const words = [reason, verdict.reason].filter((text) => text !== undefined);
  return { ...verdict, ...moved, ...(words.length > 0 && { reason: words.join('; ') }) };
}

function isWritten({ change }: EffectOnObject): boolean {
  return change === 'create' || change === 'change';
}

function isDeleted({ change }: EffectOnObject): boolean {
  return change === 'delete';
}

function isFirst(kind: string): boolean {
  return kind === 'Namespace' || kind === 'CustomResourceDefinition';
}
