/**
 * Whether a reconcile or a resume that was asked for has ended, and how, read from the object as the watch brings it.
 * Knows no time: how long to wait is the caller's.
 */
import { deployedRevision } from './behindSource.ts';
import { requestedAtAnnotation } from './changes.ts';
import { findCondition, fluxState, type FluxState, isStatic } from './fluxState.ts';
import type { FluxObject } from './objects.ts';
import { sameRevision, shortRevision } from './revision.ts';
import { isSuspended } from './suspension.ts';

export type Outcome =
  | { readonly state: 'pending' }
  /** `message` in words for a person. */
  | { readonly state: 'succeeded'; readonly message: string }
  | { readonly state: 'failed'; readonly message: string; readonly because?: FailureCause };

/**
 * What a failure calls for, where that is more than to read it.
 * - `exhausted`: helm-controller has given up; only a reset or a forced upgrade makes it try again
 * - `sourceNotReady`: what it takes from is being made at this moment, or has failed by itself
 * - `dependencyNotReady`: it was put off until another object is ready, or has applied the same revision
 */
export type FailureCause = 'exhausted' | 'sourceNotReady' | 'dependencyNotReady';

export interface ReconcileRequest {
  /** The value that was written to `reconcile.fluxcd.io/requestedAt`. */
  readonly token: string;
  /** `status.lastHandledReconcileAt` before that. */
  readonly before: string | undefined;
  /** The object's uid then: an object of the same name that was made since cannot answer the request. */
  readonly uid?: string | undefined;
}

const pending: Outcome = { state: 'pending' };

/**
 * How the request ended. `object` is the newest one, `undefined` once it is deleted.
 *
 * The controllers note the token at the end of a reconcile, health checks included, so a failure that stands beside our
 * token is definite, where the flux CLI goes on waiting because kstatus calls it in progress. When another request has
 * replaced ours in the annotation, its token counts as well: the controller then never sees ours.
 */
export function reconcileOutcome(object: FluxObject | undefined, request: ReconcileRequest): Outcome {
  const gone = whyGone(object, request.uid);
  if (object === undefined || gone !== undefined) {
    return failed(gone ?? 'it was deleted');
  }
  const handled = object.status?.lastHandledReconcileAt;
  const asked = object.metadata.annotations?.[requestedAtAnnotation];
  if (handled === undefined || handled === request.before || (handled !== request.token && handled !== asked)) {
    return pending;
  }
  if (isSuspended(object)) {
    return failed('it was suspended meanwhile, so it may not have been reconciled');
  }
  return outcomeOf(object, fluxState(object));
}

/**
 * As `reconcileOutcome`, for a Kustomization on the way to another object: once it has applied `wanted`, the revision that its
 * source holds, the way is free. Its health checks may go on for minutes, or fail by a neighbour of that object, and are
 * nothing to wait for (kustomize-controller `checkHealth` says when it begins them, after all is applied and pruned).
 */
export function appliedOutcome(
  object: FluxObject | undefined,
  request: ReconcileRequest,
  wanted: string | undefined,
): Outcome {
  const outcome = reconcileOutcome(object, request);
  if (object === undefined || object.metadata.deletionTimestamp !== undefined || outcome.state === 'succeeded') {
    return outcome;
  }
  const applied: Outcome = { state: 'succeeded', message: `applied revision ${shortRevision(wanted)}` };
  if (outcome.state === 'failed') {
    // A revision is noted as attempted before it is built, so it proves something only beside a health check.
    const { reason } = fluxState(object);
    const isApplied = reason === 'HealthCheckFailed' && sameRevision(object.status?.lastAttemptedRevision, wanted);
    return isApplied ? applied : outcome;
  }
  const reconciling = findCondition(object, 'Reconciling');
  const [, checking] =
    /^Running health checks for revision (\S+) with a timeout of /.exec(reconciling?.message ?? '') ?? [];
  const isOfThisSpec = reconciling?.observedGeneration === object.metadata.generation;
  return isOfThisSpec && !isSuspended(object) && sameRevision(checking, wanted) ? applied : outcome;
}

/**
 * Whether an object that others wait for has become ready by itself, as `dependsOn` asks (kustomize-controller
 * `checkDependencies`). `wanted` is the revision that it must have applied, where both take from one source. Fails as soon as it
 * has tried that and failed.
 */
