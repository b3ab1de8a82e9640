/**
 * The health of an object of any kind, as kustomize-controller sees it when it waits: kstatus, with Flux's own rule for
 * Jobs (spec drift 3.3; cli-utils pkg/kstatus/status, fluxcd/pkg runtime/statusreaders/job.go). For Flux's own objects
 * `fluxState.ts` tells more. Custom health checks (CEL) are not evaluated.
 */
import { current, failed, inProgress, type LooseCondition, type ObjectHealth } from './healthVerdict.ts';
import { groupOf } from './kinds.ts';
import { looseConditions } from './looseConditions.ts';
import type { KubernetesObject } from './objects.ts';
import { asList, asNumber, asText, fieldAt } from './untyped.ts';
import { workloadHealth } from './workloadHealth.ts';

/** Milliseconds that the scheduler gets before an unschedulable Pod counts as failed (`ScheduleWindow`). */
const scheduleWindowMs = 15_000;

/** `now` in milliseconds since the epoch. Never throws, whatever the fields hold. */
export function objectHealth(object: KubernetesObject, now: number): ObjectHealth {
  const conditions = looseConditions(object);
  return genericHealth(object, conditions) ?? kindHealth(object, conditions, now) ?? readyHealth(conditions);
}

function genericHealth(object: KubernetesObject, conditions: readonly LooseCondition[]): ObjectHealth | undefined {
  if ((asText(fieldAt(object, 'metadata', 'deletionTimestamp')) ?? '') !== '') {
    return { status: 'terminating', message: 'scheduled for deletion' };
  }
  const generation = asNumber(fieldAt(object, 'metadata', 'generation'));
  const observed = asNumber(fieldAt(object, 'status', 'observedGeneration'));
  if (generation !== undefined && observed !== undefined && generation !== observed) {
    return inProgress(`generation is ${generation}, but the latest observed is ${observed}`);
  }
  // In array order: the first of the two decides.
  for (const condition of conditions) {
    if (condition.status === 'True' && condition.type === 'Reconciling') {
      return inProgress(condition.message);
    }
    if (condition.status === 'True' && condition.type === 'Stalled') {
      return failed(condition.message);
    }
  }
  return undefined;
}

function kindHealth(
  object: KubernetesObject,
  conditions: readonly LooseCondition[],
  now: number,
): ObjectHealth | undefined {
  const group = groupOf(asText(object.apiVersion) ?? '');
  switch (group === '' ? object.kind : `${group}/${object.kind}`) {
    case 'Secret':
    case 'ConfigMap':
    case 'batch/CronJob':
      return current('always ready');
    case 'policy/PodDisruptionBudget':
      return current('observed'); // the generation is checked before
    case 'Service':
      return serviceHealth(object);
    case 'PersistentVolumeClaim':
      return claimHealth(object);
    case 'Pod':
      return podHealth(object, conditions, now);
    case 'apiextensions.k8s.io/CustomResourceDefinition':
      return definitionHealth(conditions);
    default:
      return workloadHealth(group, object, conditions);
  }
}

function readyHealth(conditions: readonly LooseCondition[]): ObjectHealth {
  for (const condition of conditions) {
    if (condition.type === 'Ready') {
      switch (condition.status) {
        case 'True':
          return current('ready');
        case 'False':
        case 'Unknown':
          return inProgress(condition.message);
        default: // not a condition's status: as if it were not there
      }
    }
  }
  return current('current');
}

function serviceHealth(object: KubernetesObject): ObjectHealth {
  const isBalancer = fieldAt(object, 'spec', 'type') === 'LoadBalancer';
  const address = asText(fieldAt(object, 'spec', 'clusterIP')) ?? '';
  return isBalancer && address === '' ? inProgress('no cluster IP yet') : current('service is ready');
}

function claimHealth(object: KubernetesObject): ObjectHealth {
  const phase = asText(fieldAt(object, 'status', 'phase')) ?? 'unknown';
  return phase === 'Bound' ? current('bound') : inProgress(`not bound, phase: ${phase}`);
}

function podHealth(object: KubernetesObject, conditions: readonly LooseCondition[], now: number): ObjectHealth {
  const phase = asText(fieldAt(object, 'status', 'phase')) ?? '';
  switch (phase) {
    case 'Succeeded':
      return current('completed');
    case 'Failed':
      return current('completed, but not successfully'); // done, in kstatus' eyes
    case 'Running': {
      if (conditions.some(({ type, status }) => type === 'Ready' && status === 'True')) {
        return current('ready');
      }
      const crashing = crashLoopingContainers(object);
      return crashing.length > 0
        ? failed(`containers in crash loop: ${crashing.join(', ')}`)
        : inProgress('running but not ready');
    }
    case 'Pending': {
      const unschedulable = conditions.some(
        ({ type, status, reason }) => type === 'PodScheduled' && status === 'False' && reason === 'Unschedulable',
      );
      const created = Date.parse(asText(fieldAt(object, 'metadata', 'creationTimestamp')) ?? '');
      if (!unschedulable) {
        return inProgress('pending');
      }
      return now - scheduleWindowMs < created ? inProgress('not scheduled yet') : failed('could not be scheduled');
    }
    case '':
      return inProgress('no phase yet');
    default:
      return { status: 'unknown', message: `unknown phase ${phase}` };
  }
}

function crashLoopingContainers(object: KubernetesObject): string[] {
  return (asList(fieldAt(object, 'status', 'containerStatuses')) ?? []).flatMap((container) => {
    const name = asText(fieldAt(container, 'name'));
    return name !== undefined && fieldAt(container, 'state', 'waiting', 'reason') === 'CrashLoopBackOff' ? [name] : [];
  });
}

function definitionHealth(conditions: readonly LooseCondition[]): ObjectHealth {
  for (const { type, status, reason, message } of conditions) {
    if (type === 'NamesAccepted' && status === 'False') {
      return failed(message);
    }
    if (type === 'Established' && status === 'True') {
      return current('established');
    }
    if (type === 'Established' && status === 'False' && reason !== 'Installing') {
      return failed(message);
    }
  }
  return inProgress('being installed');
}
