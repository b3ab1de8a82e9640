/**
 * What rendering gives and what it needs of the world, as types: the border between `render` and who calls it. Knows nothing
 * of editors, HTTP or files on disk.
 */
import type { Sealed } from '../base/sealed.ts';
import type { Artifact, FluxObject, KubernetesObject } from '../flux/objects.ts';
import type { RepositoryFiles } from '../manifests/repositoryFiles.ts';
import type { JsonObject } from './engineProtocol.ts';

/** Keys and list positions from the root of an object. */
export type FieldPath = readonly (string | number)[];

/** A Flux object by name. */
export interface FluxName {
  readonly kind: 'Kustomization' | 'HelmRelease';
  readonly namespace: string;
  readonly name: string;
}

/** One object that a controller would apply. */
export interface DesiredObject {
  /** Everything that came from a Secret or is encrypted is replaced by a mask. Fit to be shown. */
  readonly object: KubernetesObject;
  /** As it would be sent. Only to be revealed to compare it or to send it, never to be shown, logged or stored. */
  readonly real: Sealed<KubernetesObject>;
  /** What was replaced in `object`. */
  readonly masked: readonly FieldPath[];
  /** What another render of the same inputs gives differently (`randAlphaNum`, `now`, …). */
  readonly unstable: readonly FieldPath[];
  /** Path of the chart's template. */
  readonly template?: string;
  /** SOPS has encrypted it and there is no key here: `object` has the keys of its data and no value. */
  readonly encrypted?: true;
  /** A hook runs at an event and is not part of the release; a CRD of `crds/` is applied by policy. */
  readonly role?:
    | { readonly hook: readonly string[] }
    | { readonly crds: 'Create' | 'CreateReplace' | 'Skip' }
    | { readonly skipped: LeftAlone };
}

/**
 * What an object of a Flux Kustomization says about itself, so that kustomize-controller does not apply it; with
 * `ssa IfNotPresent` it creates the object where there is none and leaves it alone from then on.
 */
export type LeftAlone = 'reconcile disabled' | 'ssa Ignore' | 'ssa IfNotPresent';

/**
 * What a reader must know about a result. `approximate`: it may differ from what the controller does, and why.
 * `information`: what was assumed.
 */
export interface RenderNote {
  readonly severity: 'approximate' | 'information';
  /** One sentence. Never holds a value of a Secret. */
  readonly message: string;
}

/** Where a value comes from, in the order in which later ones win. */
export type ValueOrigin =
  | { readonly from: 'chart'; readonly file: string }
  | {
      readonly from: 'ConfigMap' | 'Secret';
      readonly name: string;
      readonly key: string;
      readonly targetPath?: string;
      /** `repository`: read from a file, which `path` names. */
      readonly read: 'repository' | 'cluster';
      readonly path?: string;
    }
  | { readonly from: 'inline' };

export interface EffectiveValue {
  readonly path: FieldPath;
  /** Masked where it came from a Secret. */
  readonly value: unknown;
  readonly origin: ValueOrigin;
}

/** One variable of a Flux Kustomization. */
export interface EffectiveVariable {
  readonly name: string;
  /** Masked where it came from a Secret; `undefined` where nothing sets it, or where what `origin` names has it encrypted. */
  readonly value: string | undefined;
  /** `undefined` where nothing that could be read sets it. */
  readonly origin: ValueOrigin | undefined;
  /** Origins that set it too and lose. */
  readonly overridden: readonly ValueOrigin[];
  /** Whether the built objects refer to it. */
  readonly used: boolean;
}

export interface RenderedKustomization {
  readonly kind: 'Kustomization';
  readonly name: FluxName;
  /** The Flux Kustomization as it is in force: patched and substituted by its own parents. */
  readonly inForce: FluxObject;
  /** From the root down to the direct parent; empty for a root. */
  readonly parents: readonly FluxName[];
  /** The files that state the parents, in their order: they tell clusters apart whose objects have the same names. */
  readonly parentFiles?: readonly string[];
  readonly objects: readonly DesiredObject[];
  readonly variables: readonly EffectiveVariable[];
  readonly notes: readonly RenderNote[];
  /**
   * Texts of the Secrets that took part in the render or are among its objects, so that what lives can be masked where it holds
   * one of them. Absent: there were none.
   */
  readonly secrets?: Sealed<readonly string[]>;
}

