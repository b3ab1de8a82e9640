/**
 * Objects for tests, complete enough to be served and to be ready unless said otherwise. One builder for each kind; what a
 * test is about is given, everything else is the usual. Must not know what the code under test makes of them.
 */
import type { ObjectId } from '../../src/flux/objectKey.ts';
import type {
  Artifact,
  Condition,
  FluxObject,
  FluxSpec,
  FluxStatus,
  KubernetesObject,
  ObjectMeta,
} from '../../src/flux/objects.ts';

/** Two minutes before the time at which a `ManualClock` starts. */
export const builtAt = '2025-12-31T23:58:00Z';

export interface Built {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Over the usual metadata. */
  readonly metadata?: Partial<ObjectMeta>;
  /** The Kustomization or HelmRelease that applied it, as the owner labels say. */
  readonly appliedBy?: {
    readonly kind: 'Kustomization' | 'HelmRelease';
    readonly namespace?: string;
    readonly name: string;
  };
}

export interface BuiltFlux extends Built {
  readonly apiVersion?: string;
  readonly spec?: FluxSpec;
  /** Over the usual status; a field given as `undefined` is left out. */
  readonly status?: { readonly [K in keyof FluxStatus]?: FluxStatus[K] | undefined };
  /** Instead of Ready=True; `[]` for an object that no controller has seen. */
  readonly conditions?: readonly Condition[];
}

/** One condition; the last words are the usual ones of a ready object. */
export function condition(
  type: string,
  status: Condition['status'],
  reason = 'Succeeded',
  message = '',
  more: Partial<Condition> = {},
): Condition {
  return { type, status, reason, message, lastTransitionTime: builtAt, observedGeneration: 1, ...more };
}

export const ready = (message = 'Applied revision: main@sha1:5f2c1a9', reason = 'ReconciliationSucceeded'): Condition =>
  condition('Ready', 'True', reason, message);

/** Ready=False and tried again, as a failing Kustomization or HelmRelease says it. */
export function failing(reason: string, message: string): readonly Condition[] {
  return [
    condition('Reconciling', 'True', 'ProgressingWithRetry', message),
    condition('Ready', 'False', reason, message),
  ];
}

const ownerGroups = { Kustomization: 'kustomize.toolkit.fluxcd.io', HelmRelease: 'helm.toolkit.fluxcd.io' } as const;

function metaOf(name: string, built: Built, namespace: string): ObjectMeta {
  const owner = built.appliedBy;
  const group = owner && ownerGroups[owner.kind];
  const ownerLabels = owner
    ? { [`${group}/name`]: owner.name, [`${group}/namespace`]: owner.namespace ?? 'flux-system' }
    : {};
  const labels = { ...ownerLabels, ...built.labels };
  return {
    name,
    ...(namespace === '' ? {} : { namespace }),
    generation: 1,
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(built.annotations ? { annotations: built.annotations } : {}),
    ...built.metadata,
  };
}

