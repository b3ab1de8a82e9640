/** What keeps a pod from running, in words: the verb of a sentence about one or several pods, and a line about one container. */
import type { RecentEvent, TroubledPod } from '../cluster/explanation.ts';
import type { ContainerTrouble } from '../flux/podTrouble.ts';
import { told } from './reportText.ts';

const pullReasons: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);

/** `cannot pull ghcr.io/x:1.2 (ImagePullBackOff)`; follows "its pods", or "its pod" where `count` is 1. */
export function podWords(pod: TroubledPod, count: number): string {
  const verb = (plural: string, singular: string): string => (count === 1 ? singular : plural);
  if (pod.reason !== '') {
    const message = told(pod.message, 200);
    const said = message === '' ? '' : `: ${message}`;
    return pod.reason === 'Unschedulable' || pod.reason === 'SchedulingGated'
      ? `cannot be scheduled${said}`
      : `${verb('were', 'was')} stopped (${told(pod.reason, 60)})${said}`;
  }
  const [container] = [...pod.containers].sort((a, b) => weightOf(a) - weightOf(b));
  const warning = warningOf(pod.events);
  if (!container) {
    const phase = told(pod.phase, 30);
    return warning === ''
      ? `${verb('are', 'is')} ${phase === '' ? 'not taken up by a node' : phase.toLowerCase()}`
      : `cannot start: ${warning}`;
  }
  return containerWords(container, verb, warning);
}

function containerWords(
  container: ContainerTrouble,
  verb: (plural: string, singular: string) => string,
  warning: string,
): string {
  const { reason, endedBy, exitCode } = container;
  const name = told(container.name, 80);
  if (pullReasons.has(reason)) {
    return `cannot pull ${imageOf(container)} (${reason})`;
  }
  const restarts = restartsOf(container);
  if (endedBy === 'OOMKilled' || reason === 'OOMKilled') {
    return `${verb('run', 'runs')} out of memory: container ${name} (${[reason, 'OOMKilled', ...restarts].filter(isFirst).join(', ')})`;
  }
  if (reason === 'ContainerCreating') {
    return warning === '' ? `${verb('are', 'is')} being created` : `cannot start: ${warning}`;
  }
  if (reason === 'NotReady') {
    return `${verb('run, but are', 'runs, but is')} not ready: container ${name}${warning === '' ? '' : `: ${warning}`}`;
  }
  if (exitCode !== undefined) {
    const code = `exits with code ${exitCode}`;
    return `${verb('crash', 'crashes')}: container ${name} ${code} (${[told(reason, 60), ...restarts].join(', ')})`;
  }
  const message = told(container.message, 200);
  return `cannot start container ${name} (${told(reason, 60)})${message === '' ? '' : `: ${message}`}`;
}

/** `container web: ImagePullBackOff, image ghcr.io/x:1.2, 3 restarts` */
export function containerLine(container: ContainerTrouble): string {
  const { name, isInit, reason, endedBy, exitCode } = container;
  const facts = [
    told(reason, 60),
    ...(endedBy === '' || endedBy === reason ? [] : [`ended by ${told(endedBy, 60)}`]),
    ...(exitCode === undefined ? [] : [`exit code ${exitCode}`]),
    ...restartsOf(container),
    `image ${imageOf(container)}`,
  ];
  return `${isInit ? 'init container' : 'container'} ${told(name, 80)}: ${facts.join(', ')}`;
}

function imageOf({ image }: ContainerTrouble): string {
  const text = told(image, 200);
  return text === '' ? 'its image' : text;
}

function restartsOf({ restarts }: ContainerTrouble): string[] {
  return restarts === 0 ? [] : [`${restarts} ${restarts === 1 ? 'restart' : 'restarts'}`];
}

/** What the kubelet has reported last. */
function warningOf(events: readonly RecentEvent[]): string {
  return told(events.find(({ type }) => type === 'Warning')?.message ?? '', 200);
}

/** What is certain to stop the pod comes before what may only follow from it. */
function weightOf({ reason, isInit }: ContainerTrouble): number {
  return reason === 'NotReady' ? 3 : reason === 'ContainerCreating' ? 2 : isInit ? 0 : 1;
}

function isFirst(text: string, index: number, all: readonly string[]): boolean {
  return all.indexOf(text) === index;
}
