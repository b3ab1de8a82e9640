/** Builders of Flux objects for the tests of this folder: short to write, complete enough to be believed. */
import type { Condition, FluxObject, FluxSpec, FluxStatus } from '../../../src/flux/objects.ts';

const apiVersions: Readonly<Record<string, string>> = {
  Kustomization: 'kustomize.toolkit.fluxcd.io/v1',
  HelmRelease: 'helm.toolkit.fluxcd.io/v2',
  Alert: 'notification.toolkit.fluxcd.io/v1beta3',
  Provider: 'notification.toolkit.fluxcd.io/v1beta3',
  ArtifactGenerator: 'source.extensions.fluxcd.io/v1beta1',
  ResourceSet: 'fluxcd.controlplane.io/v1',
  FluxInstance: 'fluxcd.controlplane.io/v1',
  Namespace: 'v1',
};

export interface ObjectParts {
  /** Instead of the kind's own. */
  readonly apiVersion?: string;
  readonly generation?: number;
  readonly uid?: string;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly deletionTimestamp?: string;
  readonly spec?: FluxSpec;
  readonly status?: FluxStatus;
  readonly conditions?: readonly Condition[];
}

/** `Kind namespace/name`; kinds that are not listed above are sources. */
export function fluxObject(title: string, parts: ObjectParts = {}): FluxObject {
  const [kind = '', path = ''] = title.split(' ');
  const [namespace = '', name = ''] = path.split('/');
  const { apiVersion, spec, status, conditions, ...metadata } = parts;
  return {
    apiVersion: apiVersion ?? apiVersions[kind] ?? 'source.toolkit.fluxcd.io/v1',
    kind,
    metadata: { name, namespace, ...metadata },
    ...(spec ? { spec } : {}),
    ...(status || conditions ? { status: { ...status, ...(conditions ? { conditions } : {}) } } : {}),
  };
}

/** `Ready=False DependencyNotReady @2: message`; reason, `@generation` and message may be left out. */
export function condition(text: string): Condition {
  const match =
    /^(?<type>\w+)=(?<status>True|False|Unknown)(?: (?<reason>\w+))?(?: @(?<generation>\d+))?(?:: (?<message>.*))?$/s.exec(
      text,
    );
  if (!match?.groups) {
    throw new Error(`not a condition: ${text}`);
  }
  const { type = '', status, reason, generation, message } = match.groups;
  return {
    type,
    status: status as Condition['status'],
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    ...(generation === undefined ? {} : { observedGeneration: Number(generation) }),
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
}

/** Owner labels as kustomize-controller and helm-controller set them. */
export function appliedBy(owner: string): Record<string, string> {
  const [kind = '', path = ''] = owner.split(' ');
  const [namespace = '', name = ''] = path.split('/');
  const prefixes: Readonly<Record<string, string>> = {
    Kustomization: 'kustomize.toolkit.fluxcd.io',
    HelmRelease: 'helm.toolkit.fluxcd.io',
    FluxInstance: 'fluxcd.controlplane.io',
    ResourceSet: 'resourceset.fluxcd.controlplane.io',
  };
  const prefix = prefixes[kind] ?? '';
  return { [`${prefix}/name`]: name, [`${prefix}/namespace`]: namespace };
}

/** `Kind namespace/name` of an id, the inverse of a title. */
export function titleOf(id: { kind: string; namespace: string; name: string } | undefined): string {
  return id === undefined ? '-' : `${id.kind} ${id.namespace}/${id.name}`;
}
