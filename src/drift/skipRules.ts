/**
 * What objects say of themselves to kustomize-controller, by labels or annotations: leave me alone, do not clean me up, make me
 * anew, do not prune me (kustomization_controller.go `apply`, `deleteObjects`; pkg/ssa/utils `AnyInMetadata`). Pure.
 */
import type { KubernetesObject } from '../flux/objects.ts';
import { displayName, idOf } from '../flux/objectKey.ts';
import type { FluxName } from '../render/desired.ts';
import type { Because } from './difference.ts';

const group = 'kustomize.toolkit.fluxcd.io';

export interface Skipped {
  readonly because: Because;
  readonly reason: string;
}

/** Labels and annotations count alike, and values in any case. */
function says(object: KubernetesObject | undefined, name: string, value: string): boolean {
  const { labels, annotations } = object?.metadata ?? {};
  const key = `${group}/${name}`;
  return [labels, annotations].some(
    (map) => map !== undefined && Object.hasOwn(map, key) && String(map[key]).toLowerCase() === value,
  );
}

function where(desired: KubernetesObject, name: string, value: string): string {
  return says(desired, name, value) ? '' : ' in the cluster';
}

/** Whether the controller applies nothing. `live`: undefined where the cluster has none. */
export function skippedApply(desired: KubernetesObject, live: KubernetesObject | undefined): Skipped | undefined {
  const either = (name: string, value: string): boolean => says(desired, name, value) || says(live, name, value);
  if (either('reconcile', 'disabled')) {
    const place = where(desired, 'reconcile', 'disabled');
    return {
      because: 'reconcileDisabled',
      reason: `It has ${group}/reconcile: disabled${place}, so Flux leaves it alone.`,
    };
  }
  if (either('ssa', 'ignore')) {
    const place = where(desired, 'ssa', 'ignore');
    return { because: 'ssaIgnore', reason: `It has ${group}/ssa: Ignore${place}, so Flux leaves it alone.` };
  }
  if (live && says(desired, 'ssa', 'ifnotpresent')) {
    return {
      because: 'ssaIfNotPresent',
      reason: `It has ${group}/ssa: IfNotPresent and exists, so Flux leaves it alone.`,
    };
  }
  return undefined;
}

/** With `ssa: Merge` on either side, what others added stays, kubectl's additions too. */
export function mergesOnly(desired: KubernetesObject, live: KubernetesObject): boolean {
  return says(desired, 'ssa', 'merge') || says(live, 'ssa', 'merge');
}

/** Whether the object itself asks to be made anew where a field cannot be changed. */
export function asksForForce(desired: KubernetesObject, live: KubernetesObject | undefined): boolean {
  return says(desired, 'force', 'enabled') || says(live, 'force', 'enabled');
}

export const ownerLabels = { name: `${group}/name`, namespace: `${group}/namespace` };

/** Whether the controller deletes nothing of what left the build. Only the object in the cluster is asked. */
export function skippedPrune(live: KubernetesObject, owner: FluxName): Skipped | undefined {
  const labels = live.metadata.labels ?? {};
  if (labels[ownerLabels.name] !== owner.name || labels[ownerLabels.namespace] !== owner.namespace) {
    return {
      because: 'otherOwner',
      reason: `It is no longer labelled as one of Kustomization ${owner.namespace}/${owner.name}, so that does not delete it.`,
    };
  }
  const rule = pruneRules.find(([name, value]) => says(live, name, value));
  return (
    rule && {
      because: 'pruneDisabled',
      reason: `${live.kind} ${displayName(idOf(live))} has ${group}/${rule[0]}: ${rule[2]}, so Flux does not delete it.`,
    }
  );
}

const pruneRules = [
  ['prune', 'disabled', 'disabled'],
  ['reconcile', 'disabled', 'disabled'],
  ['ssa', 'ignore', 'Ignore'],
] as const;
