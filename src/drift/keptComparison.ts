/**
 * What is kept of a comparison once it has been shown: which objects differ in which fields, small and masked, with its age.
 * No object stays behind, and nothing that is sealed.
 */
import type { ObjectId } from '../flux/objectKey.ts';
import type { FluxObject, KubernetesObject } from '../flux/objects.ts';
import { asList, asNumber, asRecord, asText } from '../flux/untyped.ts';
import type { FieldPath } from '../render/desired.ts';
import { mask } from '../render/maskDifferences.ts';
import type { Because, Change, Comparison, FieldDifference, FieldWriter, ObjectDifference } from './difference.ts';

export interface KeptField {
  readonly path: FieldPath;
  readonly effect: FieldDifference['effect'];
  /** The live value in a few characters, masked where it is secret; `undefined` for none, and for what is no scalar. */
  readonly live?: string;
  /** What the controller would write. */
  readonly desired?: string;
  /** Something of the live value, or of the path to it, was not shown, for it comes from a Secret or may: it goes into no file. */
  readonly hidden?: true;
  readonly writer?: FieldWriter;
}

export interface KeptDifference {
  readonly id: ObjectId;
  readonly change: Exclude<Change, 'none'>;
  readonly fields: readonly KeptField[];
  readonly because?: Because;
  readonly reason?: string;
  readonly approximate?: true;
}

export interface KeptComparison {
  readonly context: string;
  /** What the cluster was compared with: `artifact main@sha1:5f2c1a9`. */
  readonly from: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Of the owner when the comparison began (`appliedMark`): another one now means that it was applied since. */
  readonly mark: string;
  readonly total: number;
  /** All that is not the same, in the comparison's order. */
  readonly differences: readonly KeptDifference[];
}

/** Longer values say nothing in a row. */
const maxValue = 60;

/** `mark`: see there; taken before the first request, so that what is applied meanwhile is noticed. */
export function keptComparison(
  comparison: Comparison,
  made: { readonly at: number; readonly mark: string },
): KeptComparison {
  const { context, from, objects } = comparison;
  const differences = objects.flatMap((object) => keptDifference(object) ?? []);
  return { context, from, ...made, total: objects.length, differences };
}

function keptDifference(object: ObjectDifference): KeptDifference | undefined {
  const { id, change, paths, because, reason, approximate } = object;
  if (change === 'none') {
    return undefined;
  }
  return {
    id,
    change,
    fields: paths.map((field) => keptField(field, object)),
    ...(because && { because }),
    ...(reason !== undefined && { reason }),
    ...(approximate && { approximate }),
  };
}

function keptField({ path, effect, writer }: FieldDifference, { before, after }: ObjectDifference): KeptField {
  const live = effect === 'add' ? undefined : scalarAt(before, path);
  // Positions in lists are those of the live object: behind one of them the desired object may have another item.
  const isSure = effect === 'add' || path.every((step) => typeof step === 'string');
  const desired = effect === 'remove' || !isSure ? undefined : scalarAt(after, path);
  return {
    path,
    effect,
    ...(live !== undefined && { live }),
    ...(desired !== undefined && { desired }),
    ...(isHidden(path, effect, before) && { hidden: true as const }),
    ...(writer && { writer }),
  };
}

/** A long text is cut for its row, so the mask is looked for in all of it. */
function isHidden(path: FieldPath, effect: FieldDifference['effect'], before: KubernetesObject | undefined): boolean {
  const isMasked = (text: unknown): boolean => typeof text === 'string' && text.includes(mask);
  return path.some(isMasked) || (effect !== 'add' && (before === undefined || isMasked(valueAt(before, path))));
}

function valueAt(object: KubernetesObject | undefined, path: FieldPath): unknown {
  let here: unknown = object;
  for (const step of path) {
    const record = asRecord(here);
    const next = typeof step === 'number' ? asList(here)?.[step] : undefined;
    here = typeof step === 'string' && record && Object.hasOwn(record, step) ? record[step] : next;
  }
  return here;
}

function scalarAt(object: KubernetesObject | undefined, path: FieldPath): string | undefined {
  const here = valueAt(object, path);
  if (typeof here === 'string') {
    return here.length > maxValue ? `${here.slice(0, maxValue - 1)}…` : here === '' ? '""' : here;
  }
  return typeof here === 'number' || typeof here === 'boolean' ? String(here) : undefined;
}

/**
 * What an applier's status says of its last apply, as far as any version of Flux says it: a reconcile at the interval shows
 * in `status.history` only (kustomize-controller since 1.7). Equal marks do not prove that nothing was applied in between.
 */
export function appliedMark({ status }: FluxObject): string {
  const history = (asList(status?.['history']) ?? []).map((entry) => {
    const { lastReconciled, lastDeployed, version } = asRecord(entry) ?? {};
    return [asText(lastReconciled) ?? asText(lastDeployed) ?? '', asNumber(version) ?? 0];
  });
  return JSON.stringify([status?.lastAppliedRevision, status?.lastHandledReconcileAt, history]);
}
