/**
 * Whether what lives of a Kustomization was applied with its spec as it is now. Where not, a Secret may have gone into what lives that the
 * spec names no more. By status, and for a suspended one by managed fields; asks nobody.
 */
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asNumber, asText, fieldAt } from '../flux/untyped.ts';
import { fieldOwners } from './managedFields.ts';

/** Reasons of Ready=False that are given after all was applied (kustomize-controller kustomization_controller.go `reconcile`). */
const afterApply: ReadonlySet<string> = new Set(['HealthCheckFailed', 'HealthCheckCanceled']);

/** `suspended`: what lives was applied if nothing but the suspension was written since, which managed fields tell. */
export function specApplied(kustomization: KubernetesObject): 'yes' | 'no' | 'suspended' {
  const { metadata, spec, status } = kustomization;
  const { generation } = metadata;
  const ready = condition(status, 'Ready');
  const observed = asNumber(fieldAt(ready, 'observedGeneration'));
  if (generation === undefined) {
    return 'yes'; // it is in no cluster
  }
  if (observed === generation && afterApply.has(asText(fieldAt(ready, 'reason')) ?? '')) {
    return 'yes';
  }
  if (fieldAt(spec, 'suspend') === true) {
    // The controller observes the generation of what it leaves alone, but does not touch the condition (`finalizeStatus`).
    return fieldAt(ready, 'status') === 'True' && observed === generation - 1 ? 'suspended' : 'no';
  }
  // It observes a generation when it has applied it, or when it will never try.
  const isStalled = fieldAt(condition(status, 'Stalled'), 'status') === 'True';
  return !isStalled && fieldAt(status, 'observedGeneration') === generation ? 'yes' : 'no';
}

/**
 * Of a Kustomization with managed fields: whether it was suspended by Flux's CLI or by this program, which write nothing else of the
 * spec. What others took away in the same write stands in no managed field.
 */
export function suspendedAlone(kustomization: KubernetesObject): boolean {
  return fieldOwners(kustomization).some(
    ({ manager, operation, fields }) =>
      manager === 'flux' && operation === 'Update' && fields.below.get('f:spec')?.below.has('f:suspend') === true,
  );
}

function condition(status: unknown, type: string): unknown {
  return asList(fieldAt(status, 'conditions'))?.find((one) => fieldAt(one, 'type') === type);
}
