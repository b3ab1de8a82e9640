/** The entries of "Find Flux object": all objects of all kinds, to be searched by name. */
import { compareText } from '../base/compareText.ts';
import { displayName, type ObjectKey } from '../flux/objectKey.ts';
import type { ObjectView, Survey } from './clusterSurvey.ts';
import { plainText } from './markdown.ts';
import type { RowIcon } from './row.ts';
import { markLooks } from './stateMark.ts';

export interface FindItem {
  readonly key: ObjectKey;
  readonly label: string;
  /** Kind and state; searched as well. */
  readonly description: string;
  readonly icon: RowIcon;
  /** The view in which the object stands. */
  readonly view: 'cluster' | 'sources';
}

/** By name without the namespace, for that is what people type; then by namespace and kind. */
export function findItems(survey: Survey): FindItem[] {
  return [...survey.views.values()].sort(byName).map((view) => ({
    key: view.key,
    label: plainText(displayName(view.id)),
    description: `${view.id.kind} · ${markLooks[view.mark].words}`,
    icon: markLooks[view.mark].icon,
    view: view.kind.role === 'applier' ? 'cluster' : 'sources',
  }));
}

function byName(a: ObjectView, b: ObjectView): number {
  return (
    compareText(a.id.name, b.id.name) ||
    compareText(a.id.namespace, b.id.namespace) ||
    compareText(a.id.kind, b.id.kind)
  );
}
