/**
 * What the controllers' events say of drift that they have put back: which objects, when, how often. An event is taken for a
 * correction only where something proves that its revision had been applied before. Data in, data out; knows no clock.
 */
import { groupOf } from './kinds.ts';
import type { ObjectId } from './objectKey.ts';
import type { FluxObject, KubernetesObject } from './objects.ts';
import { asList, asNumber, asRecord, asText, fieldAt } from './untyped.ts';

export interface CorrectedObject {
  readonly kind: string;
  /** Empty for an object of the cluster. */
  readonly namespace: string;
  readonly name: string;
  /** `created` where it had been deleted. */
  readonly change: 'created' | 'configured';
}

/** As far as it matters here; small, for a cluster may hold thousands of events. */
export interface ControllerEvent {
  readonly owner: ObjectId;
  /** Of the owner; `''` where the event does not say. */
  readonly ownerUid: string;
  /**
   * `wrote`: an apply has changed these objects, for a new revision or for drift. `corrected`: for drift, says the controller.
   * `reconciled`: the revision is applied in full.
   */
  readonly says: 'wrote' | 'corrected' | 'reconciled';
  /** `''` where the event does not say. */
  readonly revision: string;
  /** Milliseconds since the epoch. Equal events are one, which is counted. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly count: number;
  readonly objects: readonly CorrectedObject[];
}

export interface Corrections {
  /** Of the newest, in milliseconds since the epoch. */
  readonly at: number;
  /** How many there were since. */
  readonly count: number;
  /** Of the newest. */
  readonly objects: readonly CorrectedObject[];
}

/** More are not kept of one event: the count of a message that long says nothing more. */
const mostObjects = 100;

/** `undefined` for an event of another kind, and for one that says nothing of what was written. */
export function readControllerEvent(event: KubernetesObject): ControllerEvent | undefined {
  const raw: unknown = event;
  const involved = asRecord(fieldAt(raw, 'involvedObject'));
  const owner = involved && {
    group: groupOf(asText(involved['apiVersion']) ?? ''),
    kind: asText(involved['kind']) ?? '',
    namespace: asText(involved['namespace']) ?? '',
    name: asText(involved['name']) ?? '',
  };
  const read = owner && readWords(owner, asText(fieldAt(raw, 'reason')) ?? '', asText(fieldAt(raw, 'message')) ?? '');
  const lastAt =
    timeOf(raw, 'lastTimestamp') ?? timeOf(raw, 'eventTime') ?? timeOf(event, 'metadata', 'creationTimestamp');
  if (!owner || !read || lastAt === undefined) {
    return undefined;
  }
  return {
    ...read,
    owner,
    ownerUid: asText(involved['uid']) ?? '',
    revision: event.metadata.annotations?.[`${owner.group}/revision`] ?? '',
    firstAt: timeOf(raw, 'firstTimestamp') ?? lastAt,
    lastAt,
    count: Math.max(1, asNumber(fieldAt(raw, 'count')) ?? 1),
  };
}

function readWords(
  { group, kind }: ObjectId,
  reason: string,
  message: string,
): Pick<ControllerEvent, 'says' | 'objects'> | undefined {
  if (group === 'helm.toolkit.fluxcd.io' && kind === 'HelmRelease') {
    // helm-controller internal/reconcile/correct_cluster_drift.go; what could not be corrected has another reason.
    return reason === 'DriftCorrected' ? { says: 'corrected', objects: changedObjects(message) } : undefined;
  }
  if (group !== 'kustomize.toolkit.fluxcd.io' || kind !== 'Kustomization') {
    return undefined;
  }
  // kustomize-controller (apply in internal/controller/kustomization_controller.go) sends all that an apply has changed in one
  // event, under the reason that its condition Ready has just then. What was only deleted was pruned, not corrected.
  const objects = changedObjects(message);
  if (objects.length > 0) {
    return { says: 'wrote', objects };
  }
  return reason === 'ReconciliationSucceeded' ? { says: 'reconciled', objects: [] } : undefined;
}

/** fluxcd/pkg ssa/changeset.go: `Deployment/apps/web configured`, without the namespace for an object of the cluster. */
const changeLine = /^([^\s/]+)\/(?:([^\s/]+)\/)?([^\s/]+) (created|configured)$/;

