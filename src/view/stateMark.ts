/**
 * What a Flux object is marked with: the one thing about it that a person should see first, with its icon, its word and its
 * place in the order. State is told by shape and by word as well as by colour.
 */
import type { FluxState } from '../flux/fluxState.ts';
import type { ReleaseDrift } from '../flux/releaseDrift.ts';
import type { RowIcon } from './row.ts';

export type Mark =
  | 'failed'
  | 'stalled'
  | 'drifted'
  | 'differs'
  | 'progressing'
  | 'terminating'
  | 'behind'
  | 'pending'
  | 'corrected'
  | 'suspended'
  | 'waiting'
  | 'unknown'
  | 'unreported'
  | 'ready'
  | 'static';

interface MarkLook {
  /** Lower comes first. Equal ranks are sorted by name. */
  readonly rank: number;
  readonly icon: RowIcon;
  /** The state in words, for tooltips and screen readers. */
  readonly words: string;
}

const red = 'testing.iconFailed';
const yellow = 'charts.yellow';
const blue = 'charts.blue';
const green = 'testing.iconPassed';
/**
 * For what a comparison has found, so that it is not taken for what a controller reports. An orange in every theme: the one of
 * charts is that of find matches in the minimap, which nobody can read on a dark side bar.
 */
export const comparedColor = 'symbolIcon.classForeground';
/** For what needs nobody, and for everything while the state is old. */
export const quietColor = 'disabledForeground';

export const markLooks: Readonly<Record<Mark, MarkLook>> = {
  failed: { rank: 0, icon: { id: 'error', color: red }, words: 'failed' },
  stalled: { rank: 0, icon: { id: 'circle-slash', color: red }, words: 'stalled: not tried again until it changes' },
  drifted: { rank: 1, icon: { id: 'warning', color: yellow }, words: 'drifted' },
  // Found by a comparison that somebody asked for, not by a controller: another shape and another colour.
  differs: { rank: 1, icon: { id: 'diff', color: comparedColor }, words: 'differs from what was applied' },
  progressing: { rank: 2, icon: { id: 'sync', color: blue }, words: 'progressing' },
  terminating: { rank: 2, icon: { id: 'trash', color: blue }, words: 'being deleted' },
  behind: { rank: 3, icon: { id: 'arrow-up', color: blue }, words: 'behind its source' },
  // Not in the cluster's source but in the clone: another shape and another colour than what is behind.
  pending: {
    rank: 3,
    icon: { id: 'git-commit', color: 'charts.purple' },
    words: 'changed in Git since it was applied',
  },
  corrected: { rank: 3, icon: { id: 'history', color: blue }, words: 'recently corrected' },
  suspended: { rank: 4, icon: { id: 'debug-pause', color: quietColor }, words: 'suspended' },
  waiting: { rank: 5, icon: { id: 'ellipsis', color: quietColor }, words: 'waiting' },
  unknown: { rank: 6, icon: { id: 'question', color: quietColor }, words: 'not reconciled yet' },
  // Not a clean tick: detection is on, and this Flux cannot tell what it found.
  unreported: { rank: 7, icon: { id: 'unverified', color: quietColor }, words: 'ready, drift not reported' },
  ready: { rank: 7, icon: { id: 'pass', color: green }, words: 'ready' },
  static: { rank: 7, icon: { id: 'circle-outline', color: quietColor }, words: 'static: nothing to reconcile' },
};

/** The rank of what is neither good nor bad. */
export const lowestRank = 7;

/** What is known of an object from elsewhere than its own status. */
export interface MarkedFor {
  /** A comparison that still counts has found something. */
  readonly differs: boolean;
  /** The grace period has passed. */
  readonly behind: boolean;
  /** Its files are others at HEAD. */
  readonly pending: boolean;
  /** Not long ago. */
  readonly corrected: boolean;
}

export function markOf(state: FluxState, drift: ReleaseDrift, found: MarkedFor): Mark {
  switch (state.name) {
    case 'terminating':
    case 'suspended':
    case 'failed':
    case 'stalled':
      return state.name;
    case 'static':
    case 'unknown':
      return drift.state === 'drifted' ? 'drifted' : state.name;
    case 'waiting':
    case 'progressing':
    case 'ready':
      break;
  }
  if (drift.state === 'drifted') {
    return 'drifted';
  }
  if (state.name !== 'ready') {
    return state.name;
  }
  return readyMark(drift, found);
}

/** What may be done about it comes first: a correction is only told. */
function readyMark(drift: ReleaseDrift, { differs, behind, pending, corrected }: MarkedFor): Mark {
  if (differs) {
    return 'differs';
  }
  if (behind) {
    return 'behind';
  }
  if (pending) {
    return 'pending';
  }
  if (corrected) {
    return 'corrected';
  }
  return drift.state === 'notReported' ? 'unreported' : 'ready';
}

/** What *Why?* has an answer to; what is ready and suspended says itself why it rests. */
export function isUnready({ underlying }: FluxState): boolean {
  return underlying !== 'ready' && underlying !== 'static';
}

/** Failing is what needs somebody; waiting for a failed one is not, and neither is a failure that was suspended. */
export function isFailing(state: FluxState): boolean {
  return state.name === 'failed' || state.name === 'stalled';
}
