/** Which controller answers for an object, whether it runs, and which field its parent's manifest sets. Reads data only. */
import type { FluxObject } from '../flux/objects.ts';
import type { ObjectId } from '../flux/objectKey.ts';
import { ownerOf } from '../flux/references.ts';
import { suspensionMeans } from '../flux/suspension.ts';
import { fieldAt } from '../flux/untyped.ts';
import { displayName } from '../flux/objectKey.ts';
import type { Controllers } from './clusterState.ts';

const controllersByGroup: Readonly<Record<string, string>> = {
  'kustomize.toolkit.fluxcd.io': 'kustomize-controller',
  'helm.toolkit.fluxcd.io': 'helm-controller',
  'source.toolkit.fluxcd.io': 'source-controller',
  'source.extensions.fluxcd.io': 'source-watcher',
  'image.toolkit.fluxcd.io': 'image-reflector-controller',
  'notification.toolkit.fluxcd.io': 'notification-controller',
  'fluxcd.controlplane.io': 'flux-operator',
};

/** The usual name of the controller of a group, `undefined` for groups that are not Flux's. */
export function controllerOf(group: string): string | undefined {
  return controllersByGroup[group];
}

/** `kustomize-controller is not running` where that is known; `undefined` when it runs or nothing is known of it. */
export function missingController(id: ObjectId, controllers: Controllers | undefined): string | undefined {
  const name = controllerOf(id.group);
  if (name === undefined || controllers?.state !== 'known') {
    return undefined;
  }
  // A sharded installation has several of one name's beginning; one that runs is enough.
  const candidates = controllers.items.filter((item) => item.name === name || item.name.startsWith(`${name}-`));
  if (candidates.length === 0 || candidates.some(({ running }) => running)) {
    return undefined;
  }
  return `${name} is not running`;
}

/**
 * Whose server-side apply owns what suspends the object, so that its manifest has the last word on it: with the value that is there
 * now, for whoever writes another one takes the field over. `unnamed` where the object's labels name nobody; `undefined` when
 * nobody applies it. Needs `managedFields`.
 */
export function suspensionApplier(object: FluxObject): ObjectId | 'unnamed' | undefined {
  const means = suspensionMeans(object);
  if (means.by === 'none') {
    return undefined;
  }
  const path = means.by === 'spec' ? ['f:spec', 'f:suspend'] : ['f:metadata', 'f:annotations', `f:${means.annotation}`];
  const isApplied = (object.metadata.managedFields ?? []).some(
    (entry) => fieldAt(entry, 'operation') === 'Apply' && fieldAt(entry, 'fieldsV1', ...path) !== undefined,
  );
  return isApplied ? (ownerOf(object)?.id ?? 'unnamed') : undefined;
}

/**
 * The parent that sets a field of the object's spec, in words, when its server-side apply owns the field: whatever is
 * written there lasts until its next apply. Needs `managedFields`; `undefined` when nobody applies the field.
 */
export function appliedBySpec(object: FluxObject, field: string): string | undefined {
  const applied = (object.metadata.managedFields ?? []).some(
    (entry) =>
      fieldAt(entry, 'operation') === 'Apply' && fieldAt(entry, 'fieldsV1', 'f:spec', `f:${field}`) !== undefined,
  );
  if (!applied) {
    return undefined;
  }
  const owner = ownerOf(object);
  return owner ? `${owner.id.kind} ${displayName(owner.id)}` : 'whoever applies it';
}
