/**
 * Which objects an object names: who applied it, where it takes its content from, what it waits for. Reads one object;
 * whether the named ones exist is for the caller to find out.
 */
import { groupOf } from './kinds.ts';
import type { ObjectId } from './objectKey.ts';
import type { FluxObject, KubernetesObject, NamedReference } from './objects.ts';

const kustomizeGroup = 'kustomize.toolkit.fluxcd.io';
const helmGroup = 'helm.toolkit.fluxcd.io';
const sourceGroup = 'source.toolkit.fluxcd.io';
const operatorGroup = 'fluxcd.controlplane.io';

export type OwnedBy = 'kustomize' | 'helm' | 'operator' | 'resourceSet';

export interface Owner {
  readonly id: ObjectId;
  readonly by: OwnedBy;
}

/**
 * In the order in which they are believed. The kustomize labels first, as `flux trace` reads them; each applier sets its
 * own on all that it applies, so more than one kind of label means a manifest that was copied from somewhere.
 */
const ownerLabels: readonly { prefix: string; group: string; kind: string; by: OwnedBy }[] = [
  { prefix: kustomizeGroup, group: kustomizeGroup, kind: 'Kustomization', by: 'kustomize' },
  { prefix: helmGroup, group: helmGroup, kind: 'HelmRelease', by: 'helm' },
  { prefix: `resourceset.${operatorGroup}`, group: operatorGroup, kind: 'ResourceSet', by: 'resourceSet' },
  { prefix: operatorGroup, group: operatorGroup, kind: 'FluxInstance', by: 'operator' },
];

/**
 * The applier that the object's labels name; it may be the object itself (the bootstrap `flux-system`), and it may live
 * in another cluster. `undefined` when no label or only half a name is there.
 */
export function ownerOf(object: KubernetesObject): Owner | undefined {
  const { labels } = object.metadata;
  for (const { prefix, group, kind, by } of ownerLabels) {
    const name = labels?.[`${prefix}/name`] ?? '';
    const namespace = labels?.[`${prefix}/namespace`] ?? '';
    if (name !== '' && namespace !== '') {
      return { id: { group, kind, namespace, name }, by };
    }
  }
  return undefined;
}

/**
 * The object whose artifact this one consumes. For a HelmRelease with a chart template that is the HelmChart which
 * helm-controller makes of it, named `<namespace>-<name>`, in the namespace of the chart's source.
 * `undefined` for kinds that consume nothing, and for incomplete references.
 */
export function sourceOf(object: FluxObject): ObjectId | undefined {
  const group = groupOf(object.apiVersion);
  if (group === kustomizeGroup && object.kind === 'Kustomization') {
    return sourceId(object, object.spec?.sourceRef);
  }
  if (group === helmGroup && object.kind === 'HelmRelease') {
    return chartSourceOf(object);
  }
  if (group !== sourceGroup) {
    return undefined;
  }
  if (object.kind === 'HelmChart') {
    // A HelmChart's reference has no namespace: its source is beside it.
    return sourceId(object, withoutNamespace(object.spec?.sourceRef));
  }
  return object.kind === 'ExternalArtifact' ? producerOf(object) : undefined;
}

function chartSourceOf(release: FluxObject): ObjectId | undefined {
  const { chartRef, chart } = release.spec ?? {};
  if (chartRef) {
    return sourceId(release, chartRef);
  }
  const { sourceRef } = chart?.spec ?? {};
  if (!sourceRef) {
    return undefined;
  }
  const own = release.metadata.namespace ?? '';
  return {
    group: sourceGroup,
    kind: 'HelmChart',
    namespace: namespaceOf(sourceRef, release),
    name: `${own}-${release.metadata.name}`,
  };
}

/** The ArtifactGenerator or another producer of an ExternalArtifact, named with its own API group. */
function producerOf(artifact: FluxObject): ObjectId | undefined {
  const reference = artifact.spec?.sourceRef;
  if (reference?.kind === undefined || reference.apiVersion === undefined) {
    return undefined;
  }
  return {
    group: groupOf(reference.apiVersion),
    kind: reference.kind,
    namespace: namespaceOf(reference, artifact),
    name: reference.name,
  };
}

/** The objects that must be ready before this one is reconciled: of its own kind, as `spec.dependsOn` names none. */
export function dependenciesOf(object: FluxObject): ObjectId[] {
  return (object.spec?.dependsOn ?? []).map((reference) => ({
    group: groupOf(object.apiVersion),
    kind: object.kind,
    namespace: namespaceOf(reference, object),
    name: reference.name,
  }));
}

function sourceId(object: FluxObject, reference: NamedReference | undefined): ObjectId | undefined {
  return reference?.kind === undefined
    ? undefined
    : {
        group: sourceGroup,
        kind: reference.kind,
        namespace: namespaceOf(reference, object),
        name: reference.name,
      };
}

/** The controllers read an empty namespace as none: the object's own. */
function namespaceOf(reference: NamedReference, object: FluxObject): string {
  const { namespace = '' } = reference;
  return namespace === '' ? (object.metadata.namespace ?? '') : namespace;
}

function withoutNamespace(reference: NamedReference | undefined): NamedReference | undefined {
  return reference?.kind === undefined ? undefined : { kind: reference.kind, name: reference.name };
}
