/**
 * What a comparison of desired objects with a cluster gives, as types: the border between `drift` and who shows it. Knows
 * nothing of requests, editors or terminals.
 */
import type { Sealed } from '../base/sealed.ts';
import type { ObjectId } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import type { FieldPath, FluxName, RenderNote } from '../render/desired.ts';

/**
 * What the controller would do with an object.
 * - `recreate`: it would be deleted and made anew, for a field that differs cannot be changed
 * - `skip`: the controller leaves it alone, whatever differs
 * - `unknown`: it could not be compared; never a guess
 */
export type Change = 'none' | 'change' | 'create' | 'delete' | 'recreate' | 'skip' | 'unknown';

/** Why an object has its `change`, where that is not plain; `reason` has it in words. */
export type Because =
  /** Skipped: what the object says of itself. */
  | 'reconcileDisabled'
  | 'ssaIgnore'
  | 'ssaIfNotPresent'
  | 'driftDetectionDisabled'
  | 'pruneDisabled'
  | 'resourcePolicyKeep'
  /** In the inventory no more, and owned by somebody else by now. */
  | 'otherOwner'
  /** Unknown: what stood in the way. */
  | 'encrypted'
  | 'forbidden'
  | 'notServed'
  /** The kind is served, and not in this version. */
  | 'otherVersion'
  | 'namespaceMissing'
  | 'otherCluster'
  | 'invalid'
  | 'immutable'
  | 'webhook'
  | 'unreachable'
  /** Created, after what the same build creates first. */
  | 'afterNamespace'
  | 'afterDefinition';

/** Who wrote the live value of a field last, by `managedFields`. */
export interface FieldWriter {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  /** `scale`, `status` */
  readonly subresource?: string;
  /** RFC 3339; when that manager last wrote any field of the object: this one was written then or earlier. */
  readonly time?: string;
}

/** One field that the controller would write or remove. */
export interface FieldDifference {
  /** From the root of the live object (of the desired one where it is added). */
  readonly path: FieldPath;
  readonly effect: 'add' | 'replace' | 'remove';
  /** `undefined` where nobody owns the live value: a server's default, or a field that is not there. */
  readonly writer?: FieldWriter;
  /** No dry-run shows it: `kubectl` added it, and the controller takes over what `kubectl` wrote and removes it. */
  readonly takenBack?: true;
}

export interface ObjectDifference {
  readonly id: ObjectId;
  readonly apiVersion: string;
  readonly change: Change;
  /** Empty unless `change` is `change` or `recreate`, or `unknown` for a change that the server refuses (`isRefused`). */
  readonly paths: readonly FieldDifference[];
  readonly because?: Because;
  /** One sentence for a person. Never holds a value of a Secret. */
  readonly reason?: string;
  /** Compared without a dry-run, for want of rights, or without a render, by a raw document: it may differ from what the controller does. */
  readonly approximate?: true;
  /** The pod template changes, so pods are replaced. */
  readonly restartsPods?: true;
  /** Who has the object now, where that is somebody else: `Kustomization apps/other`, `Helm release logging/loki`, `kubectl`. */
  readonly takenOverFrom?: string;
  /** Both sides without what nobody can act on (managedFields, status, defaults of the server), masked; fit to be shown. */
  readonly before?: KubernetesObject;
  readonly after?: KubernetesObject;
  /** The live object and what it would be, whole and unmasked, where both were had: for proofs, never to be shown. */
  readonly real?: Sealed<{ readonly live: KubernetesObject; readonly next: KubernetesObject }>;
}

/** All objects of one Kustomization or HelmRelease. */
export interface Comparison {
  readonly target: FluxName;
  readonly context: string;
  /** What the desired objects were made of: `working tree`, `commit 5f2c1a9`, `artifact main@sha1:5f2c1a9`, `release v3`. */
  readonly from: string;
  /** Deleted, recreated, created, changed, unknown, skipped, unchanged; each in the order of the build. */
  readonly objects: readonly ObjectDifference[];
  readonly notes: readonly RenderNote[];
}

/** Told while a comparison runs. */
export interface ComparisonProgress {
  readonly done: number;
  readonly total: number;
}
