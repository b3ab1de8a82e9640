/**
 * Why an object is not ready, as data: the object, what is in its way, what is in the way of that, down to the causes. Types
 * only; `explainObject.ts` collects it, `view/whyReport.ts` writes it down. Texts of it are the cluster's own, untrusted.
 */
import type { FluxState } from '../flux/fluxState.ts';
import type { LooseCondition, ObjectHealth } from '../flux/healthVerdict.ts';
import type { ObjectId } from '../flux/objectKey.ts';
import type { FluxObject, KubernetesObject } from '../flux/objects.ts';
import type { PodTrouble } from '../flux/podTrouble.ts';

/** How an object stands to the one above it. */
export type Relation =
  | 'subject'
  /** `spec.dependsOn` of the one above. */
  | 'dependency'
  /** The one above takes its artifact. */
  | 'source'
  /** A Secret, ConfigMap or ServiceAccount that the one above names. */
  | 'input'
  /** The one above has applied it, and waits for it. */
  | 'applied'
  /** It applies the one above. */
  | 'applier';

export interface RecentEvent {
  /** `Normal`, `Warning`. */
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  /** How often it was told. */
  readonly count: number;
  /** Milliseconds since the epoch, `undefined` where it does not say. */
  readonly lastAt: number | undefined;
  /** Who tells it, `''` where it does not say. */
  readonly by: string;
}

/** What stands in for an object that could not be read. `unasked`: there were too many already. */
export type Unread =
  | { readonly state: 'missing' }
  | { readonly state: 'forbidden'; readonly message: string }
  | { readonly state: 'notServed' }
  | { readonly state: 'failed'; readonly message: string }
  | { readonly state: 'unasked' };

export interface TroubledPod extends PodTrouble {
  /** Read only where its status says nothing. */
  readonly events: readonly RecentEvent[];
}

export type Read =
  | Unread
  | { readonly state: 'flux'; readonly object: FluxObject; readonly flux: FluxState }
  | {
      readonly state: 'plain';
      readonly health: ObjectHealth;
      readonly conditions: readonly LooseCondition[];
      /** Behind a workload. */
      readonly pods: readonly TroubledPod[];
      /** Not looked at one by one. */
      readonly morePods: number;
    };

export interface Explained {
  readonly id: ObjectId;
  readonly relation: Relation;
  /** Of an input: what for, in words that follow "which". */
  readonly use?: string;
  readonly read: Read;
  /** `kustomize-controller is not running`: then what its status says may be old. */
  readonly controllerMissing: string | undefined;
  /**
   * `circle`: it stands above already, and waits for itself. `again`: it was told beside, with what is in its way.
   * `tooDeep`: nobody looked further down.
   */
  readonly ends: 'circle' | 'again' | 'tooDeep' | undefined;
  /** What holds the one above up (`true`), or goes wrong beside it and would hold up what comes next. */
  readonly isCause: boolean;
  readonly events: readonly RecentEvent[];
  readonly causes: readonly Explained[];
}

/** Something to explain next. */
export interface Obstacle {
  readonly id: ObjectId;
  readonly relation: Relation;
  readonly isCause: boolean;
  readonly use?: string;
  /** API version without the group, where an inventory tells it. */
  readonly version?: string;
  /** Read already. */
  readonly object?: KubernetesObject;
  /** Who would have applied it, should it not be there: whoever has applied what names it. */
  readonly applier?: ObjectId | undefined;
}

export interface Explanation {
  readonly context: string;
  /** Milliseconds since the epoch. */
  readonly readAt: number;
  readonly subject: Explained;
  /** What could not be read, and what was left out; each once. */
  readonly notes: readonly string[];
}
