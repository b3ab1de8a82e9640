/** Who has an object that somebody else is about to apply, by its labels, annotations and managed fields. Pure. */
import type { KubernetesObject } from '../flux/objects.ts';
import { displayName } from '../flux/objectKey.ts';
import type { FluxName } from '../render/desired.ts';
import { fieldOwners } from './managedFields.ts';

const appliers = [
  ['kustomize.toolkit.fluxcd.io', 'Kustomization'],
  ['helm.toolkit.fluxcd.io', 'HelmRelease'],
] as const;

/**
 * `Kustomization apps/other`, `HelmRelease apps/shop`, `Helm release logging/loki`, `kubectl`. `undefined` where `owner` has it
 * already, or nobody that can be named. A Helm release that is a HelmRelease's is told as that.
 */
export function formerOwner(live: KubernetesObject, owner: FluxName): string | undefined {
  const { labels = {}, annotations = {} } = live.metadata;
  const flux = appliers.flatMap(([group, kind]) => {
    const [name, namespace] = [labels[`${group}/name`], labels[`${group}/namespace`]];
    return name === undefined || namespace === undefined ? [] : [{ kind, name, namespace }];
  });
  const isOwn = flux.some(
    ({ kind, name, namespace }) => kind === owner.kind && name === owner.name && namespace === owner.namespace,
  );
  if (isOwn) {
    return undefined;
  }
  const [other] = flux;
  if (other) {
    return `${other.kind} ${displayName(other)}`;
  }
  const release = annotations['meta.helm.sh/release-name'];
  if (release !== undefined && labels['app.kubernetes.io/managed-by'] === 'Helm') {
    return `Helm release ${displayName({ name: release, namespace: annotations['meta.helm.sh/release-namespace'] ?? '' })}`;
  }
  const byHand =
    annotations['kubectl.kubernetes.io/last-applied-configuration'] !== undefined ||
    fieldOwners(live).some(({ manager, subresource }) => subresource === '' && manager.startsWith('kubectl'));
  return byHand ? 'kubectl' : undefined;
}