export function dependencyOutcome(object: FluxObject | undefined, wanted: string | undefined): Outcome {
  const gone = whyGone(object, undefined);
  if (object === undefined || gone !== undefined) {
    return failed(gone ?? 'it was deleted');
  }
  if (isSuspended(object)) {
    return failed('it is suspended');
  }
  const { lastAppliedRevision, lastAttemptedRevision } = object.status ?? {};
  const outcome = outcomeOf(object, fluxState(object));
  const is = (revision: string | undefined): boolean => wanted === undefined || sameRevision(revision, wanted);
  switch (outcome.state) {
    case 'succeeded':
      return is(lastAppliedRevision) ? outcome : pending;
    case 'failed':
      return outcome.because !== 'dependencyNotReady' && is(lastAttemptedRevision) ? outcome : pending;
    case 'pending':
      return pending;
  }
}

/**
 * How a resume ended. `generation` is the object's after the patch; conditions of an older one do not count, for a
 * resumed object shows its last state until the controller has looked at it. Kinds that nobody reconciles are resumed at once.
 */
export function resumeOutcome(object: FluxObject | undefined, generation: number): Outcome {
  const gone = whyGone(object, undefined);
  if (object === undefined || gone !== undefined) {
    return failed(gone ?? 'it was deleted');
  }
  if ((object.metadata.generation ?? 0) < generation) {
    return pending; // an event from before the patch
  }
  if (isSuspended(object)) {
    return failed('it was suspended again');
  }
  if (isStatic(object)) {
    return { state: 'succeeded', message: 'resumed' };
  }
  const ready = findCondition(object, 'Ready');
  const stalled = findCondition(object, 'Stalled');
  const decisive = stalled?.status === 'True' ? stalled : ready;
  const own = decisive?.observedGeneration ?? 0;
  const observed = own === 0 ? (object.status?.observedGeneration ?? 0) : own;
  return decisive === undefined || observed < generation ? pending : outcomeOf(object, fluxState(object));
}

/** What a finished reconcile achieved, such as `applied revision main@5f2c1a9`. */
export function successText(object: FluxObject): string {
  const artifact = object.status?.artifact?.revision ?? '';
  if (artifact !== '') {
    return `fetched revision ${shortRevision(artifact)}`;
  }
  const applied = deployedRevision(object) ?? object.status?.lastAttemptedRevision ?? '';
  return applied === '' ? 'reconciled' : `applied revision ${shortRevision(applied)}`;
}

function whyGone(object: FluxObject | undefined, uid: string | undefined): string | undefined {
  if (object === undefined) {
    return 'it was deleted';
  }
  if (uid !== undefined && object.metadata.uid !== undefined && object.metadata.uid !== uid) {
    return 'it was deleted and created again';
  }
  return object.metadata.deletionTimestamp === undefined ? undefined : 'it is being deleted';
}

function outcomeOf(object: FluxObject, state: FluxState): Outcome {
  switch (state.underlying) {
    case 'ready':
    case 'static':
      return { state: 'succeeded', message: successText(object) };
    case 'failed':
    case 'stalled':
    case 'waiting': // noted at the end of a reconcile that found its dependency or source not ready
      return isBetweenRuns(object, state) ? pending : failed(state.message, causeOf(object, state));
    case 'terminating':
      return failed('it is being deleted');
    case 'progressing':
    case 'unknown':
      return pending;
  }
}

/** helm-controller uninstalls a release whose target changed, and requeues at once: not the end that was asked for. */
function isBetweenRuns(object: FluxObject, state: FluxState): boolean {
  return (
    state.underlying === 'failed' &&
    state.reason === 'UninstallSucceeded' &&
    findCondition(object, 'Reconciling')?.reason === 'Progressing'
  );
}

/** helm-controller's words (api v2 `RetriesExceeded`); a release also stalls where an upgrade may not be remedied. */
function causeOf({ kind }: FluxObject, { underlying, reason }: FluxState): FailureCause | undefined {
  if (kind === 'HelmRelease' && underlying === 'stalled' && reason === 'RetriesExceeded') {
    return 'exhausted';
  }
  if (underlying !== 'waiting') {
    return undefined;
  }
  return reason === 'DependencyNotReady' ? 'dependencyNotReady' : 'sourceNotReady';
}

function failed(message: string, because?: FailureCause): Outcome {
  const words = message === '' ? 'the controller gave no reason' : message;
  return { state: 'failed', message: words, ...(because ? { because } : {}) };
}
