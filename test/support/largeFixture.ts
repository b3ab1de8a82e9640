/**
 * A large repository's objects, made by counting: the sizes of conditions, inventories, histories and managedFields are
 * those of real clusters, the contents are not. Always the same for the same numbers.
 */
import type { Condition, FluxObject, InventoryEntry, ObjectMeta, ReleaseSnapshot } from '../../src/flux/objects.ts';
import {
  type BuiltFlux,
  builtAt,
  commit,
  condition,
  failing,
  gitRepository,
  helmChart,
  helmRelease,
  helmRepository,
  kustomization,
  ociRepository,
  ready,
  revision,
} from './builders.ts';

export interface LargeFixtureSize {
  readonly kustomizations: number;
  readonly helmReleases: number;
  readonly helmRepositories: number;
  readonly ociRepositories: number;
  readonly gitRepositories: number;
}

/** A large homelab, as published: about 200 objects and the HelmCharts that the releases make. */
export const largeHomelab: LargeFixtureSize = {
  kustomizations: 84,
  helmReleases: 81,
  helmRepositories: 26,
  ociRepositories: 6,
  gitRepositories: 2,
};

export const fiveThousandEach: LargeFixtureSize = {
  kustomizations: 5000,
  helmReleases: 5000,
  helmRepositories: 50,
  ociRepositories: 20,
  gitRepositories: 5,
};

/** The same several times over. */
export function times(size: LargeFixtureSize, factor: number): LargeFixtureSize {
  return {
    kustomizations: size.kustomizations * factor,
    helmReleases: size.helmReleases * factor,
    helmRepositories: size.helmRepositories * factor,
    ociRepositories: size.ociRepositories * factor,
    gitRepositories: size.gitRepositories * factor,
  };
}

export interface LargeFixtureOptions {
  /** Releases that depend on the first one, which then fails. All is ready by default. */
  readonly waiting?: number;
}

/** How many Kustomizations stand directly below the root; the others are below those. */
const groupCount = 6;
const entriesPerKustomization = 9;
const entriesPerRelease = 14;

const kinds: readonly (readonly [group: string, kind: string, version: string])[] = [
  ['', 'ConfigMap', 'v1'],
  ['', 'Service', 'v1'],
  ['', 'ServiceAccount', 'v1'],
  ['apps', 'Deployment', 'v1'],
  ['rbac.authorization.k8s.io', 'Role', 'v1'],
  ['rbac.authorization.k8s.io', 'RoleBinding', 'v1'],
  ['networking.k8s.io', 'NetworkPolicy', 'v1'],
];

function three(index: number): string {
  return String(index).padStart(3, '0');
}

/** Kustomization 0 is the root. */
function kustomizationName(index: number): string {
  return index === 0 ? 'flux-system' : index <= groupCount ? `group-${index}` : `app-${three(index)}`;
}

function releaseName(index: number): string {
  return `release-${three(index)}`;
}

function namespaceOf(index: number): string {
  return `team-${three(index % 40)}`;
}

function inventory(owner: string, namespace: string, count: number): InventoryEntry[] {
  return Array.from({ length: count }, (_unused, index) => {
    const [group, kind, v] = kinds[index % kinds.length] ?? ['', 'ConfigMap', 'v1'];
    return { id: `${namespace}_${owner}-${three(index)}_${group}_${kind}`, v };
  });
}

/** What kustomize-controller and the object's own controller leave: as many bytes as on a real cluster. */
function managedFields(fields: readonly string[]): readonly unknown[] {
  const empty = Object.fromEntries(fields.map((field) => [`f:${field}`, {}]));
  return [
    {
      manager: 'kustomize-controller',
      operation: 'Apply',
      apiVersion: 'v1',
      time: builtAt,
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': {
          'f:labels': { 'f:kustomize.toolkit.fluxcd.io/name': {}, 'f:kustomize.toolkit.fluxcd.io/namespace': {} },
        },
        'f:spec': empty,
      },
    },
    {
      manager: 'helm-controller',
      operation: 'Update',
      apiVersion: 'v2',
      time: builtAt,
      fieldsType: 'FieldsV1',
      subresource: 'status',
      fieldsV1: {
        'f:metadata': { 'f:finalizers': { '.': {}, 'v:"finalizers.fluxcd.io"': {} } },
        'f:status': {
          'f:conditions': {},
          'f:history': {},
          'f:inventory': { 'f:entries': {} },
          'f:observedGeneration': {},
        },
      },
    },
  ];
}

const specFields = [
  'chart',
  'dependsOn',
  'install',
  'interval',
  'path',
  'prune',
  'sourceRef',
  'timeout',
  'upgrade',
  'values',
];
const commonMeta: Partial<ObjectMeta> = {
  finalizers: ['finalizers.fluxcd.io'],
  creationTimestamp: '2025-06-01T08:00:00Z',
  managedFields: managedFields(specFields),
};

