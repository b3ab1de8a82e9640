/** What the comparisons of all objects of one Flux Kustomization have in common. Types alone. */
import type { Sealed } from '../base/sealed.ts';
import type { Turns } from '../base/turns.ts';
import type { ApiResource, ClusterApi } from '../cluster/clusterApi.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import type { FluxName, RenderNote } from '../render/desired.ts';
import type { ComparisonCache } from './comparisonCache.ts';
import type { FormerMasks } from './formerMasks.ts';
import type { IgnoreRules } from './ignoreRules.ts';
import type { LiveReads } from './liveReads.ts';
import type { LiveVersions } from './liveVersions.ts';
import type { PoliteRequests } from './politeRequests.ts';
import type { Rights } from './rights.ts';
import type { ServedKinds } from './servedKinds.ts';

export interface ComparisonSurroundings {
  readonly owner: FluxName;
  readonly api: ClusterApi;
  readonly requests: PoliteRequests;
  readonly rights: Rights;
  /** For many objects at once; absent: each asks for its own. */
  readonly kinds?: ServedKinds;
  /** Between the steps with one object, which may have thousands of fields; absent: each object has its own. */
  readonly turns?: Turns;
  /** For many objects at once; absent: each is read by itself. */
  readonly reads?: LiveReads;
  /** Texts of Secrets that took part in the render, and of those that are substituted into what lives. */
  readonly secrets: Sealed<readonly string[]> | undefined;
  /** See `LiveSides.substituted`. */
  readonly substituted?: Sealed<readonly string[]> | undefined;
  /** A Secret could not be read from which values may come that live: none are shown, nor what a server says of them. */
  readonly hidden?: boolean;
  /** Where in what lives older secrets may stand. */
  readonly former?: FormerMasks | undefined;
  /** `spec.force`. */
  readonly force: boolean;
  /** `spec.ignore`. */
  readonly ignore: IgnoreRules;
  /** Results of before, and all that they depend on beside the objects themselves. */
  readonly cache:
    { readonly results: ComparisonCache; readonly versions: LiveVersions; readonly setting: unknown } | undefined;
  readonly buildsNamespace: (name: string) => boolean;
  readonly buildsDefinition: (group: string, kind: string) => boolean;
  /** Whom, beside kubectl, the controller takes fields back from; absent: from nobody. */
  readonly overridden?: {
    readonly of: (live: KubernetesObject) => Promise<readonly string[] | undefined>;
    readonly all: () => Promise<readonly string[] | undefined>;
    readonly notes: readonly RenderNote[];
  };
  /** The definition of a custom kind; `undefined` where it cannot be had. Read once. */
  readonly definitionOf: (resource: ApiResource) => Promise<KubernetesObject | undefined>;
}
