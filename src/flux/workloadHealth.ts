/**
 * The health rules of workloads, which count replicas: Deployment, StatefulSet, DaemonSet, ReplicaSet, Job
 * (cli-utils pkg/kstatus/status/core.go; for Jobs fluxcd/pkg runtime/statusreaders/job.go).
 */
import { current, failed, inProgress, type LooseCondition, type ObjectHealth } from './healthVerdict.ts';
import type { KubernetesObject } from './objects.ts';
import { asNumber, asText, fieldAt } from './untyped.ts';

/** One comparison of counts, tried in order: in progress while `has` is less than `needs`. */
interface Count {
  readonly what: string;
  readonly has: number;
  readonly needs: number;
}

/** `undefined` for kinds without a rule here. */
export function workloadHealth(
  group: string,
  object: KubernetesObject,
  conditions: readonly LooseCondition[],
): ObjectHealth | undefined {
  const isApps = group === 'apps' || group === 'extensions';
  if (isApps && object.kind === 'Deployment') {
    return deploymentHealth(object, conditions);
  }
  if (isApps && object.kind === 'DaemonSet') {
    return daemonSetHealth(object);
  }
  if (isApps && object.kind === 'ReplicaSet') {
    return replicaSetHealth(object, conditions);
  }
  if (group === 'apps' && object.kind === 'StatefulSet') {
    return statefulSetHealth(object);
  }
  return group === 'batch' && object.kind === 'Job' ? jobHealth(object, conditions) : undefined;
}

function deploymentHealth(object: KubernetesObject, conditions: readonly LooseCondition[]): ObjectHealth {
  const progress = conditions.find(({ type }) => type === 'Progressing');
  if (progress?.reason === 'ProgressDeadlineExceeded') {
    return failed('progress deadline exceeded');
  }
  const wanted = specReplicas(object);
  const replicas = count(object, 'replicas');
  const updated = count(object, 'updatedReplicas');
  const short =
    firstShort([
      { what: 'replicas', has: replicas, needs: wanted },
      { what: 'updated', has: updated, needs: wanted },
    ]) ??
    surplus(replicas, wanted) ??
    firstShort([
      { what: 'available', has: count(object, 'availableReplicas'), needs: updated },
      { what: 'ready', has: count(object, 'readyReplicas'), needs: wanted },
    ]);
  if (short) {
    return short;
  }
  // Without a deadline (MaxInt32 is Kubernetes' way to say none) the controller sets no Progressing condition.
  const noDeadline = 2 ** 31 - 1;
  const deadline = asNumber(fieldAt(object, 'spec', 'progressDeadlineSeconds')) ?? noDeadline;
  const rolledOut = progress?.status === 'True' && progress.reason === 'NewReplicaSetAvailable';
  if (deadline !== noDeadline && !rolledOut) {
    return inProgress('the new replica set is not available');
  }
  return conditions.some(({ type, status }) => type === 'Available' && status === 'True')
    ? current(`${replicas} of ${wanted} replicas`)
    : inProgress('not available');
}

function statefulSetHealth(object: KubernetesObject): ObjectHealth {
  if (fieldAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') {
    return current('updated by hand (OnDelete)');
  }
  const wanted = specReplicas(object);
  const replicas = count(object, 'replicas');
  const short =
    firstShort([
      { what: 'replicas', has: replicas, needs: wanted },
      { what: 'ready', has: count(object, 'readyReplicas'), needs: wanted },
    ]) ?? surplus(replicas, wanted);
  if (short) {
    return short;
  }
  const partition = asNumber(fieldAt(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition'));
  if (partition !== undefined && partition !== -1) {
    const updated = count(object, 'updatedReplicas');
    return (
      firstShort([{ what: 'updated', has: updated, needs: wanted - partition }]) ??
      current(`${updated} updated beyond the partition`)
    );
  }
  const behind = firstShort([{ what: 'current', has: count(object, 'currentReplicas'), needs: wanted }]);
  if (behind) {
    return behind;
  }
  const running = asText(fieldAt(object, 'status', 'currentRevision')) ?? '';
  const target = asText(fieldAt(object, 'status', 'updateRevision')) ?? '';
  return running === target ? current(`${replicas} of ${wanted} replicas`) : inProgress('rolling out a new revision');
}

function daemonSetHealth(object: KubernetesObject): ObjectHealth {
  for (const [part, field] of [
    ['metadata', 'generation'],
    ['status', 'observedGeneration'],
  ] as const) {
    if (asNumber(fieldAt(object, part, field)) === undefined) {
      return inProgress(`no ${part}.${field} yet`); // the DaemonSet controller always sets it
    }
  }
  const wanted = asNumber(fieldAt(object, 'status', 'desiredNumberScheduled')) ?? -1;
  if (wanted === -1) {
    return inProgress('not scheduled yet');
  }
  return (
    firstShort([
      { what: 'scheduled', has: count(object, 'currentNumberScheduled'), needs: wanted },
      { what: 'updated', has: count(object, 'updatedNumberScheduled'), needs: wanted },
      { what: 'available', has: count(object, 'numberAvailable'), needs: wanted },
      { what: 'ready', has: count(object, 'numberReady'), needs: wanted },
    ]) ?? current(`${wanted} of ${wanted} scheduled`)
  );
}

function replicaSetHealth(object: KubernetesObject, conditions: readonly LooseCondition[]): ObjectHealth {
  if (conditions.some(({ type, status }) => type === 'ReplicaFailure' && status === 'True')) {
    return inProgress('a replica could not be created');
  }
  const wanted = specReplicas(object);
  const replicas = count(object, 'replicas');
  return (
    firstShort([
      { what: 'labelled', has: count(object, 'fullyLabeledReplicas'), needs: wanted },
      { what: 'available', has: count(object, 'availableReplicas'), needs: wanted },
      { what: 'ready', has: count(object, 'readyReplicas'), needs: wanted },
    ]) ??
    surplus(replicas, wanted) ??
    current(`${replicas} of ${wanted} replicas`)
  );
}

/** Flux's rule, not kstatus': a job that still runs is in progress. */
function jobHealth(object: KubernetesObject, conditions: readonly LooseCondition[]): ObjectHealth {
  if (fieldAt(object, 'spec', 'suspend') === true) {
    return current('suspended');
  }
  for (const { type, status } of conditions) {
    if (type === 'Complete' && status === 'True') {
      return current('completed');
    }
    if (type === 'Failed' && status === 'True') {
      return failed(`failed after ${count(object, 'failed')} failed pods`);
    }
  }
  const started = asText(fieldAt(object, 'status', 'startTime')) ?? '';
  return inProgress(started === '' ? 'not started' : `running: ${count(object, 'active')} active`);
}

function specReplicas(object: KubernetesObject): number {
  return asNumber(fieldAt(object, 'spec', 'replicas')) ?? 1; // Kubernetes' default
}

function count(object: KubernetesObject, field: string): number {
  return asNumber(fieldAt(object, 'status', field)) ?? 0;
}

function firstShort(counts: readonly Count[]): ObjectHealth | undefined {
  const short = counts.find(({ has, needs }) => needs > has);
  return short && inProgress(`${short.what}: ${short.has} of ${short.needs}`);
}

function surplus(replicas: number, wanted: number): ObjectHealth | undefined {
  return replicas > wanted ? inProgress(`${replicas - wanted} pending termination`) : undefined;
}
