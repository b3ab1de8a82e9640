/**
 * What of a change cannot be had again: deletions of volumes, namespaces and definitions, uninstalled releases, objects that are
 * made anew. In words that stand out where a list has no colours. Reads what was found, asks nothing.
 */
import type { FoundDifference } from '../drift/findings.ts';
import { type IdentityWarning, lossOf, staysBehind } from '../drift/identityChange.ts';
import { displayName, type ObjectId } from '../flux/objectKey.ts';
import { asFluxObject } from '../flux/sanitizeObject.ts';

const lossWords = {
  volume: 'its volume may go with it',
  namespace: 'everything in it goes with it',
  definition: 'all objects of its kind go with it',
} as const;

/** What goes with an object that is deleted, also to be made anew; `undefined` where that is nothing but itself. */
export function lostWith({ id, change, before }: FoundDifference): string | undefined {
  if (change !== 'delete' && change !== 'recreate') {
    return undefined;
  }
  const loss = lossOf(id);
  if (loss !== undefined) {
    return lossWords[loss];
  }
  // A Flux object takes what it applied along, unless it says that it does not.
  if (!isApplier(id) || (before && staysBehind(asFluxObject(before)) !== undefined)) {
    return undefined;
  }
  return id.kind === 'HelmRelease' ? 'the release is uninstalled' : 'what it applied may go with it';
}

/** `WOULD BE DELETED: everything in it goes with it`; `undefined` where nothing is lost. */
export function dangerOf(object: FoundDifference): string | undefined {
  const { id, change } = object;
  const lost = lostWith(object);
  const words = lost === undefined || isApplier(id) ? '' : `: ${lost}`;
  if (change === 'recreate') {
    return `WOULD BE DELETED AND CREATED ANEW${words}`;
  }
  if (lost === undefined) {
    return undefined;
  }
  if (!isApplier(id)) {
    return `WOULD BE DELETED${words}`;
  }
  return id.kind === 'HelmRelease' ? 'WOULD BE UNINSTALLED' : 'WOULD BE DELETED WITH WHAT IT APPLIED';
}

function isApplier({ group, kind }: ObjectId): boolean {
  return (
    (kind === 'HelmRelease' && group === 'helm.toolkit.fluxcd.io') ||
    (kind === 'Kustomization' && group === 'kustomize.toolkit.fluxcd.io')
  );
}

/** Whether something goes by what it warns of, rather than that it stays. */
export function isDangerous({ change, losses }: IdentityWarning): boolean {
  return change !== 'leave' && (change !== 'move' || losses.length > 0);
}

/** Of whom it warns, as a person names it: `PersistentVolumeClaim media/plex`. */
export function warnedObject(warning: IdentityWarning): string {
  const { kind, ...id } = warning.change === 'reinstall' ? warning.release : warning.object;
  return `${kind} ${displayName(id)}`;
}
