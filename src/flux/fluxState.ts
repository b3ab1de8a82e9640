/**
 * What state a Flux object is in, derived from its conditions as the controllers mean them. Not kstatus: that calls a
 * permanently failing Kustomization "in progress" (spec drift 1.4). Knows one object at a time; a roll-up is the view's.
 */
import { groupOf } from './kinds.ts';
import type { ObjectId } from './objectKey.ts';
import type { Condition, FluxObject } from './objects.ts';
import { isSuspended } from './suspension.ts';
import { waitingFor } from './waitingFor.ts';

export type StateName =
  'ready' | 'progressing' | 'failed' | 'waiting' | 'stalled' | 'suspended' | 'terminating' | 'static' | 'unknown';

export type UnderlyingState = Exclude<StateName, 'suspended'>;

export interface FluxState {
  readonly name: StateName;
  /** The state below the suspension; the same as `name` when not suspended. */
  readonly underlying: UnderlyingState;
  /** True for a terminating object too, whose name stays `terminating`: Flux then neither prunes nor uninstalls. */
  readonly suspended: boolean;
  /** The controller failed and tries again by itself (`Reconciling` with reason `ProgressingWithRetry`). */
  readonly retrying: boolean;
  /** The controller's word for it, `''` where there is none. */
  readonly reason: string;
  /** The controller's sentence in full, possibly of several lines; untrusted text. */
  readonly message: string;
  /** When `Ready` last changed, in milliseconds since the epoch. */
  readonly since: number | undefined;
  /** What a waiting object waits for: an object, or the controller's words when they name none. */
  readonly waitingFor: ObjectId | string | undefined;
}

interface Verdict {
  readonly state: UnderlyingState;
  readonly reason: string;
  readonly message: string;
}

/** The condition of that type, `undefined` when it is not there. */
export function findCondition(object: FluxObject, type: string): Condition | undefined {
  return object.status?.conditions?.find((condition) => condition.type === type);
}

/** The state by the order of spec drift 1.4. */
export function fluxState(object: FluxObject): FluxState {
  const ready = findCondition(object, 'Ready');
  const verdict = terminating(object) ?? stateBelow(object);
  const suspended = isSuspended(object);
  const since = Date.parse(ready?.lastTransitionTime ?? '');
  return {
    name: suspended && verdict.state !== 'terminating' ? 'suspended' : verdict.state,
    underlying: verdict.state,
    suspended,
    retrying:
      (verdict.state === 'failed' || verdict.state === 'waiting') &&
      findCondition(object, 'Reconciling')?.reason === 'ProgressingWithRetry',
    reason: verdict.reason,
    message: verdict.message,
    since: Number.isNaN(since) ? undefined : since,
    waitingFor: verdict.state === 'waiting' ? waitingFor(object, verdict.reason, verdict.message) : undefined,
  };
}

/**
 * Kinds that no controller reconciles: `Alert` and `Provider` since v1beta3, and `HelmRepository` of type `oci`, whose
 * CRD default `observedGeneration: -1` would otherwise read as progressing for ever.
 */
export function isStatic(object: FluxObject): boolean {
  const group = groupOf(object.apiVersion);
  if (group === 'notification.toolkit.fluxcd.io' && (object.kind === 'Alert' || object.kind === 'Provider')) {
    return object.status?.conditions === undefined;
  }
  return group === 'source.toolkit.fluxcd.io' && object.kind === 'HelmRepository' && object.spec?.type === 'oci';
}

function terminating(object: FluxObject): Verdict | undefined {
  if (object.metadata.deletionTimestamp === undefined) {
    return undefined;
  }
  // A controller that cannot finish the deletion says why in Ready.
  const ready = findCondition(object, 'Ready');
  return ready?.status === 'False'
    ? verdictOf('terminating', ready)
    : { state: 'terminating', reason: '', message: 'being deleted' };
}

function stateBelow(object: FluxObject): Verdict {
  if (isStatic(object)) {
    return { state: 'static', reason: '', message: '' };
  }
  const isExternal = object.kind === 'ExternalArtifact' && groupOf(object.apiVersion) === 'source.toolkit.fluxcd.io';
  const ready = findCondition(object, 'Ready');
  if (isExternal && object.status?.artifact !== undefined) {
    // The artifact alone decides: that is what helm-controller looks at (isSourceReady), and producers may set no condition.
    return { state: 'ready', reason: ready?.reason ?? '', message: ready?.message ?? '' };
  }
  const stalled = findCondition(object, 'Stalled');
  if (stalled?.status === 'True') {
    return verdictOf('stalled', stalled);
  }
  const failing = failure(object, ready) ?? progress(object, ready);
  if (failing) {
    return failing;
  }
  return ready?.status === 'True' && !isExternal
    ? verdictOf('ready', ready)
    : { state: 'unknown', reason: '', message: 'waiting to be reconciled' };
}

function failure(object: FluxObject, ready: Condition | undefined): Verdict | undefined {
  const { generation } = object.metadata;
  if (ready?.status !== 'False' || !isObserved(ready.observedGeneration, generation)) {
    return undefined;
  }
  if (ready.reason === 'HealthCheckCanceled') {
    // The controllers cancel health checks because something newer came, and requeue at once: a push to a repository
    // with many waiting Kustomizations must not turn them all red.
    return verdictOf('progressing', ready);
  }
  return verdictOf(waitsForOther(ready) ? 'waiting' : 'failed', ready);
}

/**
 * Waiting is not failing. helm-controller has the reason SourceNotReady for a source without an artifact; both
 * controllers also report the same as ArtifactFailed, told apart from real failures only by their fixed sentences.
 */
function waitsForOther(ready: Condition): boolean {
  if (ready.reason === 'DependencyNotReady' || ready.reason === 'SourceNotReady') {
    return true;
  }
  return (
    ready.reason === 'ArtifactFailed' &&
    /^Source (artifact not found, retrying in |is not ready, artifact not found|not ready: artifact not found)/i.test(
      ready.message ?? '',
    )
  );
}

function progress(object: FluxObject, ready: Condition | undefined): Verdict | undefined {
  const reconciling = findCondition(object, 'Reconciling');
  if (reconciling?.status === 'True') {
    return verdictOf('progressing', reconciling);
  }
  if (ready?.status === 'Unknown') {
    return verdictOf('progressing', ready);
  }
  const { generation } = object.metadata;
  const observed = object.status?.observedGeneration;
  const behind =
    observed === undefined
      ? // Kinds without a generation of their own carry one in the condition (flux-operator, ArtifactGenerator).
        ready !== undefined && !isObserved(ready.observedGeneration, generation)
      : // A Ready=False of an older generation says nothing about this one, even while observedGeneration is still -1.
        (observed >= 0 && generation !== undefined && observed !== generation) ||
        (ready?.status === 'False' && !isObserved(ready.observedGeneration, generation));
  return behind
    ? { state: 'progressing', reason: '', message: 'the latest change has not been reconciled yet' }
    : undefined;
}

/** 0 and absent count as observed: some APIs leave the condition's generation at 0 (flux2 cmd/flux/readiness.go). */
function isObserved(observed: number | undefined, generation: number | undefined): boolean {
  return observed === undefined || observed === 0 || generation === undefined || observed === generation;
}

function verdictOf(state: UnderlyingState, condition: Condition): Verdict {
  return { state, reason: condition.reason ?? '', message: condition.message ?? '' };
}
