/**
 * Why a pod does not run, as its status tells it: what each container waits for or ended with, why it has no node. Reads one
 * pod. What a container itself has written is never taken over: its last words (`terminated.message`) may hold anything.
 */
import type { LooseCondition } from './healthVerdict.ts';
import { looseConditions } from './looseConditions.ts';
import { idOf, type ObjectId } from './objectKey.ts';
import type { KubernetesObject } from './objects.ts';
import { probeWords } from './probeWords.ts';
import { asList, asNumber, asText, fieldAt } from './untyped.ts';

export interface ContainerTrouble {
  readonly name: string;
  /** Runs before the others, which wait for it. */
  readonly isInit: boolean;
  /** As the pod asks for it, `''` where it does not say. */
  readonly image: string;
  /**
   * The kubelet's word (`ImagePullBackOff`, `CrashLoopBackOff`, `ContainerCreating`, `OOMKilled`, `Error`), or `NotReady` for one
   * that runs and does not answer its probe.
   */
  readonly reason: string;
  /** The kubelet's own sentence, `''` for none; untrusted text. */
  readonly message: string;
  /** Of the last end, `undefined` when it has not ended yet. */
  readonly exitCode: number | undefined;
  /** Why it ended last (`OOMKilled`, `Error`), `''` when it has not. */
  readonly endedBy: string;
  readonly restarts: number;
}

export interface PodTrouble {
  readonly id: ObjectId;
  readonly uid: string | undefined;
  /** `''` for a pod that nobody has seen yet. */
  readonly phase: string;
  /** Of the pod as a whole: `Unschedulable`, `Evicted`; `''` where the containers say it all. */
  readonly reason: string;
  readonly message: string;
  /** Those with trouble. */
  readonly containers: readonly ContainerTrouble[];
  /** PersistentVolumeClaims that it mounts, by name: a pod has no node before they are bound. */
  readonly claims: readonly string[];
}

/** `undefined` for a pod that is ready, that is done, or that is being deleted: somebody has taken it out of service. */
export function podTrouble(pod: KubernetesObject): PodTrouble | undefined {
  const phase = asText(fieldAt(pod, 'status', 'phase')) ?? '';
  if (phase === 'Succeeded' || pod.metadata.deletionTimestamp !== undefined || isReady(pod)) {
    return undefined;
  }
  const { reason, message } = reasonOfPod(pod);
  return {
    id: idOf(pod),
    uid: pod.metadata.uid,
    phase,
    reason,
    message,
    containers: [...containersOf(pod, 'initContainers'), ...containersOf(pod, 'containers')],
    claims: claimsOf(pod),
  };
}

function isReady(pod: KubernetesObject): boolean {
  return conditionOf(pod, 'Ready')?.status === 'True';
}

function conditionOf(pod: KubernetesObject, type: string): LooseCondition | undefined {
  return looseConditions(pod).find((condition) => condition.type === type);
}

function reasonOfPod(pod: KubernetesObject): { readonly reason: string; readonly message: string } {
  const own = asText(fieldAt(pod, 'status', 'reason')) ?? '';
  if (own !== '') {
    return { reason: own, message: asText(fieldAt(pod, 'status', 'message')) ?? '' };
  }
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status === 'False') {
    const { reason, message } = scheduled;
    return { reason: reason === '' ? 'Unschedulable' : reason, message };
  }
  return { reason: '', message: '' };
}

function containersOf(pod: KubernetesObject, field: 'initContainers' | 'containers'): ContainerTrouble[] {
  const isInit = field === 'initContainers';
  const statuses = asList(fieldAt(pod, 'status', isInit ? 'initContainerStatuses' : 'containerStatuses')) ?? [];
  const images = new Map(
    (asList(fieldAt(pod, 'spec', field)) ?? []).map((one) => [
      asText(fieldAt(one, 'name')) ?? '',
      asText(fieldAt(one, 'image')) ?? '',
    ]),
  );
  return statuses.flatMap((status) => {
    const name = asText(fieldAt(status, 'name')) ?? '';
    const read = readState(status, isInit);
    const given = images.get(name) ?? '';
    const image = given === '' ? (asText(fieldAt(status, 'image')) ?? '') : given;
    return read ? [{ name, isInit, image, ...read }] : [];
  });
}

function readState(status: unknown, isInit: boolean): Omit<ContainerTrouble, 'name' | 'isInit' | 'image'> | undefined {
  const restarts = asNumber(fieldAt(status, 'restartCount')) ?? 0;
  const ended = fieldAt(status, 'state', 'terminated') ?? fieldAt(status, 'lastState', 'terminated');
  const exitCode = asNumber(fieldAt(ended, 'exitCode'));
  const last = { exitCode, endedBy: asText(fieldAt(ended, 'reason')) ?? '', restarts };
  const waiting = asText(fieldAt(status, 'state', 'waiting', 'reason'));
  if (waiting !== undefined || fieldAt(status, 'state', 'waiting') !== undefined) {
    // One that waits for another of its pod is no trouble of its own.
    return waiting === undefined || waiting === 'PodInitializing'
      ? undefined
      : {
          reason: waiting,
          message: probeWords(waiting, asText(fieldAt(status, 'state', 'waiting', 'message')) ?? ''),
          ...last,
        };
  }
  if (fieldAt(status, 'state', 'terminated') !== undefined) {
    return exitCode === 0 ? undefined : { reason: last.endedBy === '' ? 'Error' : last.endedBy, message: '', ...last };
  }
  // An init container that runs is what the others wait for, and nothing tells that it hangs.
  return isInit || fieldAt(status, 'ready') !== false ? undefined : { reason: 'NotReady', message: '', ...last };
}

function claimsOf(pod: KubernetesObject): string[] {
  return (asList(fieldAt(pod, 'spec', 'volumes')) ?? []).flatMap((volume) => {
    const named = asText(fieldAt(volume, 'persistentVolumeClaim', 'claimName'));
    // The controller names the claim of an ephemeral volume after the pod and the volume.
    const made = fieldAt(volume, 'ephemeral') && `${pod.metadata.name}-${asText(fieldAt(volume, 'name')) ?? ''}`;
    return named ?? (typeof made === 'string' ? made : []);
  });
}
