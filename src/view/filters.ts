/** The filters of the Cluster view: what each lets through, how many that are, and how they are offered and named. */
import type { Change } from '../drift/difference.ts';
import { differingObjects, type ObjectView, type Survey } from './clusterSurvey.ts';
import { joinWords } from './joinWords.ts';
import { isFailing } from './stateMark.ts';

export const filterNames = [
  'failing',
  'drifted',
  'differing',
  'changed',
  'missing',
  'extra',
  'recreated',
  'behind',
  'pending',
  'notFetched',
  'corrected',
  'suspended',
  'progressing',
  'waiting',
  'ready',
  'notMonitored',
] as const;

export type FilterName = (typeof filterNames)[number];

/** Shows what any of them lets through; never empty (no filter is `undefined`). */
export type TreeFilter = readonly [FilterName, ...FilterName[]];

/** What a click on the status bar shows. */
export const attentionFilter: TreeFilter = ['failing', 'drifted'];

const filters: Readonly<
  Record<
    FilterName,
    { readonly words: string; readonly detail: string; readonly passes: (view: ObjectView) => boolean }
  >
> = {
  failing: { words: 'failing', detail: 'failed or stalled', passes: (view) => isFailing(view.state) },
  drifted: {
    words: 'drifted',
    detail: 'objects in the cluster differ from what the release applied',
    passes: (view) => view.drift.state === 'drifted',
  },
  differing: {
    words: 'differing',
    detail: 'a comparison that you asked for has found a difference',
    passes: (view) => differingObjects(view.compared).length > 0,
  },
  changed: {
    words: 'with changed objects',
    detail: 'a comparison has found objects whose fields differ',
    passes: (view) => hasDiffering(view, 'change'),
  },
  missing: {
    words: 'with missing objects',
    detail: 'a comparison has found that objects are not there and would be created',
    passes: (view) => hasDiffering(view, 'create'),
  },
  extra: {
    words: 'with extra objects',
    detail: 'a comparison has found objects that would be deleted',
    passes: (view) => hasDiffering(view, 'delete'),
  },
  recreated: {
    words: 'with objects to recreate',
    detail: 'a comparison has found objects that would be deleted and created anew',
    passes: (view) => hasDiffering(view, 'recreate'),
  },
  behind: {
    words: 'behind source',
    detail: 'the source offers a revision that is not deployed',
    passes: (view) => view.behind !== undefined,
  },
  pending: {
    words: 'pending',
    detail: 'its files are others at HEAD than in the commit that was applied',
    passes: (view) => view.pending?.state === 'pending',
  },
  notFetched: {
    words: 'pending unknown',
    detail: 'the clone does not have the commit that was applied: fetch it',
    passes: (view) => view.pending?.state === 'notFetched',
  },
  corrected: {
    words: 'recently corrected',
    detail: 'the controller has put drift back not long ago',
    passes: (view) => view.corrected !== undefined,
  },
  suspended: { words: 'suspended', detail: 'not reconciled until resumed', passes: (view) => view.state.suspended },
  progressing: {
    words: 'progressing',
    detail: 'being reconciled or deleted',
    passes: (view) => view.state.name === 'progressing' || view.state.name === 'terminating',
  },
  waiting: {
    words: 'waiting',
    detail: 'for a dependency or a source',
    passes: (view) => view.state.name === 'waiting',
  },
  ready: { words: 'ready', detail: 'reconciled without a failure', passes: (view) => view.state.name === 'ready' },
  notMonitored: {
    words: 'drift not monitored',
    detail: 'HelmReleases without drift detection',
    passes: (view) => view.drift.state === 'notMonitored',
  },
};

function hasDiffering({ compared }: ObjectView, change: Change): boolean {
  return differingObjects(compared).some((object) => object.change === change);
}

export function passesFilter(filter: TreeFilter | undefined, view: ObjectView): boolean {
  return filter === undefined || filter.some((name) => filters[name].passes(view));
}

/** `failing and drifted` */
export function filterWords(filter: TreeFilter): string {
  return joinWords(filter.map((name) => filters[name].words));
}

export interface FilterItem {
  readonly filter: FilterName;
  readonly label: string;
  /** How many appliers it shows. */
  readonly count: number;
  readonly detail: string;
  readonly picked: boolean;
}

/** The entries of the quick pick, with counts over all Kustomizations and HelmReleases. */
export function filterItems(survey: Survey, current: TreeFilter | undefined): FilterItem[] {
  const counts = new Map<FilterName, number>();
  for (const view of survey.views.values()) {
    for (const name of view.kind.role === 'applier' ? filterNames : []) {
      if (filters[name].passes(view)) {
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
  }
  return filterNames.map((name) => {
    const { words, detail } = filters[name];
    const label = `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
    return { filter: name, label, count: counts.get(name) ?? 0, detail, picked: current?.includes(name) ?? false };
  });
}

/** A filter of names that a quick pick gave back or a memento kept, `undefined` when none of them is one. */
export function toFilter(names: readonly unknown[]): TreeFilter | undefined {
  const [first, ...rest] = filterNames.filter((name) => names.includes(name));
  return first === undefined ? undefined : [first, ...rest];
}
