/**
 * Every Flux object of a cluster seen once: state, drift, distance to its source, and the counts. Trees, status bar, filters
 * and quick picks read the same survey, so they cannot disagree. Pure; `now` is handed in.
 */
import type { ClusterState } from '../cluster/clusterState.ts';
import { appliedMark, type KeptComparison, type KeptDifference } from '../drift/keptComparison.ts';
import { behindSince, behindSource } from '../flux/behindSource.ts';
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
  /** When the next grace period ends, in milliseconds since the epoch: a reason to look again though nothing changes. */
  readonly nextChangeAt: number | undefined;
}

export interface SurveyInput {
  readonly state: ClusterState;
  readonly now: number;
  /** Seconds that an object may lag behind its source before it is marked. */
  readonly behindSourceAfter: number;
  /** What was compared in this session. */
  readonly compared?: (key: ObjectKey) => KeptComparison | undefined;
}

export function surveyCluster({ state, now, behindSourceAfter, compared }: SurveyInput): Survey {
  const fluxVersion = state.controllers.state === 'known' ? state.controllers.fluxVersion : undefined;
  const views = new Map<ObjectKey, ObjectView>();
  const counts = { applier: emptyCounts(), source: emptyCounts() };
  let nextChangeAt: number | undefined;
  for (const kind of fluxKinds) {
    for (const object of state.ofKind(kind)) {
      const facts = factsOf(object, state.context, fluxVersion);
      const lag = lagOf(object, facts, facts.source && state.get(facts.source.key));
      const dueAt = lag && lag.since + behindSourceAfter * 1000;
      const isDue = dueAt !== undefined && dueAt <= now;
      if (dueAt !== undefined && !isDue) {
        nextChangeAt = Math.min(nextChangeAt ?? dueAt, dueAt);
      }
      const view = viewOf(object, kind, facts, isDue ? lag : undefined, stillCounts(compared?.(facts.key), object));
      views.set(view.key, view);
      count(counts[kind.role], view);
    }
  }
  return { context: state.context, fluxVersion, views, appliers: counts.applier, sources: counts.source, nextChangeAt };
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

function viewOf(
  object: FluxObject,
  kind: FluxKind,
  facts: Facts,
  behind: Behind | undefined,
  compared: KeptComparison | undefined,
): ObjectView {
  if (!facts.view || facts.view.behind !== behind || facts.view.compared !== compared) {
    const { key, id, state, drift, source } = facts;
    const mark = markOf(state, drift, behind !== undefined, differingObjects(compared).length > 0);
    facts.view = { key, id, kind, object, state, drift, compared, behind, source, mark };
  }
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
