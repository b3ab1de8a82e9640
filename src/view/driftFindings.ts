/**
 * What the last comparisons have found, as sentences for the documents that state the objects: information, for it is the cluster
 * that differs and not the file. Knows no file; shows no value.
 */
import type { KeptComparison, KeptDifference } from '../drift/keptComparison.ts';
import { displayName, type ObjectId } from '../flux/objectKey.ts';
import { differingObjects, type ObjectView } from './clusterSurvey.ts';
import { fieldsText } from './differenceText.ts';
import { plainText } from './markdown.ts';
import { clockText } from './relativeTime.ts';

export interface DriftFinding {
  /** The objects whose document it belongs to, the best first: where no file states that, the next. */
  readonly at: readonly ObjectId[];
  /** The Kustomization or HelmRelease that was compared. */
  readonly owner: ObjectId;
  readonly message: string;
}

/** Objects in one sentence; the tree has them all. */
const mostObjects = 5;

/**
 * Of a Kustomization one for each object, at its manifest; of a HelmRelease one for all, at its document, for no manifest states
 * its objects.
 */
export function driftFindings(view: Pick<ObjectView, 'id' | 'compared'>, now: number): readonly DriftFinding[] {
  const { id, compared } = view;
  const differing = differingObjects(compared);
  if (!compared || differing.length === 0) {
    return [];
  }
  const said = comparedText(compared, now);
  if (id.kind !== 'HelmRelease') {
    return differing.map((difference) => ({
      at: [difference.id, id],
      owner: id,
      message: `${objectText(difference)} ${said}`,
    }));
  }
  const shown = differing.slice(0, mostObjects).map(objectText);
  const more = differing.length - shown.length;
  const others = more === 0 ? [] : [`${more} more ${more === 1 ? 'object differs' : 'objects differ'}.`];
  return [{ at: [id], owner: id, message: [...shown, ...others, said].join(' ') }];
}

/** `Deployment llm/llm differs in the cluster: spec.replicas.` */
function objectText({ id, change, fields }: KeptDifference): string {
  const name = plainText(`${id.kind} ${displayName(id)}`);
  switch (change) {
    case 'create':
      return `${name} is missing in the cluster.`;
    case 'delete':
      return `${name} is in the cluster and no longer in the files.`;
    default: {
      const paths = fieldsText(fields);
      const anew = change === 'recreate' ? ' and would be created anew' : '';
      return `${name} differs in the cluster${anew}${paths === '' ? '' : `: ${paths}`}.`;
    }
  }
}

function comparedText({ context, from, at }: KeptComparison, now: number): string {
  return plainText(`(${context} compared with ${from} at ${clockText(at, now)})`);
}
