/** Objects of a cluster where something does not run, as the controllers and the kubelet write them down. */
import type { AwaitedObject } from '../../../src/flux/awaitedObjects.ts';
import type { KubernetesObject } from '../../../src/flux/objects.ts';
import { anyObject, condition, deployment, failing, helmRelease, inventoryEntry } from '../../support/builders.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A Deployment none of whose pods is ready. */
export function stuckDeployment(name: string, namespace = 'apps'): KubernetesObject {
  const whole = deployment(name, { namespace, metadata: { uid: `uid-${name}` } });
  const status = {
    ...whole.status,
    readyReplicas: 0,
    availableReplicas: 0,
    conditions: [
      condition('Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.'),
    ],
  };
  return { ...whole, status };
}

/** The ReplicaSet that the Deployment of this name has made. */
export function replicaSet(name: string, namespace = 'apps'): KubernetesObject {
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name, uid: `uid-${name}`, controller: true };
  const metadata = { uid: `uid-${name}-rs`, ownerReferences: [owner] };
  return anyObject('apps/v1', 'ReplicaSet', `${name}-7d9f`, { namespace, labels: { app: name }, metadata });
}

/** A pod of that ReplicaSet. `status` is the kubelet's. */
export function pod(name: string, of: string, status: Fields, built: { spec?: Fields; namespace?: string } = {}) {
  const { namespace = 'apps', spec = {} } = built;
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${of}-7d9f`, uid: `uid-${of}-rs` };
  const metadata = { uid: `uid-${name}`, ownerReferences: [owner] };
  const containers = [{ name: 'web', image: 'ghcr.io/example/web:1.2' }];
  const fields = { spec: { containers, ...spec }, status };
  return anyObject('v1', 'Pod', name, { namespace, labels: { app: of }, metadata, fields });
}

export const pulling: Fields = {
  phase: 'Pending',
  containerStatuses: [
    {
      name: 'web',
      image: 'ghcr.io/example/web:1.2',
      ready: false,
      restartCount: 0,
      state: {
        waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "ghcr.io/example/web:1.2"' },
      },
    },
  ],
};

export const crashing: Fields = {
  phase: 'Running',
  containerStatuses: [
    {
      name: 'web',
      ready: false,
      restartCount: 7,
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container=web' } },
      lastState: {
        terminated: { exitCode: 1, reason: 'Error', message: 'panic: DATABASE_URL=postgres://u:hunter2@db' },
      },
    },
  ],
};

export const unschedulable: Fields = {
  phase: 'Pending',
  conditions: [
    {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: '0/3 nodes are available: 3 Insufficient memory.',
    },
  ],
};

/** A HelmRelease whose install waits, or has waited in vain, for its Deployment. */
export function stuckRelease(name: string, workload = name) {
  const message = `Helm install failed for release apps/${name} with chart ${name}@1.0.0: ${timedOut({ kind: 'Deployment', namespace: 'apps', name: workload })}`;
  const entries = [inventoryEntry({ group: 'apps', kind: 'Deployment', namespace: 'apps', name: workload })];
  return helmRelease(name, {
    namespace: 'apps',
    conditions: failing('InstallFailed', message),
    status: { inventory: { entries } },
  });
}

export function timedOut(...objects: readonly AwaitedObject[]): string {
  return `timeout waiting for: [${objects.map(({ kind, namespace, name }) => `${kind}/${namespace}/${name} status: 'InProgress'`).join(', ')}]`;
}

/** An event as the core API has it. */
export function event(
  of: Pick<AwaitedObject, 'kind' | 'namespace' | 'name'>,
  told: { reason: string; message: string; at?: string; type?: string; count?: number; uid?: string },
): KubernetesObject {
  const { reason, message, at = '2025-12-31T23:59:00Z', type = 'Warning', count = 1, uid } = told;
  const fields = {
    involvedObject: { ...of, ...(uid === undefined ? {} : { uid }) },
    reason,
    message,
    type,
    count,
    lastTimestamp: at,
    reportingComponent: 'controller',
  };
  const name = `${of.name}.${reason}.${at}.${message.length}`;
  return anyObject('v1', 'Event', name, { namespace: of.namespace, fields });
}
