/**
 * How each kind is told to rest, and whether it does: the toolkit's kinds by `spec.suspend`, flux-operator's and the
 * ArtifactGenerator by an annotation. Data only; the patches are in `changes.ts`.
 */
import { groupOf } from './kinds.ts';
import type { FluxObject } from './objects.ts';

/** `none`: the kind cannot be suspended (ExternalArtifact). */
export type SuspensionMeans =
  | { readonly by: 'spec' }
  | { readonly by: 'annotation'; readonly annotation: string; readonly requestOnResume: boolean }
  | { readonly by: 'none' };

const bySpec: SuspensionMeans = { by: 'spec' };
const none: SuspensionMeans = { by: 'none' };

/** source-watcher api/v1beta1 `IsDisabled`. */
const generatorAnnotation: SuspensionMeans = {
  by: 'annotation',
  annotation: 'source.extensions.fluxcd.io/reconcile',
  requestOnResume: false,
};

/** flux-operator cmd/cli/client.go: its CLI also asks for a reconcile when it resumes. */
const operatorAnnotation: SuspensionMeans = {
  by: 'annotation',
  annotation: 'fluxcd.controlplane.io/reconcile',
  requestOnResume: true,
};

export function suspensionMeans(object: FluxObject): SuspensionMeans {
  const group = groupOf(object.apiVersion);
  if (group === 'fluxcd.controlplane.io') {
    return operatorAnnotation;
  }
  if (group === 'source.extensions.fluxcd.io' && object.kind === 'ArtifactGenerator') {
    return generatorAnnotation;
  }
  return object.kind === 'ExternalArtifact' ? none : bySpec;
}

export function isSuspended(object: FluxObject): boolean {
  const means = suspensionMeans(object);
  switch (means.by) {
    case 'spec':
      return object.spec?.suspend === true;
    case 'annotation':
      return object.metadata.annotations?.[means.annotation]?.toLowerCase() === 'disabled';
    case 'none':
      return false;
  }
}
