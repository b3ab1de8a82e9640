/**
 * Kubernetes and Flux objects as the API serves them: one union model over all served versions, every field optional.
 * Types only. What an object means is told by `fluxState.ts`, `references.ts` and `inventory.ts`.
 */

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid?: string;
  readonly controller?: boolean;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
  readonly managedFields?: readonly unknown[];
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  readonly observedGeneration?: number;
}

/** Any object of the API. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

/** `status.artifact` of a source (fluxcd/pkg apis/meta/artifact.go). */
export interface Artifact {
  readonly url?: string;
  readonly path?: string;
  readonly revision?: string;
  readonly digest?: string;
  readonly lastUpdateTime?: string;
  readonly size?: number;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface NamedReference {
  readonly kind?: string;
  readonly name: string;
  readonly namespace?: string;
}

export interface InventoryEntry {
  /** `<namespace>_<name>_<group>_<kind>`; read it with `parseInventoryId`. */
  readonly id: string;
  /** API version without the group. */
  readonly v: string;
}

/** One snapshot of `HelmRelease.status.history`. */
export interface ReleaseSnapshot {
  readonly name?: string;
  readonly namespace?: string;
  readonly version?: number;
  readonly status?: string;
  readonly chartName?: string;
  readonly chartVersion?: string;
  readonly appVersion?: string;
  readonly ociDigest?: string;
  readonly configDigest?: string;
  readonly firstDeployed?: string;
  readonly lastDeployed?: string;
}

export interface FluxSpec {
  readonly suspend?: boolean;
  readonly interval?: string;
  readonly retryInterval?: string;
  readonly timeout?: string;
  readonly dependsOn?: readonly NamedReference[];
  readonly kubeConfig?: Readonly<Record<string, unknown>>;
  readonly serviceAccountName?: string;
  readonly targetNamespace?: string;
  // Kustomization
  readonly path?: string;
  readonly prune?: boolean;
  readonly sourceRef?: NamedReference & { readonly apiVersion?: string };
  // HelmRelease
  readonly releaseName?: string;
  readonly storageNamespace?: string;
  readonly chartRef?: NamedReference;
  readonly chart?: {
    readonly spec?: { readonly chart?: string; readonly version?: string; readonly sourceRef?: NamedReference };
  };
  readonly driftDetection?: { readonly mode?: string; readonly ignore?: readonly unknown[] };
  // sources
  readonly url?: string;
  readonly type?: string;
  readonly ref?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

export interface FluxStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  readonly lastHandledReconcileAt?: string;
  readonly lastAppliedRevision?: string;
  readonly lastAttemptedRevision?: string;
  readonly lastAppliedOriginRevision?: string;
  readonly inventory?: { readonly entries?: readonly InventoryEntry[] };
  readonly artifact?: Artifact;
  readonly helmChart?: string;
  readonly storageNamespace?: string;
  /** HelmRelease: release snapshots. Kustomization (2.7 and later): digests of past applies. */
  readonly history?: readonly ReleaseSnapshot[];
  readonly failures?: number;
  readonly [field: string]: unknown;
}

/** An object of one of the kinds in `kinds.ts`. Fields that the cluster filled with something else are dropped on arrival. */
export interface FluxObject extends KubernetesObject {
  readonly spec?: FluxSpec;
  readonly status?: FluxStatus;
}