export interface RenderedRelease {
  readonly kind: 'HelmRelease';
  readonly name: FluxName;
  readonly inForce: FluxObject;
  readonly parents: readonly FluxName[];
  /** See `RenderedKustomization`. */
  readonly parentFiles?: readonly string[];
  readonly chart: {
    readonly name: string;
    readonly version: string;
    readonly appVersion: string;
    readonly from: string;
  };
  readonly release: { readonly name: string; readonly namespace: string };
  /** Objects of the release, then hooks and CRDs, which have a `role`. */
  readonly objects: readonly DesiredObject[];
  readonly values: readonly EffectiveValue[];
  /** What Helm is given: `valuesFrom` and inline values merged, unmasked. Its form is that of the config in Helm's storage. */
  readonly merged?: Sealed<JsonObject>;
  readonly chartNotes: string;
  readonly notes: readonly RenderNote[];
  /**
   * Texts of the Secrets that took part in the render or are among its objects, so that what lives can be masked where it holds
   * one of them. Absent: there were none.
   */
  readonly secrets?: Sealed<readonly string[]>;
}

/** A source's artifact or a chart, as bytes that have been checked against their digest. */
export interface FetchedArchive {
  /** `.tar.gz` or `.tgz`. */
  readonly bytes: Uint8Array;
  /** `sha256:…` of the bytes. */
  readonly digest: string;
  readonly revision: string;
  /** The digest that was promised could not be checked (none, or an algorithm that Node has not, such as blake3): say so. */
  readonly verified?: false;
}

/**
 * What rendering may ask of a cluster. Absent where there is none: then what is not in the repository is unknown, and said so.
 * Every call may throw a `Failure`; `undefined` means that the cluster answered and has no such object.
 */
export interface ClusterInputs {
  readonly context: string;
  configMap(
    namespace: string,
    name: string,
    signal?: AbortSignal,
  ): Promise<Readonly<Record<string, string>> | undefined>;
  /** Values decoded. */
  secret(
    namespace: string,
    name: string,
    signal?: AbortSignal,
  ): Promise<Sealed<Readonly<Record<string, string>>> | undefined>;
  /** The Flux object as it lives: a source, a HelmChart, a HelmRelease. */
  fluxObject(kind: string, namespace: string, name: string, signal?: AbortSignal): Promise<FluxObject | undefined>;
  capabilities(
    signal?: AbortSignal,
  ): Promise<{ readonly kubeVersion: string; readonly apiVersions: readonly string[] }>;
  /** Downloads `status.artifact` of a source. */
  artifact(source: FluxObject, artifact: Artifact, signal?: AbortSignal): Promise<FetchedArchive>;
  /**
   * Whether kustomize-controller refuses a variable that nothing sets, by its feature gates and version; `undefined` where its
   * Deployment was not found or does not tell. Asked only when there is such a variable. Absent: not known.
   */
  strictSubstitution?(signal?: AbortSignal): Promise<boolean | undefined>;
}

/** A chart that is to be pulled from where a HelmRepository or an OCIRepository points. */
export interface ChartRequest {
  /** `https://…` of a Helm repository, or `oci://…` of a registry: for a HelmRepository without the chart's name. */
  readonly url: string;
  /** `undefined` for an OCIRepository, whose URL names the chart. */
  readonly chart?: string;
  /** A version or a range; for an OCIRepository see `reference`. */
  readonly version?: string;
  readonly reference?: {
    readonly tag?: string;
    readonly semver?: string;
    readonly semverFilter?: string;
    readonly digest?: string;
  };
  readonly insecure?: boolean;
}

/** Pulls charts from the network, on the user's action only. Throws a `Failure`. */
export interface ChartPuller {
  pull(request: ChartRequest, signal?: AbortSignal): Promise<FetchedArchive & { readonly version: string }>;
}

/** One state of a repository. */
export interface RepositoryState {
  /** Names the state to a reader and tells it from others: `working tree`, `commit 5f2c1a9`. */
  readonly label: string;
  /** Tells repositories and states apart inside: a root path, a commit. */
  readonly key: string;
  /**
   * States of one family call the same content of a file by the same version: what was read or built of one serves the others. Absent: the
   * state has none but itself.
   */
  readonly family?: string;
  readonly files: RepositoryFiles;
  /** URLs of the remotes: which sources mean this repository. */
  readonly remotes: readonly string[];
  /** What a reader must know of everything that is rendered of this state. */
  readonly notes?: readonly RenderNote[];
}

/** A document of a repository that states a Flux object, before any build. */
export interface StatedFluxObject {
  readonly name: FluxName;
  /** File of the repository. */
  readonly path: string;
  /** Line of the document's first key, from 1. */
  readonly line: number;
  readonly object: JsonObject;
}
