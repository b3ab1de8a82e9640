/**
 * The Flux kinds that Driftline watches, and what role each plays. No versions here: which are served is the cluster's
 * answer to discovery (spec drift 1.1), never a constant.
 */

export type FluxRole = 'applier' | 'source';

export interface FluxKind {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly role: FluxRole;
  /** How the flux CLI calls it: `flux get <cli>`, `flux reconcile <cli>`. */
  readonly cli: string;
}

const kustomize = 'kustomize.toolkit.fluxcd.io';
const helm = 'helm.toolkit.fluxcd.io';
const source = 'source.toolkit.fluxcd.io';

/** All watched kinds, appliers first. */
export const fluxKinds: readonly FluxKind[] = [
  { group: kustomize, kind: 'Kustomization', plural: 'kustomizations', role: 'applier', cli: 'kustomization' },
  { group: helm, kind: 'HelmRelease', plural: 'helmreleases', role: 'applier', cli: 'helmrelease' },
  { group: source, kind: 'GitRepository', plural: 'gitrepositories', role: 'source', cli: 'source git' },
  { group: source, kind: 'OCIRepository', plural: 'ocirepositories', role: 'source', cli: 'source oci' },
  { group: source, kind: 'HelmRepository', plural: 'helmrepositories', role: 'source', cli: 'source helm' },
  { group: source, kind: 'HelmChart', plural: 'helmcharts', role: 'source', cli: 'source chart' },
  { group: source, kind: 'Bucket', plural: 'buckets', role: 'source', cli: 'source bucket' },
  { group: source, kind: 'ExternalArtifact', plural: 'externalartifacts', role: 'source', cli: 'source external' },
];

/** The watched kind with that group and kind, `undefined` for any other. */
export function findFluxKind(group: string, kind: string): FluxKind | undefined {
  return fluxKinds.find((known) => known.group === group && known.kind === kind);
}

/** The group of an `apiVersion`; the core group is `''`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** The version of an `apiVersion`. */
export function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1);
}
