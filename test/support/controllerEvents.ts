/** Events as the Flux controllers post them, as data of the API. */
import type { KubernetesObject } from '../../src/flux/objects.ts';
import { revision as usualRevision } from './builders.ts';

export interface PostedEvent {
  readonly kind?: 'Kustomization' | 'HelmRelease' | 'GitRepository';
  readonly namespace?: string;
  /** Of the object that the event is about. */
  readonly owner?: string;
  readonly uid?: string;
  readonly reason?: string;
  readonly message?: string;
  /** `''` for an event without one. */
  readonly revision?: string;
  /** RFC 3339. */
  readonly last: string;
  readonly first?: string;
  readonly count?: number;
}

const groups = {
  Kustomization: 'kustomize.toolkit.fluxcd.io',
  HelmRelease: 'helm.toolkit.fluxcd.io',
  GitRepository: 'source.toolkit.fluxcd.io',
};

/** `name`: the event's own. */
export function postedEvent(name: string, posted: PostedEvent): KubernetesObject {
  const { kind = 'Kustomization', namespace = 'flux-system', owner = 'apps', revision = usualRevision } = posted;
  const { last, first = last, count = 1, reason = 'Progressing', message = '', uid } = posted;
  const group = groups[kind];
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name,
      namespace,
      ...(revision === '' ? {} : { annotations: { [`${group}/revision`]: revision } }),
    },
    involvedObject: { apiVersion: `${group}/v1`, kind, namespace, name: owner, ...(uid === undefined ? {} : { uid }) },
    type: 'Normal',
    ...{ reason, message, count, firstTimestamp: first, lastTimestamp: last },
  };
  return event;
}

/** The end of a reconcile, as kustomize-controller tells it. */
export function reconciledEvent(name: string, posted: PostedEvent): KubernetesObject {
  const message = 'Reconciliation finished in 1.2s, next run in 10m0s';
  return postedEvent(name, { reason: 'ReconciliationSucceeded', message, ...posted });
}
