/** In which order objects are told by what would happen to them, and which of that is a difference. Facts alone. */
import type { Change } from './difference.ts';

/** What would not stay as it is. */
export const differences: readonly Change[] = ['delete', 'recreate', 'create', 'change'];

const order: readonly Change[] = [...differences, 'unknown', 'skip', 'none'];

/** The order of `Comparison.objects`; those with which the same happens stay in theirs. */
export function inChangeOrder<T extends { readonly change: Change }>(objects: readonly T[]): readonly T[] {
  return objects.toSorted((a, b) => order.indexOf(a.change) - order.indexOf(b.change));
}

export function isDifference({ change }: { readonly change: Change }): boolean {
  return differences.includes(change);
}

/** The server refuses the change: what differs is known, and what becomes of the object is not. */
export function isRefused({
  change,
  paths,
}: {
  readonly change: Change;
  readonly paths?: readonly unknown[];
}): boolean {
  return change === 'unknown' && paths !== undefined && paths.length > 0;
}

/** It has two sides to look at. */
export function hasDiff(object: { readonly change: Change; readonly paths?: readonly unknown[] }): boolean {
  return isDifference(object) || isRefused(object);
}
