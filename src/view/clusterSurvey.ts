/**
 * Every Flux object of a cluster seen once: state, drift, distance to its source, and the counts. Trees, status bar, filters
 * and quick picks read the same survey, so they cannot disagree. Pure; `now` is handed in.
 */
import type { ClusterState } from '../cluster/clusterState.ts';
import { appliedMark, type KeptComparison, type KeptDifference } from '../drift/keptComparison.ts';
import type { PendingChange } from '../drift/findPending.ts';
import { behindSince, behindSource } from '../flux/behindSource.ts';
import { type ControllerEvent, type Corrections, correctionsSince } from '../flux/corrections.ts';
import { type FluxState, fluxState } from '../flux/fluxState.ts';
import { type FluxKind, fluxKinds } from '../flux/kinds.ts';
import { idOf, type ObjectId, type ObjectKey, objectKey } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import { sourceOf } from '../flux/references.ts';
import { type DriftedObject, type ReleaseDrift, releaseDrift } from '../flux/releaseDrift.ts';
import { isFailing, type Mark, markOf } from './stateMark.ts';

export interface Behind {
  /** `undefined` when nothing was ever deployed. */
  readonly deployed: string | undefined;
  readonly available: string;
}

/** The same value from survey to survey as long as nothing in it changes. */
export interface ObjectView {
  readonly key: ObjectKey;
  readonly id: ObjectId;
  readonly kind: FluxKind;
  readonly object: FluxObject;
  readonly state: FluxState;
  readonly drift: ReleaseDrift;
  /** The last comparison that somebody asked for; `undefined` for none, and once it was applied since. */
  readonly compared: KeptComparison | undefined;
  /** Set once the grace period has passed. */
  readonly behind: Behind | undefined;
  /** `undefined` where nothing differs, and where no clone can tell. */
  readonly pending: PendingChange | undefined;
  /** What the controller has put back lately; `undefined` once that is `correctedForMs` ago. */
  readonly corrected: Corrections | undefined;
  readonly mark: Mark;
  /** The object whose artifact this one consumes; it may not be in the survey. */
  readonly source: { readonly id: ObjectId; readonly key: ObjectKey } | undefined;
}

export interface Counts {
  readonly total: number;
  readonly failing: number;
  readonly drifted: number;
  readonly suspended: number;
  /** Failing, drifted, or both: each object once. */
  readonly attention: number;
}

export interface Survey {
  readonly context: string;
  /** `undefined` when nothing tells. */
  readonly fluxVersion: string | undefined;
  readonly views: ReadonlyMap<ObjectKey, ObjectView>;
  /** Kustomizations and HelmReleases. */
  readonly appliers: Counts;
  readonly sources: Counts;
  /** When the next grace period or the time of a correction ends, in milliseconds since the epoch: a reason to look again though nothing changes. */
  readonly nextChangeAt: number | undefined;
}

export interface SurveyInput {
  readonly state: ClusterState;
  readonly now: number;
  /** Seconds that an object may lag behind its source before it is marked. */
  readonly behindSourceAfter: number;
  /** What was compared in this session. */
  readonly compared?: (key: ObjectKey) => KeptComparison | undefined;
  /** What the clones of the open folders tell; the same value as long as nothing in it changes. */
  readonly pending?: (key: ObjectKey) => PendingChange | undefined;
  /** All that is known of an object. */
  readonly events?: (key: ObjectKey) => readonly ControllerEvent[];
}

/**
 * How long a correction is shown. Long enough to be found by somebody who comes back to see why a change is gone, and well within
 * the hour that API servers keep events.
 */
export const correctedForMs = 30 * 60_000;

export function surveyCluster(input: SurveyInput): Survey {
  const { state, now, behindSourceAfter, compared, pending } = input;
  const fluxVersion = state.controllers.state === 'known' ? state.controllers.fluxVersion : undefined;
  const views = new Map<ObjectKey, ObjectView>();
  const counts = { applier: emptyCounts(), source: emptyCounts() };
  const nextChanges: number[] = [];
  for (const kind of fluxKinds) {
    for (const object of state.ofKind(kind)) {
      const facts = factsOf(object, state.context, fluxVersion);
      const lag = lagOf(object, facts, facts.source && state.get(facts.source.key));
      const dueAt = lag && lag.since + behindSourceAfter * 1000;
      const isDue = dueAt !== undefined && dueAt <= now;
      if (dueAt !== undefined && !isDue) {
        nextChanges.push(dueAt);
      }
      const corrected = correctedNow(object, facts, input);
      if (corrected) {
        nextChanges.push(corrected.at + correctedForMs);
      }
      const view = viewOf(object, kind, facts, {
        behind: isDue ? lag : undefined,
        compared: stillCounts(compared?.(facts.key), object),
        pending: pending?.(facts.key),
        corrected,
      });
      views.set(view.key, view);
      count(counts[kind.role], view);
    }
  }
  const nextChangeAt = nextChanges.reduce<number | undefined>((next, at) => Math.min(next ?? at, at), undefined);
  return { context: state.context, fluxVersion, views, appliers: counts.applier, sources: counts.source, nextChangeAt };
}

