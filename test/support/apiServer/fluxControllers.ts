/**
 * Stand-ins of the Flux controllers: they answer a client's requests as the controllers do, by status alone. They fetch,
 * render and apply nothing; an object ends in the conditions it had before, or as a test scripts it. They act on changes that
 * came by a request, never on what a test puts in by hand, so a recorded state stays as it was recorded.
 *
 * Read in kustomize-controller 1.9 (finalizeStatus), helm-controller 1.6 (Reconcile) and source-controller 1.9, and watched
 * on a cluster with them: the conditions and the rest of the status (token, observedGeneration, revisions) come in two
 * writes, conditions first, so there is always a moment in which a new condition stands beside an old token.
 */
import type { Clock } from '../../../src/base/clock.ts';
import { Disposables } from '../../../src/base/disposables.ts';
import { findFluxKind } from '../../../src/flux/kinds.ts';
import { idOf, objectKey, type ObjectId } from '../../../src/flux/objectKey.ts';
import type { Condition } from '../../../src/flux/objects.ts';
import { type ApiObject, isJsonObject, type JsonObject, stringAt, valueAt, withMeta } from './apiObject.ts';
import type { Discovery, ServedResource } from './discovery.ts';
import { apiTime, type Change, type ObjectStore } from './objectStore.ts';
import type { ObjectWrites } from './objectWrites.ts';

/**
 * How a reconcile ends. `status` is merged in (`null` removes); `retrying` keeps Reconciling=True/ProgressingWithRetry, as a
 * failure that is tried again; `stalled` sets Stalled=True.
 */
export interface ReconcileOutcome {
  readonly ready: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
  readonly retrying?: boolean;
  readonly stalled?: boolean;
  readonly status?: JsonObject;
}

const requestedAt = 'reconcile.fluxcd.io/requestedAt';
const forceAt = 'reconcile.fluxcd.io/forceAt';
const resetAt = 'reconcile.fluxcd.io/resetAt';
const fluxFinalizer = 'finalizers.fluxcd.io';

/** The controllers by group. Ready goes Unknown where it does so in truth; sources and releases keep it while they work. */
const controllers: Readonly<Record<string, { readonly name: string; readonly marksReadyUnknown: boolean }>> = {
  'kustomize.toolkit.fluxcd.io': { name: 'kustomize-controller', marksReadyUnknown: true },
  'helm.toolkit.fluxcd.io': { name: 'helm-controller', marksReadyUnknown: false },
  'source.toolkit.fluxcd.io': { name: 'source-controller', marksReadyUnknown: false },
};

/** The message of Reconciling=True/Progressing while a controller works on an object. */
function progressOf(object: ApiObject): string {
  switch (object.kind) {
    case 'Kustomization':
      return `Fetching manifests for revision ${stringAt(object, 'status', 'lastAttemptedRevision') ?? ''}`;
    case 'HelmRelease':
      return 'Fulfilling prerequisites';
    default: {
      const observed = Number(valueAt(object, 'status', 'observedGeneration') ?? -1);
      const generation = object.metadata.generation ?? 0;
      return observed === generation
        ? 'reconciliation in progress'
        : `processing object: new generation ${observed} -> ${generation}`;
    }
  }
}

interface Run {
  /** The token at the start: a newer one that comes meanwhile gives another run. */
  readonly token: string | undefined;
  readonly before: readonly Condition[];
}

export class FluxControllers {
  readonly #store: ObjectStore;
  readonly #writes: ObjectWrites;
  readonly #discovery: Discovery;
  readonly #clock: Clock;
  readonly #reconcileMs: number;
  readonly #scripts = new Map<string, ReconcileOutcome>();
  readonly #running = new Map<string, Run>();
  readonly #lifetime = new Disposables();

  constructor(parts: {
    store: ObjectStore;
    writes: ObjectWrites;
    discovery: Discovery;
    clock: Clock;
    reconcileMs: number;
  }) {
    this.#store = parts.store;
    this.#writes = parts.writes;
    this.#discovery = parts.discovery;
    this.#clock = parts.clock;
    this.#reconcileMs = parts.reconcileMs;
    this.#lifetime.add(this.#store.onDidChange((change) => this.#react(change)));
  }

