/**
 * The newest events of one object. Both APIs of events read the same store (kube-apiserver pkg/registry/core/rest), so the other is
 * asked only where the first may not be read. Reads; watches nothing.
 */
import type { ObjectId } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { probeWords } from '../flux/probeWords.ts';
import { asNumber, asText, fieldAt } from '../flux/untyped.ts';
import { type Answer, type BoundedReads, couldBeName } from './boundedReads.ts';
import type { RecentEvent } from './explanation.ts';

/** Told of one object. */
const mostEvents = 10;
/** Asked for: a server sorts events by name, so the newest may be the last. */
const pageSize = 500;
/** Without a namespace an object's events are kept there. */
const clusterEvents = 'default';

/**
 * Newest first, equal ones counted together. `uid`: without those of an earlier object of that name. Empty also where events may
 * not be read, which the reads note.
 */
export async function recentEvents(reads: BoundedReads, id: ObjectId, uid?: string): Promise<readonly RecentEvent[]> {
  const answer = couldBeName(id) ? await readEither(reads, id) : undefined;
  const events = answer?.state === 'found' ? answer.value : [];
  const own = events.filter((event) => {
    const of = asText(fieldAt(event, 'involvedObject', 'uid') ?? fieldAt(event, 'regarding', 'uid')) ?? '';
    return uid === undefined || of === '' || of === uid;
  });
  // Others may use the kubelet's words for reasons, of objects that write nothing.
  const isPod = id.group === '' && id.kind === 'Pod';
  return newest(own.map((event) => readEvent(event, isPod)));
}

async function readEither(reads: BoundedReads, id: ObjectId): Promise<Answer<readonly KubernetesObject[]>> {
  const namespace = id.namespace === '' ? clusterEvents : id.namespace;
  const query = (field: string) => ({
    namespace,
    fieldSelector: `${field}.kind=${id.kind},${field}.name=${id.name}`,
    limit: pageSize,
  });
  const what = `events in ${namespace}`;
  const first = await reads.list({ group: '', kind: 'Event', version: 'v1' }, query('involvedObject'), what);
  if (first.state !== 'forbidden' && first.state !== 'notServed') {
    return first;
  }
  return reads.list({ group: 'events.k8s.io', kind: 'Event', version: 'v1' }, query('regarding'), what);
}

/** Without what a container has written. Of either API: `note`, `regarding`, `series` and the deprecated fields are the newer one's. */
function readEvent(event: KubernetesObject, isPod: boolean): RecentEvent {
  const text = (...path: string[]): string => asText(fieldAt(event, ...path)) ?? '';
  const first = (...texts: readonly string[]): string => texts.find((one) => one !== '') ?? '';
  const at = Date.parse(
    first(
      text('series', 'lastObservedTime'),
      text('lastTimestamp'),
      text('deprecatedLastTimestamp'),
      text('eventTime'),
      event.metadata.creationTimestamp ?? '',
    ),
  );
  const counts = [['series', 'count'], ['count'], ['deprecatedCount']].map((path) => asNumber(fieldAt(event, ...path)));
  const said = first(text('message'), text('note'));
  return {
    type: text('type'),
    reason: text('reason'),
    message: isPod ? probeWords(text('reason'), said) : said,
    count: Math.max(1, ...counts.map((count) => count ?? 0)),
    lastAt: Number.isNaN(at) ? undefined : at,
    by: first(text('reportingComponent'), text('reportingController'), text('source', 'component')),
  };
}

function newest(events: readonly RecentEvent[]): readonly RecentEvent[] {
  const sorted = [...events].sort((a, b) => (b.lastAt ?? 0) - (a.lastAt ?? 0));
  const told = new Map<string, RecentEvent>();
  for (const event of sorted) {
    const key = JSON.stringify([event.type, event.reason, event.message]);
    const known = told.get(key);
    told.set(key, known ? { ...known, count: known.count + event.count } : event);
  }
  return [...told.values()].slice(0, mostEvents);
}
