/**
 * Which built objects kustomize-controller does not apply, or not again, because they say so themselves. Speaks of the object
 * that is built alone: the one in the cluster may say so as well, and is not asked.
 */
import type { KubernetesObject } from '../flux/objects.ts';
import type { LeftAlone } from './desired.ts';

/** The first that holds counts: the one that is stronger stands first. */
const rules: readonly (readonly [key: string, value: string, meaning: LeftAlone])[] = [
  ['kustomize.toolkit.fluxcd.io/reconcile', 'disabled', 'reconcile disabled'],
  ['kustomize.toolkit.fluxcd.io/ssa', 'ignore', 'ssa Ignore'],
  ['kustomize.toolkit.fluxcd.io/ssa', 'ifnotpresent', 'ssa IfNotPresent'],
];

/** Labels and annotations count alike, and their values in any case (pkg/ssa/utils `AnyInMetadata`). */
export function leftAlone({ metadata }: KubernetesObject): LeftAlone | undefined {
  const { labels = {}, annotations = {} } = metadata;
  const says = (key: string, value: string): boolean =>
    [labels, annotations].some((map) => Object.hasOwn(map, key) && String(map[key]).toLowerCase() === value);
  return rules.find(([key, value]) => says(key, value))?.[2];
}
