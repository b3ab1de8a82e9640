/** What masking gives: objects that are fit to be shown. Types only. */
import type { KubernetesObject } from '../flux/objects.ts';
import type { FieldPath, RenderNote } from './desired.ts';

export interface MaskedObject {
  /** Fit to be shown. */
  readonly object: KubernetesObject;
  /** What was replaced, by the keys of `object`. */
  readonly masked: readonly FieldPath[];
}

export interface MaskedObjects {
  /** In the order of what was given. */
  readonly objects: readonly MaskedObject[];
  readonly notes: readonly RenderNote[];
}