/** The root applies itself and the groups, a group its share of the rest. */
function kustomizationAt(index: number): FluxObject {
  const name = kustomizationName(index);
  const owner = index <= groupCount ? 'flux-system' : kustomizationName(1 + (index % groupCount));
  return kustomization(name, {
    appliedBy: { kind: 'Kustomization', name: owner },
    metadata: commonMeta,
    spec: { path: `./kubernetes/apps/${name}`, timeout: '5m0s', wait: index % 3 === 0 },
    conditions: [
      ready(`Applied revision: ${revision}`),
      ...(index % 3 === 0 ? [condition('Healthy', 'True', 'Succeeded', 'Health check passed in 41.6ms')] : []),
    ],
    status: {
      inventory: { entries: inventory(name, namespaceOf(index), entriesPerKustomization) },
      history: [
        {
          digest: `sha256:${commit.repeat(2).slice(0, 64)}`,
          firstReconciled: '2025-06-01T08:00:04Z',
          lastReconciled: builtAt,
          lastReconciledDuration: '812.4ms',
          lastReconciledStatus: 'ReconciliationSucceeded',
          totalReconciliations: 1200 + index,
          metadata: { revision },
        } as unknown as ReleaseSnapshot,
      ],
    },
  });
}

function snapshots(name: string, namespace: string, count: number): ReleaseSnapshot[] {
  return Array.from({ length: count }, (_unused, index) => ({
    name,
    namespace,
    version: count - index,
    status: index === 0 ? 'deployed' : 'superseded',
    chartName: name,
    chartVersion: `1.${count - index}.0`,
    appVersion: `v2.${count - index}.0`,
    configDigest: `sha256:${'c'.repeat(64)}`,
    firstDeployed: '2025-06-01T08:01:00Z',
    lastDeployed: builtAt,
  }));
}

/** What a release says of itself: the first may have failed and others wait for it. */
function releaseConditions(index: number, waiting: number): readonly Condition[] | undefined {
  if (waiting === 0 || index > waiting) {
    return undefined;
  }
  const first = `${namespaceOf(0)}/${releaseName(0)}`;
  return index === 0
    ? failing(
        'InstallFailed',
        `Helm install failed for release ${first} with chart ${releaseName(0)}@1.3.0: context deadline exceeded`,
      )
    : failing('DependencyNotReady', `dependency '${first}' is not ready`);
}

function helmReleaseAt(index: number, size: LargeFixtureSize, waiting: number): FluxObject {
  const name = releaseName(index);
  const namespace = namespaceOf(index);
  const owner = kustomizationName(size.kustomizations > 1 ? 1 + (index % (size.kustomizations - 1)) : 0);
  const fromOci = index < size.ociRepositories;
  const conditions = releaseConditions(index, waiting);
  const built: BuiltFlux & { version: string } = {
    namespace,
    version: '1.3.0',
    appliedBy: { kind: 'Kustomization', name: owner },
    metadata: commonMeta,
    ...(conditions ? { conditions } : {}),
    spec: {
      timeout: '10m0s',
      ...(fromOci
        ? { chartRef: { kind: 'OCIRepository', name: `oci-${three(index)}`, namespace: 'flux-system' } }
        : {
            chart: {
              spec: {
                chart: name,
                version: '1.3.0',
                sourceRef: {
                  kind: 'HelmRepository',
                  name: `charts-${three(index % size.helmRepositories)}`,
                  namespace: 'flux-system',
                },
              },
            },
          }),
      ...(waiting > 0 && index > 0 && index <= waiting
        ? { dependsOn: [{ name: releaseName(0), namespace: namespaceOf(0) }] }
        : {}),
      ...(index % 10 === 0 ? { driftDetection: { mode: 'enabled' } } : {}),
      values: { replicas: 2, image: { tag: 'v2.3.0' }, resources: { requests: { cpu: '100m', memory: '128Mi' } } },
    },
    status: {
      inventory: { entries: inventory(name, namespace, entriesPerRelease) },
      history: snapshots(name, namespace, 3),
    },
  };
  return helmRelease(name, built);
}

/** All objects, parents before children. HelmCharts are there for the releases that do not come from an OCIRepository. */
export function largeFixture(size: LargeFixtureSize = largeHomelab, options: LargeFixtureOptions = {}): FluxObject[] {
  const list = <T>(count: number, make: (index: number) => T): T[] =>
    Array.from({ length: count }, (_unused, index) => make(index));
  const { waiting = 0 } = options;
  const applied: BuiltFlux = { appliedBy: { kind: 'Kustomization', name: 'flux-system' }, metadata: commonMeta };
  return [
    ...list(size.gitRepositories, (index) =>
      gitRepository(index === 0 ? 'flux-system' : `git-${three(index)}`, applied),
    ),
    ...list(size.ociRepositories, (index) => ociRepository(`oci-${three(index)}`, applied)),
    ...list(size.helmRepositories, (index) => helmRepository(`charts-${three(index)}`, applied)),
    ...list(size.kustomizations, kustomizationAt),
    ...list(size.helmReleases, (index) => helmReleaseAt(index, size, waiting)),
    ...list(size.helmReleases, (index) => index)
      .slice(size.ociRepositories)
      .map((index) =>
        helmChart(`${namespaceOf(index)}-${releaseName(index)}`, {
          chart: releaseName(index),
          version: '1.3.0',
          metadata: commonMeta,
          spec: { sourceRef: { kind: 'HelmRepository', name: `charts-${three(index % size.helmRepositories)}` } },
        }),
      ),
  ];
}
