/** Sentences about whole objects that go, stay or change hands, in parts. Decides nothing. */
import { displayName, type ObjectId } from '../flux/objectKey.ts';
import type { FluxName } from '../render/desired.ts';

/** What goes with its content when it is deleted. */
export type Loss = 'volume' | 'namespace' | 'definition';

export interface LostObject {
  readonly id: ObjectId;
  readonly loss: Loss;
}

export function titleOf(name: FluxName): string {
  return `${name.kind} ${displayName(name)}`;
}

export function idTitle(id: ObjectId): string {
  return `${id.kind} ${displayName(id)}`;
}

export function lossWords(losses: readonly LostObject[]): string {
  if (losses.length === 0) {
    return '';
  }
  const words = {
    volume: 'volumes',
    namespace: 'namespaces with all in them',
    definition: 'definitions with all objects of their kinds',
  };
  const kinds = [...new Set(losses.map(({ loss }) => loss))].map((loss) => words[loss]);
  return `; this deletes ${kinds.join(', ')}: ${losses.map(({ id }) => idTitle(id)).join(', ')}`;
}

/** A release goes under the hands of the one that has taken it over. */
export const uninstalled = ': where it runs first, what it upgraded is deleted';

export function countOf(objects: number): string {
  return `${objects} object${objects === 1 ? '' : 's'}`;
}

/** `, and what it applied is deleted (2 objects)`; empty where others take all. */
export function goneWords(
  { kind }: FluxName,
  ids: readonly ObjectId[] | undefined,
  moved: number,
  lost: readonly LostObject[],
): string {
  if (ids !== undefined && moved > 0 && moved === ids.length) {
    return '';
  }
  const count = ids === undefined ? '' : ` (${countOf(ids.length - moved)})`;
  const what =
    kind === 'HelmRelease'
      ? 'its release is uninstalled'
      : moved > 0
        ? 'what is left of it is deleted'
        : 'what it applied is deleted';
  return `, and ${what}${count}${lossWords(lost)}`;
}
