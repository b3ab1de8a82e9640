/**
 * Which images run in pods, and whose pods they are. Reads pods as the API serves them and takes nothing of them but names,
 * owners and images: what stands in their environment is nobody's matter here.
 */
import { groupOf } from './kinds.ts';
import type { ObjectId } from './objectKey.ts';
import type { KubernetesObject } from './objects.ts';
import type { RunningImage } from './runningVersions.ts';
import { asList, asText, fieldAt } from './untyped.ts';

/** Kinds whose pods can be told by their owners alone. */
const podOwners: Readonly<Record<string, string>> = {
  Pod: '',
  Deployment: 'apps',
  ReplicaSet: 'apps',
  StatefulSet: 'apps',
  DaemonSet: 'apps',
  Job: 'batch',
  CronJob: 'batch',
};

export function mayOwnPods({ group, kind }: Pick<ObjectId, 'group' | 'kind'>): boolean {
  return Object.hasOwn(podOwners, kind) && podOwners[kind] === group;
}

/** Whether the pod is there for that object. Goes by owners: labels can be anybody's. */
export function isPodOf({ metadata }: KubernetesObject, { group, kind, namespace, name }: ObjectId): boolean {
  if (metadata.namespace !== namespace) {
    return false;
  }
  if (kind === 'Pod') {
    return metadata.name === name;
  }
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  // Others have a StatefulSet of their own, in a group of their own.
  const isOwnedBy = (wanted: string): boolean =>
    owner?.kind === wanted && groupOf(owner.apiVersion) === podOwners[wanted];
  switch (kind) {
    case 'Deployment': {
      // Its ReplicaSets are called by its own name and the hash that their pods are labelled with.
      const hash = metadata.labels?.['pod-template-hash'];
      return isOwnedBy('ReplicaSet') && hash !== undefined && owner?.name === `${name}-${hash}`;
    }
    case 'CronJob':
      // Named after the minute (batch/v1 cronjob_controllerv2.go, getJobName).
      return (
        isOwnedBy('Job') &&
        owner !== undefined &&
        owner.name.startsWith(`${name}-`) &&
        /^\d+$/.test(owner.name.slice(name.length + 1))
      );
    default:
      return mayOwnPods({ group, kind }) && isOwnedBy(kind) && owner?.name === name;
  }
}

/** Images of containers that run and are ready, init containers that have done their work among them. Each combination once. */
export function runningImages(pods: Iterable<KubernetesObject>): RunningImage[] {
  const found = new Map<string, RunningImage>();
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) {
      continue; // on its way out: what takes its place counts
    }
    for (const [specs, statuses] of containerFields) {
      for (const image of imagesOf(pod, specs, statuses)) {
        found.set(JSON.stringify(image), image);
      }
    }
  }
  return [...found.values()];
}

const containerFields = [
  ['containers', 'containerStatuses'],
  ['initContainers', 'initContainerStatuses'],
] as const;

function imagesOf(pod: KubernetesObject, specs: string, statuses: string): RunningImage[] {
  const reported = new Map(
    (asList(fieldAt(pod, 'status', statuses)) ?? []).map((status) => [asText(fieldAt(status, 'name')), status]),
  );
  return (asList(fieldAt(pod, 'spec', specs)) ?? []).flatMap((spec) => {
    const container = asText(fieldAt(spec, 'name')) ?? '';
    const asked = splitImage(asText(fieldAt(spec, 'image')) ?? '');
    const status = reported.get(container);
    const runs = specs === 'containers' ? isServing(status) : isKept(spec) && fieldAt(status, 'started') === true;
    if (asked.name === '' || !(runs || hasDoneItsWork(status))) {
      return [];
    }
    const pulled = pulledDigest(asText(fieldAt(status, 'imageID')) ?? '', asked.name);
    return [{ name: asked.name, container, tag: asked.tag, digest: asked.digest ?? pulled }];
  });
}

/**
 * A node that has the same layers from two repositories may name either of them: the digest of the other one may be nowhere in
 * the repository that was asked for.
 */
function pulledDigest(imageId: string, name: string): string | undefined {
  const [, repository = '', digest] = /^(?:docker-pullable:\/\/)?([^@]+)@(sha256:[0-9a-f]{64})$/.exec(imageId) ?? [];
  // Some runtimes keep the tag in it.
  return splitImage(repository).name === name ? digest : undefined;
}

/** Running is not enough: what crashes again and again runs in between, and so does what never becomes ready. */
function isServing(status: unknown): boolean {
  return fieldAt(status, 'state', 'running') !== undefined && fieldAt(status, 'ready') === true;
}

/** An init container that stays beside the others; one without that is not done as long as it runs. */
function isKept(spec: unknown): boolean {
  return fieldAt(spec, 'restartPolicy') === 'Always';
}

function hasDoneItsWork(status: unknown): boolean {
  return fieldAt(status, 'state', 'terminated', 'exitCode') === 0;
}

interface ImageParts {
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** Of a reference that a node has accepted. */
export function splitImage(text: string): ImageParts {
  const [tagged = '', digest] = text.split('@');
  const colon = tagged.indexOf(':', tagged.lastIndexOf('/') + 1);
  const name = canonicalImageName(colon < 0 ? tagged : tagged.slice(0, colon));
  return { name, tag: colon < 0 ? undefined : tagged.slice(colon + 1), digest };
}

/** `nginx`, `library/nginx`, `index.docker.io/library/nginx` and `docker.io/library/nginx` are one (distribution/reference). */
export function canonicalImageName(name: string): string {
  const [first = '', ...others] = name.split('/');
  if (name === '') {
    return '';
  }
  const hasHost = others.length > 0 && (first === 'localhost' || /[.:A-Z]/.test(first));
  const host = !hasHost || first === 'index.docker.io' ? 'docker.io' : first;
  const path = hasHost ? others : [first, ...others];
  return [host, ...(host === 'docker.io' && path.length === 1 ? ['library'] : []), ...path].join('/');
}