function withoutUndefined(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function flux(
  kind: string,
  name: string,
  built: BuiltFlux,
  usual: { apiVersion: string; namespace?: string; spec: FluxSpec; status: FluxStatus },
): FluxObject {
  return {
    apiVersion: built.apiVersion ?? usual.apiVersion,
    kind,
    metadata: metaOf(name, built, built.namespace ?? usual.namespace ?? 'flux-system'),
    spec: { ...usual.spec, ...built.spec },
    status: withoutUndefined({
      observedGeneration: built.metadata?.generation ?? 1,
      conditions: built.conditions ?? [ready()],
      ...usual.status,
      ...built.status,
    }),
  };
}

export const commit = '5f2c1a9d3b7e4f60812a9c5d7e3b1f0a6c4d2e8b';
export const revision = `main@sha1:${commit}`;

export function kustomization(name: string, built: BuiltFlux = {}): FluxObject {
  return flux('Kustomization', name, built, {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    spec: {
      interval: '10m0s',
      path: `./${name}`,
      prune: true,
      sourceRef: { kind: 'GitRepository', name: 'flux-system' },
    },
    status: { lastAppliedRevision: revision, lastAttemptedRevision: revision, inventory: { entries: [] } },
  });
}

export function helmRelease(
  name: string,
  built: BuiltFlux & { readonly chart?: string; readonly version?: string } = {},
) {
  const { chart = name, version = '1.0.0' } = built;
  const namespace = built.namespace ?? 'default';
  return flux('HelmRelease', name, built, {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    namespace,
    spec: {
      interval: '1h0m0s',
      // A release has the one or the other.
      ...(built.spec?.chartRef
        ? {}
        : {
            chart: {
              spec: { chart, version, sourceRef: { kind: 'HelmRepository', name: 'charts', namespace: 'flux-system' } },
            },
          }),
    },
    status: {
      conditions: built.conditions ?? [
        ready(
          `Helm install succeeded for release ${namespace}/${name}.v1 with chart ${chart}@${version}`,
          'InstallSucceeded',
        ),
        condition('Released', 'True', 'InstallSucceeded'),
      ],
      helmChart: `flux-system/${namespace}-${name}`,
      lastAttemptedRevision: version,
      storageNamespace: namespace,
      inventory: { entries: [] },
      history: [
        {
          name,
          namespace,
          version: 1,
          status: 'deployed',
          chartName: chart,
          chartVersion: version,
          firstDeployed: builtAt,
          lastDeployed: builtAt,
        },
      ],
    },
  });
}

function source(kind: string, name: string, built: BuiltFlux, spec: FluxSpec, artifact: Artifact): FluxObject {
  const lastUpdateTime = builtAt;
  return flux(kind, name, built, {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    spec: { interval: '1m0s', ...spec },
    status: {
      conditions: built.conditions ?? [
        ready(`stored artifact for revision '${artifact.revision ?? ''}'`, 'Succeeded'),
        condition('ArtifactInStorage', 'True', 'Succeeded'),
      ],
      artifact: { lastUpdateTime, digest: `sha256:${'0'.repeat(64)}`, ...artifact },
    },
  });
}

export function gitRepository(name: string, built: BuiltFlux = {}): FluxObject {
  const spec = { url: `https://github.com/example/${name}.git`, ref: { branch: 'main' } };
  return source('GitRepository', name, built, spec, { revision });
}

export function ociRepository(name: string, built: BuiltFlux = {}): FluxObject {
  const spec = { url: `oci://ghcr.io/example/${name}`, ref: { tag: 'latest' } };
  return source('OCIRepository', name, built, spec, { revision: `latest@sha256:${'1'.repeat(64)}` });
}

export function helmRepository(name: string, built: BuiltFlux = {}): FluxObject {
  const spec = { url: `https://charts.example.com/${name}` };
  return source('HelmRepository', name, built, spec, { revision: `sha256:${'2'.repeat(64)}` });
}

export function helmChart(
  name: string,
  built: BuiltFlux & { readonly chart?: string; readonly version?: string } = {},
) {
  const { chart = name, version = '1.0.0' } = built;
  const spec = { chart, version, sourceRef: { kind: 'HelmRepository', name: 'charts' } };
  return source('HelmChart', name, built, spec as unknown as FluxSpec, { revision: version });
}

/** An object of any other kind. `fields` are its top-level ones: spec, status, data. */
export function anyObject(
  apiVersion: string,
  kind: string,
  name: string,
  built: Built & { readonly fields?: Readonly<Record<string, unknown>> } = {},
): KubernetesObject {
  return { apiVersion, kind, metadata: metaOf(name, built, built.namespace ?? 'default'), ...built.fields };
}

/** A Deployment that has rolled out. */
export function deployment(name: string, built: Built & { readonly replicas?: number; readonly image?: string } = {}) {
  const { replicas = 1, image = `ghcr.io/example/${name}:1.0.0` } = built;
  return anyObject('apps/v1', 'Deployment', name, {
    ...built,
    fields: {
      spec: {
        replicas,
        selector: { matchLabels: { app: name } },
        template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'manager', image }] } },
      },
      status: {
        observedGeneration: 1,
        replicas,
        updatedReplicas: replicas,
        readyReplicas: replicas,
        availableReplicas: replicas,
        conditions: [
          condition('Available', 'True', 'MinimumReplicasAvailable'),
          condition('Progressing', 'True', 'NewReplicaSetAvailable'),
        ],
      },
    },
  });
}

/** One of Flux's own controllers, as `flux install` labels it. */
export function controller(
  name: string,
  built: { readonly replicas?: number; readonly fluxVersion?: string; readonly version?: string } = {},
) {
  const { replicas = 1, fluxVersion = 'v2.9.5', version = 'v1.9.5' } = built;
  return deployment(name, {
    namespace: 'flux-system',
    replicas,
    image: `ghcr.io/fluxcd/${name}:${version}`,
    labels: {
      'app.kubernetes.io/part-of': 'flux',
      'app.kubernetes.io/component': name,
      'app.kubernetes.io/instance': 'flux-system',
      'app.kubernetes.io/version': fluxVersion,
    },
  });
}

/** A Secret whose value a test looks for where it must not be. */
export function secret(name: string, value: string, built: Built = {}): KubernetesObject {
  const data = { password: Buffer.from(value).toString('base64') };
  return anyObject('v1', 'Secret', name, { ...built, fields: { type: 'Opaque', data } });
}

/** The inventory id of an object and its version, as in `status.inventory.entries`. */
export function inventoryEntry(id: ObjectId, version = 'v1') {
  const name = id.group === 'rbac.authorization.k8s.io' ? id.name.replaceAll(':', '__') : id.name;
  return { id: `${id.namespace}_${name}_${id.group}_${id.kind}`, v: version };
}