function changedObjects(message: string): readonly CorrectedObject[] {
  const objects: CorrectedObject[] = [];
  for (const line of message.split('\n', 10 * mostObjects)) {
    const [, kind, namespace = '', name, change] = changeLine.exec(line.trim()) ?? [];
    if (kind !== undefined && name !== undefined && objects.length < mostObjects) {
      objects.push({ kind, namespace, name, change: change === 'created' ? 'created' : 'configured' });
    }
  }
  return objects;
}

function timeOf(object: unknown, ...path: readonly string[]): number | undefined {
  const time = Date.parse(asText(fieldAt(object, ...path)) ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** `events`: all that are known of the owner, in any order. `undefined` where nothing was corrected since that moment. */
export function correctionsSince(
  owner: FluxObject,
  events: readonly ControllerEvent[],
  since: number,
): Corrections | undefined {
  const own = events.filter(({ ownerUid }) => ownerUid === '' || ownerUid === owner.metadata.uid);
  const found = own
    .map((event) => ({ event, count: timesCorrected(event, own, owner) }))
    .filter(({ event, count }) => count > 0 && event.lastAt > since)
    .sort((a, b) => b.event.lastAt - a.event.lastAt);
  const [newest] = found;
  return (
    newest && {
      at: newest.event.lastAt,
      count: found.reduce((sum, { count }) => sum + count, 0),
      objects: newest.event.objects,
    }
  );
}

/** The first of several equal events may have been the apply of a new revision, and the others what came after it. */
function timesCorrected(event: ControllerEvent, own: readonly ControllerEvent[], owner: FluxObject): number {
  if (event.says === 'corrected') {
    return event.count;
  }
  const history = historyOf(owner);
  if (event.says !== 'wrote' || event.revision === '' || wasNewBuild(history, event.lastAt)) {
    return 0;
  }
  const reconciledBefore = (moment: number): boolean =>
    own.some(({ says, revision, firstAt }) => says === 'reconciled' && revision === event.revision && firstAt < moment);
  const appliedBefore = (moment: number): boolean =>
    !wasNewBuild(history, moment) && (reconciledBefore(moment) || wasCurrent(history, event.revision, moment));
  if (appliedBefore(event.firstAt)) {
    return event.count;
  }
  return event.count > 1 && appliedBefore(event.lastAt) ? event.count - 1 : 0;
}

/** Of `status.history`: something that was built, and when it was reconciled. */
interface HistoryEntry {
  readonly revision: string | undefined;
  readonly status: string | undefined;
  readonly first: number;
  readonly last: number;
  readonly digest: string | undefined;
}

/** Empty before kustomize-controller 1.7, which has none. */
function historyOf({ status }: FluxObject): readonly HistoryEntry[] {
  return (asList(status?.['history']) ?? []).map((entry) => ({
    revision: asText(fieldAt(entry, 'metadata', 'revision')),
    status: asText(fieldAt(entry, 'lastReconciledStatus')),
    first: timeOf(entry, 'firstReconciled') ?? Number.POSITIVE_INFINITY,
    last: timeOf(entry, 'lastReconciled') ?? Number.POSITIVE_INFINITY,
    digest: asText(fieldAt(entry, 'digest')),
  }));
}

/**
 * What a reconcile writes it has written before its end, which is when its entry gets its time. An entry that is first only then is
 * of a build that had never been applied, though its revision may have been: with other variables, patches or images.
 */
function wasNewBuild(history: readonly HistoryEntry[], moment: number): boolean {
  const [covering] = history.filter(({ last }) => last >= moment).sort((a, b) => a.last - b.last);
  return covering !== undefined && covering.first >= moment;
}

/**
 * Entries take the name of the newest revision that built the same. So one counts only while nothing else was applied since it
 * was first: after a commit that was taken back the old entry is the newest again, though that revision has just been applied for
 * the first time.
 */
function wasCurrent(entries: readonly HistoryEntry[], revision: string, moment: number): boolean {
  const current = entries.find((entry) => entry.revision === revision && entry.status === 'ReconciliationSucceeded');
  return (
    current !== undefined &&
    current.first < moment &&
    entries.every(({ digest, last }) => digest === current.digest || last <= current.first)
  );
}