/** The last one again while it would say the same. */
function correctedNow(object: FluxObject, { key, view }: Facts, { now, events }: SurveyInput): Corrections | undefined {
  const known = events?.(key) ?? [];
  const corrected = known.length === 0 ? undefined : correctionsSince(object, known, now - correctedForMs);
  const last = view?.corrected;
  return corrected && last?.at === corrected.at && last.count === corrected.count ? last : corrected;
}

/** The objects that drift, without those that the release itself leaves out. */
export function driftedObjects(drift: ReleaseDrift): readonly DriftedObject[] {
  return drift.state === 'drifted' ? drift.objects.filter((object) => object.change !== 'excluded') : [];
}

/** The objects that would not stay as they are, by that comparison; not those that could not be compared or are left alone. */
export function differingObjects(compared: KeptComparison | undefined): readonly KeptDifference[] {
  return compared?.differences.filter(({ change }) => change !== 'unknown' && change !== 'skip') ?? [];
}

/** Once the controller has applied it again, nobody knows what differs. */
function stillCounts(compared: KeptComparison | undefined, object: FluxObject): KeptComparison | undefined {
  return compared && compared.mark === appliedMark(object) ? compared : undefined;
}

/** What follows from one object alone; kept as long as the object, which is replaced whenever it changes. */
interface Facts {
  readonly context: string;
  readonly fluxVersion: string | undefined;
  readonly key: ObjectKey;
  readonly id: ObjectId;
  readonly state: FluxState;
  readonly drift: ReleaseDrift;
  readonly source: ObjectView['source'];
  /** The last comparison with the source, good while that is the same object. */
  compared: {
    readonly source: FluxObject | undefined;
    readonly lag: (Behind & { readonly since: number }) | undefined;
  };
  /** The last view, given out again while it would be the same: whoever derives from a view can tell that nothing changed. */
  view: ObjectView | undefined;
}

const factsByObject = new WeakMap<FluxObject, Facts>();

function factsOf(object: FluxObject, context: string, fluxVersion: string | undefined): Facts {
  const known = factsByObject.get(object);
  if (known?.context === context && known.fluxVersion === fluxVersion) {
    return known;
  }
  const id = idOf(object);
  const source = sourceOf(object);
  const facts: Facts = {
    context,
    fluxVersion,
    id,
    key: objectKey(context, id),
    state: fluxState(object),
    drift: releaseDrift(object, fluxVersion),
    source: source && { id: source, key: objectKey(context, source) },
    compared: { source: undefined, lag: undefined },
    view: undefined,
  };
  factsByObject.set(object, facts);
  return facts;
}

function lagOf(object: FluxObject, facts: Facts, source: FluxObject | undefined): Facts['compared']['lag'] {
  if (facts.compared.source !== source) {
    const result = behindSource(object, source);
    // A source that does not say since when has no grace period to wait for.
    const since = (source && behindSince(source)) ?? Number.NEGATIVE_INFINITY;
    const lag = result.behind ? { deployed: result.deployed, available: result.available, since } : undefined;
    facts.compared = { source, lag };
  }
  return facts.compared.lag;
}

/** What is found out about an object by looking elsewhere than at itself. */
type Findings = Pick<ObjectView, 'behind' | 'compared' | 'pending' | 'corrected'>;

function viewOf(object: FluxObject, kind: FluxKind, facts: Facts, found: Findings): ObjectView {
  const { view } = facts;
  if (
    view?.behind === found.behind &&
    view?.compared === found.compared &&
    view?.pending === found.pending &&
    view?.corrected === found.corrected &&
    view !== undefined
  ) {
    return view;
  }
  const { key, id, state, drift, source } = facts;
  const mark = markOf(state, drift, {
    differs: differingObjects(found.compared).length > 0,
    behind: found.behind !== undefined,
    pending: found.pending?.state === 'pending',
    corrected: found.corrected !== undefined,
  });
  facts.view = { key, id, kind, object, state, drift, source, mark, ...found };
  return facts.view;
}

type CountsInProgress = { -readonly [K in keyof Counts]: Counts[K] };

function emptyCounts(): CountsInProgress {
  return { total: 0, failing: 0, drifted: 0, suspended: 0, attention: 0 };
}

function count(counts: CountsInProgress, view: ObjectView): void {
  counts.total += 1;
  const failing = isFailing(view.state);
  const drifted = view.drift.state === 'drifted';
  counts.failing += failing ? 1 : 0;
  counts.drifted += drifted ? 1 : 0;
  counts.suspended += view.state.suspended ? 1 : 0;
  counts.attention += failing || drifted ? 1 : 0;
}
