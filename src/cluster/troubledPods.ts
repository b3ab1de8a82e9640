/**
 * The pods behind a workload that is not ready, and what each of them waits for. Finds them by the workload's selector, and keeps
 * those that it owns; a bounded number is read for one question.
 */
import { asList, asRecord, asText, fieldAt } from '../flux/untyped.ts';
import { groupOf } from '../flux/kinds.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { type PodTrouble, podTrouble } from '../flux/podTrouble.ts';
import type { BoundedReads } from './boundedReads.ts';
import type { TroubledPod } from './explanation.ts';
import { recentEvents } from './recentEvents.ts';

export interface PodsFound {
  readonly pods: readonly TroubledPod[];
  /** More that are not told. */
  readonly more: number;
}

/** Told for one question, whatever number of workloads is behind it. */
const mostPods = 20;
/** Events are asked for so many of them: pods of one workload have the same trouble. */
const mostWithEvents = 3;
const pageSize = 200;

const none: PodsFound = { pods: [], more: 0 };
const workloads: ReadonlySet<string> = new Set([
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'apps/ReplicaSet',
  'batch/Job',
]);

export class TroubledPods {
  readonly #reads: BoundedReads;
  #left = mostPods;

  constructor(reads: BoundedReads) {
    this.#reads = reads;
  }

  /** None for an object that is no workload. */
  async behind(workload: KubernetesObject): Promise<PodsFound> {
    const kind = `${groupOf(workload.apiVersion)}/${workload.kind}`;
    if (kind === '/Pod') {
      return this.#tell([workload]);
    }
    const labelSelector = selectorOf(workload);
    if (!workloads.has(kind) || labelSelector === '') {
      return none;
    }
    const { namespace = '' } = workload.metadata;
    const query = { namespace, labelSelector, limit: pageSize };
    const what = `pods in ${namespace}`;
    const found = await this.#reads.list({ group: '', kind: 'Pod', version: 'v1' }, query, what);
    if (found.state !== 'found') {
      return none;
    }
    const owners = await this.#owners(workload, kind, labelSelector);
    return this.#tell(found.value.filter((pod) => isOwned(pod, owners)));
  }

  /** `undefined` where nobody can tell: then the selector alone counts. */
  async #owners(
    workload: KubernetesObject,
    kind: string,
    labelSelector: string,
  ): Promise<ReadonlySet<string> | undefined> {
    const { uid, namespace = '' } = workload.metadata;
    if (uid === undefined) {
      return undefined;
    }
    if (kind !== 'apps/Deployment') {
      return new Set([uid]);
    }
    const query = { namespace, labelSelector, limit: pageSize, metadataOnly: true };
    const sets = await this.#reads.list({ group: 'apps', kind: 'ReplicaSet' }, query, `replicasets in ${namespace}`);
    if (sets.state !== 'found') {
      return undefined;
    }
    const own = sets.value.filter((set) => isOwned(set, new Set([uid])));
    return new Set(own.flatMap((set) => set.metadata.uid ?? []));
  }

  async #tell(pods: readonly KubernetesObject[]): Promise<PodsFound> {
    const troubled = pods.flatMap((pod) => podTrouble(pod) ?? []);
    const told = troubled.slice(0, this.#left);
    this.#left -= told.length;
    const asked = new Set(told.filter(saysNothing).slice(0, mostWithEvents));
    return {
      pods: await Promise.all(
        told.map(async (pod) => ({
          ...pod,
          events: asked.has(pod) ? await recentEvents(this.#reads, pod.id, pod.uid) : [],
        })),
      ),
      more: troubled.length - told.length,
    };
  }
}

/** What a volume or a probe does is told by events alone. */
function saysNothing({ reason, containers }: PodTrouble): boolean {
  return reason === '' && containers.every((one) => one.reason === 'ContainerCreating' || one.reason === 'NotReady');
}

function isOwned({ metadata }: KubernetesObject, owners: ReadonlySet<string> | undefined): boolean {
  return (
    owners === undefined || (metadata.ownerReferences ?? []).some(({ uid }) => uid !== undefined && owners.has(uid))
  );
}

/** `''` where the workload has none, or none that can be sent: nothing is selected then, not everything. */
function selectorOf(workload: KubernetesObject): string {
  const selector = fieldAt(workload.spec, 'selector');
  const labels = Object.entries(asRecord(fieldAt(selector, 'matchLabels')) ?? {}).flatMap(([key, value]) =>
    typeof value === 'string' ? [`${key}=${value}`] : [],
  );
  const expressions = (asList(fieldAt(selector, 'matchExpressions')) ?? []).flatMap((one) => expressionOf(one) ?? []);
  return [...labels, ...expressions].join(',');
}

function expressionOf(expression: unknown): string | undefined {
  const key = asText(fieldAt(expression, 'key')) ?? '';
  const values = (asList(fieldAt(expression, 'values')) ?? []).flatMap((value) => asText(value) ?? []).join(',');
  switch (asText(fieldAt(expression, 'operator'))) {
    case 'In':
      return `${key} in (${values})`;
    case 'NotIn':
      return `${key} notin (${values})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return undefined;
  }
}