  script(id: ObjectId, outcome: ReconcileOutcome | undefined): void {
    const key = objectKey('', id);
    if (outcome) {
      this.#scripts.set(key, outcome);
    } else {
      this.#scripts.delete(key);
    }
  }

  dispose(): void {
    this.#lifetime.dispose();
  }

  #react(change: Change): void {
    const { object, previous } = change;
    if (change.type === 'DELETED' || change.origin === 'controller') {
      return;
    }
    const id = idOf(object);
    if (id.group === 'apps' && id.kind === 'Deployment') {
      this.#rollOut(object);
      return;
    }
    if (change.origin !== 'request' || !findFluxKind(id.group, id.kind)) {
      return;
    }
    const asked = object.metadata.annotations?.[requestedAt];
    const requested = asked !== undefined && asked !== previous?.metadata.annotations?.[requestedAt];
    if (requested || object.metadata.generation !== previous?.metadata.generation) {
      this.#pickUp(object);
    }
  }

  /** In the next turn, not within the request: a client never sees its own patch answered with the outcome. */
  #pickUp(object: ApiObject): void {
    const id = idOf(object);
    this.#later(1, () => {
      const current = this.#read(id);
      if (!current || this.#running.has(objectKey('', id)) || !this.#isRunning(id.group)) {
        return;
      }
      if (current.metadata.deletionTimestamp !== undefined) {
        this.#later(this.#reconcileMs, () => this.#release(id));
      } else if (current.spec?.['suspend'] === true) {
        this.#recordOnly(current);
      } else if (!isStatic(current)) {
        this.#begin(current);
      }
    });
  }

  /** The token is recorded although nothing ran; a ready object also counts the generation as observed. */
  #recordOnly(object: ApiObject): void {
    const ready = conditionsOf(object).some((condition) => condition.type === 'Ready' && condition.status === 'True');
    this.#write(idOf(object), {
      ...handled(object.metadata.annotations?.[requestedAt]),
      ...(ready ? { observedGeneration: object.metadata.generation } : {}),
    });
  }

  #begin(object: ApiObject): void {
    const id = idOf(object);
    const controller = controllers[id.group];
    if (!controller) {
      return;
    }
    const before = conditionsOf(object);
    this.#running.set(objectKey('', id), { token: object.metadata.annotations?.[requestedAt], before });
    const neverReady = !before.some((condition) => condition.type === 'Ready');
    const now = this.#conditions(object, [
      { type: 'Reconciling', status: 'True', reason: 'Progressing', message: progressOf(object) },
      ...(controller.marksReadyUnknown || neverReady
        ? [{ type: 'Ready', status: 'Unknown', reason: 'Progressing', message: 'Reconciliation in progress' } as const]
        : []),
    ]);
    this.#write(id, { conditions: now.filter((condition) => condition.type !== 'Stalled') });
    this.#later(this.#reconcileMs, () => this.#finish(id));
  }

  #finish(id: ObjectId): void {
    const key = objectKey('', id);
    const run = this.#running.get(key);
    const object = this.#read(id);
    this.#running.delete(key);
    if (!run || !object) {
      return;
    }
    const outcome = this.#scripts.get(key);
    const conditions = this.#conditions(object, outcome ? scripted(outcome) : recorded(run.before));
    const ready = conditions.find((condition) => condition.type === 'Ready');
    // A failing Kustomization keeps its old observedGeneration: it advances on success and when it stalls.
    const observed = ready?.status === 'True' || conditions.some((condition) => condition.type === 'Stalled');
    this.#write(id, { conditions });
    this.#write(id, {
      ...handled(run.token),
      ...handledHelmRequests(object),
      ...(observed || id.group === 'helm.toolkit.fluxcd.io' ? { observedGeneration: object.metadata.generation } : {}),
      ...(ready?.status === 'True' ? this.#applied(object) : {}),
      ...outcome?.status,
    });
    this.#report(object, ready);
    const newer = this.#read(id);
    const token = newer?.metadata.annotations?.[requestedAt];
    if (newer && (token !== run.token || newer.metadata.generation !== object.metadata.generation)) {
      this.#pickUp(newer);
    }
  }

  /** A Kustomization that ended well has applied what its source holds now. */
  #applied(object: ApiObject): JsonObject {
    const reference = valueAt(object, 'spec', 'sourceRef');
    if (object.kind !== 'Kustomization' || !isJsonObject(reference)) {
      return {};
    }
    const resource = this.#discovery.findKind('source.toolkit.fluxcd.io', stringAt(reference, 'kind') ?? '');
    const namespace = stringAt(reference, 'namespace') ?? object.metadata.namespace ?? '';
    const source = resource && this.#store.get(resource, namespace, stringAt(reference, 'name') ?? '');
    const revision = stringAt(source, 'status', 'artifact', 'revision');
    return revision === undefined ? {} : { lastAppliedRevision: revision, lastAttemptedRevision: revision };
  }

  #release(id: ObjectId): void {
    const object = this.#read(id);
    const resource = this.#resource(id);
    const rest = object?.metadata.finalizers?.filter((finalizer) => finalizer !== fluxFinalizer) ?? [];
    if (!object || !resource) {
      return;
    }
    if (rest.length === 0) {
      this.#store.remove(resource, id.namespace, id.name, 'controller');
    } else {
      this.#store.write(resource, withMeta(object, { finalizers: rest }), 'controller');
    }
  }

  /** The event that the controllers post at the end of a reconcile. */
  #report(object: ApiObject, ready: Condition | undefined): void {
    const events = this.#discovery.findKind('', 'Event');
    if (!events || !ready) {
      return;
    }
    const time = apiTime(this.#clock.now());
    const { namespace = '', name, uid = '', resourceVersion = '' } = object.metadata;
    this.#store.write(
      events,
      {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: `${name}.${resourceVersion}`, namespace },
        involvedObject: { apiVersion: object.apiVersion, kind: object.kind, namespace, name, uid, resourceVersion },
        type: ready.status === 'False' ? 'Warning' : 'Normal',
        reason: ready.reason ?? '',
        message: ready.message ?? '',
        count: 1,
        firstTimestamp: time,
        lastTimestamp: time,
        source: { component: controllers[idOf(object).group]?.name ?? '' },
        reportingComponent: controllers[idOf(object).group]?.name ?? '',
      },
      'controller',
    );
  }

  /** Replicas come and go at once; a controller scaled up again picks up what was asked of it meanwhile. */
  #rollOut(deployment: ApiObject): void {
    const asked = valueAt(deployment, 'spec', 'replicas');
    const replicas = typeof asked === 'number' ? asked : 1;
    const resource = this.#resource(idOf(deployment));
    if (!resource || (valueAt(deployment, 'status', 'replicas') ?? 0) === replicas) {
      return;
    }
    this.#later(1, () => {
      const current = this.#read(idOf(deployment));
      if (current) {
        const count = replicas === 0 ? null : replicas; // none is left out, as the API server writes a zero
        const counts = { replicas: count, readyReplicas: count, availableReplicas: count, updatedReplicas: count };
        const status = { ...counts, observedGeneration: current.metadata.generation };
        this.#writes.patchStatus(resource, idLike(current), status, 'controller');
        this.#catchUp();
      }
    });
  }

  #catchUp(): void {
    for (const group of Object.keys(controllers)) {
      for (const kind of [
        'Kustomization',
        'HelmRelease',
        'GitRepository',
        'OCIRepository',
        'HelmRepository',
        'HelmChart',
        'Bucket',
      ]) {
        const resource = this.#discovery.findKind(group, kind);
        for (const object of resource ? this.#store.list(resource) : []) {
          const token = object.metadata.annotations?.[requestedAt];
          if (token !== undefined && token !== valueAt(object, 'status', 'lastHandledReconcileAt')) {
            this.#pickUp(object);
          }
        }
      }
    }
  }

  /** A controller without a Deployment in the store counts as running: most tests have none. */
  #isRunning(group: string): boolean {
    const deployments = this.#discovery.findKind('apps', 'Deployment');
    const name = controllers[group]?.name;
    const found = deployments && this.#store.list(deployments).find((object) => object.metadata.name === name);
    return valueAt(found, 'spec', 'replicas') !== 0;
  }

  /** The object's conditions with the given ones set; its time moves when it says something else. */
  #conditions(object: ApiObject, set: readonly Omit<Condition, 'lastTransitionTime'>[]): readonly Condition[] {
    const before = conditionsOf(object);
    const now = apiTime(this.#clock.now());
    const withTime = set.map((condition): Condition => {
      const old = before.find((other) => other.type === condition.type);
      // fluxcd/pkg runtime/conditions: any other status, reason or message is a transition.
      const same =
        old?.status === condition.status && old.reason === condition.reason && old.message === condition.message;
      const kept = same ? old.lastTransitionTime : undefined;
      const observedGeneration = object.metadata.generation ?? 0;
      return { ...condition, lastTransitionTime: kept ?? now, observedGeneration };
    });
    const rest = before.filter(
      (condition) => condition.type !== 'Reconciling' && !set.some((other) => other.type === condition.type),
    );
    return [...withTime, ...rest];
  }

  #resource(id: ObjectId): ServedResource | undefined {
    return this.#discovery.findKind(id.group, id.kind);
  }

  #read(id: ObjectId): ApiObject | undefined {
    const resource = this.#resource(id);
    return resource && this.#store.get(resource, id.namespace, id.name);
  }

  #write(id: ObjectId, status: JsonObject): void {
    const resource = this.#resource(id);
    if (resource && this.#read(id)) {
      this.#writes.patchStatus(resource, id, status, 'controller');
    }
  }

  #later(ms: number, callback: () => void): void {
    const timer = this.#lifetime.add(
      this.#clock.after(ms, () => {
        this.#lifetime.release(timer);
        callback();
      }),
    );
  }
}

