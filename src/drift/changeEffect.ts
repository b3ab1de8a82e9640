/** What a change does to the objects of one Kustomization or HelmRelease, as far as it is known. Types alone. */
import type { FluxObject } from '../flux/objects.ts';
import type { RenderNote } from '../render/desired.ts';
import type { ChangedObject, ChangedTarget } from './compareChanges.ts';
import type { ObjectDifference } from './difference.ts';

/** One target as the cluster would have it. */
export interface ChangeEffect {
  readonly target: ChangedTarget;
  /** In the order of a comparison. Objects with `against` were told by renders alone: no cluster was asked about them. */
  readonly objects: readonly EffectOnObject[];
  readonly notes: readonly RenderNote[];
  /** The change has broken it: it could not be rendered, and nothing is known of its objects. */
  readonly failure?: unknown;
  /** The Flux object as it lives, where a cluster was asked and has it. */
  readonly live?: FluxObject;
  /** What it has applied by its inventory there, as its deletion would treat it; where it cannot be rendered. */
  readonly inventoried?: readonly ObjectDifference[];
}

export interface EffectOnObject extends ChangedObject {
  /** The label of the state before, where that is the other side beside objects that a cluster has looked at. */
  readonly against?: string;
}
