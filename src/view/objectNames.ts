/** Several objects in one sentence: the first ones by name, the rest by number. */
import type { ObjectId } from '../flux/objectKey.ts';
import { objectName } from './actionTexts.ts';

/** Names in a question; more are not read. */
export const longestList = 10;

/** `Kustomization a/b, HelmRelease c/d, 3 more`, `''` for none. */
export function objectNames(ids: readonly ObjectId[]): string {
  const rest = ids.length > longestList ? [`${ids.length - longestList} more`] : [];
  return [...ids.slice(0, longestList).map(objectName), ...rest].join(', ');
}