function conditionsOf(object: ApiObject): readonly Condition[] {
  const conditions = valueAt(object, 'status', 'conditions');
  return Array.isArray(conditions) ? (conditions.filter(isJsonObject) as unknown as readonly Condition[]) : [];
}

function idLike(object: ApiObject): { namespace: string; name: string } {
  return { namespace: object.metadata.namespace ?? '', name: object.metadata.name };
}

function handled(token: string | undefined): JsonObject {
  return token === undefined ? {} : { lastHandledReconcileAt: token };
}

/** Recorded even where nothing was forced or reset. */
function handledHelmRequests(object: ApiObject): JsonObject {
  const { [forceAt]: force, [resetAt]: reset } = object.metadata.annotations ?? {};
  if (object.kind !== 'HelmRelease') {
    return {};
  }
  return {
    ...(force === undefined ? {} : { lastHandledForceAt: force }),
    ...(reset === undefined ? {} : { lastHandledResetAt: reset }),
  };
}

/** Kinds that no controller writes a status for. */
function isStatic(object: ApiObject): boolean {
  return object.kind === 'ExternalArtifact' || (object.kind === 'HelmRepository' && object.spec?.['type'] === 'oci');
}

type Wanted = Omit<Condition, 'lastTransitionTime'>;

function scripted(outcome: ReconcileOutcome): readonly Wanted[] {
  const { ready: status, reason, message } = outcome;
  return [
    { type: 'Ready', status, reason, message },
    ...(outcome.retrying
      ? [{ type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message } as const]
      : []),
    ...(outcome.stalled ? [{ type: 'Stalled', status: 'True', reason, message } as const] : []),
  ];
}

/** What the object said before; an object that said nothing yet becomes ready. */
function recorded(before: readonly Condition[]): readonly Wanted[] {
  const settled = before.filter((condition) => condition.type !== 'Reconciling' || condition.reason !== 'Progressing');
  const ready = settled.find((condition) => condition.type === 'Ready');
  if (ready && ready.status !== 'Unknown') {
    return settled.map(({ lastTransitionTime: _time, ...condition }) => condition);
  }
  return [
    ...settled.filter((condition) => condition.type !== 'Ready' && condition.type !== 'Reconciling'),
    { type: 'Ready', status: 'True', reason: 'ReconciliationSucceeded', message: 'Applied' },
  ];
}
