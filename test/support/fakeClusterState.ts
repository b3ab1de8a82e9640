/** A cluster's state made of objects, for tests of what is shown of it: no watch, no server, changed only by the test. */
import { Emitter } from '../../src/base/emitter.ts';
import type { Failure } from '../../src/base/failure.ts';
import type { ApiResource } from '../../src/cluster/clusterApi.ts';
import type { ClusterState, Controllers, FluxController, KindSync } from '../../src/cluster/clusterState.ts';
import type { Connection } from '../../src/cluster/connection.ts';
import { findFluxKind, type FluxKind, groupOf } from '../../src/flux/kinds.ts';
import { idOf, type ObjectKey, objectKey } from '../../src/flux/objectKey.ts';
import type { FluxObject } from '../../src/flux/objects.ts';

export interface FakeState {
  readonly objects?: readonly FluxObject[];
  readonly context?: string;
  readonly connection?: Connection;
  readonly controllers?: Controllers;
  readonly namespaces?: readonly string[];
  /** By kind; the others are synced. */
  readonly sync?: Readonly<Record<string, KindSync>>;
}

export const context = 'homelab';

export const connected: Connection = { state: 'connected', context, serverVersion: 'v1.36.3' };

/** The controllers of a Flux, all running but those that are named. */
export function controllers(fluxVersion: string | undefined = '2.9.5', down: readonly string[] = []): Controllers {
  const items = ['source-controller', 'kustomize-controller', 'helm-controller'].map((name): FluxController => {
    const running = !down.includes(name);
    const ready = running ? 1 : 0;
    return { namespace: 'flux-system', name, version: '1.9.4', desiredReplicas: ready, readyReplicas: ready, running };
  });
  return { state: 'known', fluxVersion, items };
}

export function resourceOf(kind: FluxKind): ApiResource {
  const verbs = ['get', 'list', 'watch', 'patch'];
  return { group: kind.group, version: 'v1', kind: kind.kind, plural: kind.plural, namespaced: true, verbs };
}

export function refused(kind: FluxKind, failure: Failure, verb: 'list' | 'watch' = 'list'): KindSync {
  return { state: 'failed', resource: resourceOf(kind), verb, failure };
}

export function fakeClusterState(fake: FakeState = {}): ClusterState {
  const name = fake.context ?? context;
  const byKey = new Map<ObjectKey, FluxObject>();
  const byKind = new Map<FluxKind, FluxObject[]>();
  for (const object of fake.objects ?? []) {
    const kind = findFluxKind(groupOf(object.apiVersion), object.kind);
    if (!kind) {
      throw new Error(`${object.kind} is no Flux kind`);
    }
    byKey.set(objectKey(name, idOf(object)), object);
    byKind.set(kind, [...(byKind.get(kind) ?? []), object]);
  }
  return {
    context: name,
    connection: fake.connection ?? connected,
    controllers: fake.controllers ?? controllers(),
    namespaces: fake.namespaces ?? [],
    get: (key) => byKey.get(key),
    ofKind: (kind) => byKind.get(kind) ?? [],
    sync: (kind) => fake.sync?.[kind.kind] ?? { state: 'synced', resource: resourceOf(kind) },
    onDidChangeObjects: new Emitter<ReadonlySet<ObjectKey>>().event,
    onDidChangeStatus: new Emitter<undefined>().event,
  };
}
