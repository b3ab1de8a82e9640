/**
 * What a user may do to a Flux object: reconcile, suspend, resume (spec drift 2). Reads the object fresh, refuses what would
 * look like success and do nothing, sends one patch, waits for the controllers. Writes to the cluster and to no store: the
 * effect comes back by the watch. Asks nobody; whether the user may is for the caller to have settled.
 */
import { Backoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { Failure, isFailure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import {
  canReconcile,
  type MergePatch,
  newRequestToken,
  reconcileChain,
  reconcilePatch,
  resumePatch,
  suspendPatch,
} from '../flux/changes.ts';
import { sharedSources } from '../flux/consumers.ts';
import { parseDuration } from '../flux/durations.ts';
import { displayName, idOf, objectKey, type ObjectId } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import { type Outcome, reconcileOutcome, type ReconcileRequest, resumeOutcome } from '../flux/outcomes.ts';
import { ownerOf, sourceOf } from '../flux/references.ts';
import { isSuspended } from '../flux/suspension.ts';
import type { SuspensionNote } from '../flux/suspensionNote.ts';
import type { ActionResult } from './actionResult.ts';
import { awaitOutcome, type Awaited, pause } from './awaitOutcome.ts';
import { bareResult } from './bareResult.ts';
import type { ApiResource, ClusterApi } from './clusterApi.ts';
import type { Controllers } from './clusterState.ts';
import { appliedBySpec, missingController } from './controllerOf.ts';

export interface ActionParts {
  /** Of the one context that the user named. */
  readonly api: ClusterApi;
  readonly clock: Clock;
  readonly log: Log;
  /** What is known of Flux's controllers, to name the one that does not run. */
  readonly controllers?: () => Controllers;
  readonly random?: () => number;
  /** All that is known of the cluster, to count who else takes from a source; nothing is said of it without. */
  readonly objects?: () => Iterable<FluxObject>;
}

export interface ActionRequest {
  readonly id: ObjectId;
  /** Stops waiting; what was sent goes on in the cluster. */
  readonly signal: AbortSignal;
  /** What is being waited for, for a progress message. */
  readonly report?: (message: string) => void;
  /** Of a suspension: who does it and why, to be kept with the object. */
  readonly note?: SuspensionNote;
}

export interface ReconcileOptions {
  /** HelmRelease only: one upgrade although nothing changed or retries are exhausted. */
  readonly force?: boolean;
  /** HelmRelease only: forgets counted failures. */
  readonly reset?: boolean;
}

const defaultTimeoutMs = 300_000;
// The controller itself reports that the object's time-out has passed, with what was not ready: let it have the word.
const graceMs = 30_000;
// A source's time-out of seconds is for one fetch; the queue before it takes its time too.
const shortestWaitMs = 60_000;
const conflictTries = 5;
const stoppedUnderWay = 'stopped while the request was under way; it may have reached the cluster';

/** An object as it was read, and where. */
export interface Found {
  readonly resource: ApiResource;
  readonly object: FluxObject;
}

/** Asks the controller for a reconcile and waits for its end. */
export function reconcileObject(
  parts: ActionParts,
  request: ActionRequest,
  options: ReconcileOptions = {},
): Promise<ActionResult> {
  return asResult(request, async () => {
    const found = await findObject(parts, request.id, request.signal);
    switch (canReconcile(found.object)) {
      case 'suspended':
        throw suspended(request.id);
      case 'static':
        return { state: 'succeeded', message: `nothing to reconcile: ${describe(request.id)} is used as it is` };
      case 'yes':
        return reconcileFound(parts, request, found, options);
    }
  });
}

/** Has helm-controller forget the failures that it has counted, so that it tries again, and waits for the end of that. */
export function resetRelease(parts: ActionParts, request: ActionRequest): Promise<ActionResult> {
  return reconcileObject(parts, request, { reset: true });
}

/**
 * Reconciles what the object is made from, then the object, each waited for before the next. One suspended or missing link
 * refuses all before anything is sent.
 */
export function reconcileWithSource(
  parts: ActionParts,
  request: ActionRequest,
  options: ReconcileOptions = {},
): Promise<ActionResult> {
  return asResult(request, async () => {
    const links = await findChain(parts, request.id, request.signal);
    const first = links.get(keyOf(request.id));
    if (!first) {
      throw notFound(request.id);
    }
    const chain = reconcileChain(first.object, (id) => links.get(keyOf(id))?.object);
    if (chain.state === 'refused') {
      throw refusal(chain.reason, chain.id);
    }
    let result: ActionResult = { state: 'succeeded', message: 'nothing to reconcile' };
    for (const step of chain.steps) {
      const found = links.get(keyOf(idOf(step)));
      if (!found) {
        throw notFound(idOf(step));
      }
      const isTarget = keyOf(idOf(step)) === keyOf(request.id);
      const stepRequest = { ...request, id: idOf(step) };
      result = await reconcileFound(parts, stepRequest, found, isTarget ? options : {});
      if (result.state !== 'succeeded') {
        return isTarget ? result : { ...result, message: `${describe(stepRequest.id)}: ${result.message}` };
      }
    }
    const steps = chain.steps.map(idOf);
    return { ...result, message: `${result.message}${alsoMoves(parts, steps, [...steps, request.id], 'moved')}` };
  });
}

/** `; also moved 19 other objects that take from GitRepository flux-system/flux-system`, `''` where nobody else takes from them. */
export function alsoMoves(
  parts: ActionParts,
  sources: readonly ObjectId[],
  but: readonly ObjectId[],
  word: 'moves' | 'moved',
): string {
  return sharedSources(sources, parts.objects?.() ?? [], but)
    .map(({ id, others }) => {
      const objects = others === 1 ? '1 other object that takes' : `${others} other objects that take`;
      return `; also ${word} ${objects} from ${describe(id)}`;
    })
    .join('');
}

/** Nothing is waited for: a reconcile that runs is not interrupted, and the next one does not begin. */
export function suspendObject(parts: ActionParts, request: ActionRequest): Promise<ActionResult> {
  return asResult(request, async () => {
    const found = await findObject(parts, request.id, request.signal);
    if (isSuspended(found.object)) {
      // Somebody was faster: whose word is there is not written over.
      return { state: 'succeeded', message: 'it was suspended already' };
    }
    const patch = suspendPatch(found.object, request.note);
    if (!patch) {
      throw new Failure('invalid', `${describe(request.id)} cannot be suspended`);
    }
    await send(parts, found, patch, request.signal);
    // What is suspended does not apply its own manifest.
    const undone = appliesItself(found.object) ? {} : undoneByParent(found.object);
    return { state: 'succeeded', message: 'suspended', ...undone };
  });
}

/**
 * Removes the suspension and waits for the reconcile that follows by itself. Where that is put off until something else is ready the
 * resume has succeeded all the same: the controller tries again without being asked.
 */
export function resumeObject(parts: ActionParts, request: ActionRequest): Promise<ActionResult> {
  return asResult(request, async () => {
    const found = await findObject(parts, request.id, request.signal);
    const patch = resumePatch(found.object, newRequestToken(parts.clock.now(), parts.random));
    if (!patch) {
      throw new Failure('invalid', `${describe(request.id)} cannot be suspended or resumed`);
    }
    const sent = await send(parts, found, patch, request.signal);
    const generation = sent.metadata.generation ?? 0;
    const result = await waitFor(parts, request, { ...found, object: sent }, (object) =>
      resumeOutcome(object, generation),
    );
    if (result.state === 'succeeded' || isPutOff(result)) {
      const message = result.state === 'succeeded' ? result.message : `put off for now, ${result.message}`;
      return { state: 'succeeded', message, ...undoneByParent(found.object) };
    }
    return result;
  });
}

function isPutOff(result: ActionResult): result is Extract<ActionResult, { state: 'failed' }> {
  return result.state === 'failed' && (result.because === 'dependencyNotReady' || result.because === 'sourceNotReady');
}

/** `outcome` tells the end, given what was asked; that of a reconcile unless given. */
export async function reconcileFound(
  parts: ActionParts,
  request: ActionRequest,
  found: Found,
  options: ReconcileOptions,
  outcome: (object: FluxObject | undefined, asked: ReconcileRequest) => Outcome = reconcileOutcome,
): Promise<ActionResult> {
  const token = newRequestToken(parts.clock.now(), parts.random);
  const before = found.object.status?.lastHandledReconcileAt;
  const { uid } = found.object.metadata;
  request.report?.(`asking for ${describe(request.id)}`);
  const sent = await send(parts, found, reconcilePatch(token, options), request.signal);
  return waitFor(parts, request, { ...found, object: sent }, (object) => outcome(object, { token, before, uid }));
}

/** Watches the object as it is and sends nothing. */
export async function waitFor(
  parts: ActionParts,
  request: ActionRequest,
  found: Found,
  outcome: (object: FluxObject | undefined) => Outcome,
): Promise<ActionResult> {
  const missing = missingController(request.id, parts.controllers?.());
  request.report?.(missing === undefined ? `waiting for ${describe(request.id)}` : `waiting, although ${missing}`);
  const timeoutMs = timeoutOf(found.object);
  const { resource, object: start } = found;
  const awaited = await awaitOutcome(parts, { resource, start, outcome, timeoutMs, signal: request.signal });
  return resultOf(parts, request, awaited, timeoutMs);
}

function resultOf(parts: ActionParts, request: ActionRequest, awaited: Awaited, timeoutMs: number): ActionResult {
  switch (awaited.state) {
    case 'succeeded':
      return { state: 'succeeded', message: awaited.message };
    case 'failed': {
      const { message, because } = awaited;
      return { state: 'failed', message, ...(because === undefined ? {} : { because }) };
    }
    case 'stopped':
      return { state: 'stopped', message: 'stopped waiting; the reconcile goes on in the cluster' };
    case 'timedOut': {
      const why = missingController(request.id, parts.controllers?.()) ?? whyUnanswered(awaited.last);
      const waited = `no answer after ${Math.round(timeoutMs / 1000)} s`;
      const failure = new Failure('timeout', why === undefined ? waited : `${waited}: ${why}`);
      return { state: 'failed', message: failure.message, failure };
    }
  }
}

/** An object that is left to a shard waits for ever when no controller has that shard. */
function whyUnanswered(object: FluxObject): string | undefined {
  const shard = object.metadata.labels?.['sharding.fluxcd.io/key'];
  return shard === undefined ? undefined : `it is left to the controllers of shard ${shard}, and none took it up`;
}

function timeoutOf(object: FluxObject): number {
  const own = object.spec?.timeout === undefined ? undefined : parseDuration(object.spec.timeout);
  return Math.max(shortestWaitMs, own ?? defaultTimeoutMs) + graceMs;
}

/** With `managedFields`: they tell who else writes `spec.suspend`. */
export async function findObject(parts: ActionParts, id: ObjectId, signal: AbortSignal): Promise<Found> {
  const resource = await parts.api.findResource(id, signal);
  if (!resource) {
    throw new Failure('notFound', `${parts.api.context} does not serve the kind ${id.kind}`);
  }
  return { resource, object: await parts.api.getWithManagedFields(resource, id, signal) };
}

/** The object and all it is made from, by key; what does not exist is left out. */
async function findChain(
  parts: ActionParts,
  first: ObjectId,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Found>> {
  const links = new Map<string, Found>();
  let next: ObjectId | undefined = first;
  while (next && !links.has(keyOf(next))) {
    try {
      const found: Found = await findObject(parts, next, signal);
      links.set(keyOf(next), found);
      next = sourceOf(found.object);
    } catch (error) {
      if (!isFailure(error, 'notFound')) {
        throw error;
      }
      next = undefined;
    }
  }
  return links;
}

/** A merge patch without a version conflicts only inside the server, which asks to try again. */
async function send(parts: ActionParts, found: Found, patch: MergePatch, signal: AbortSignal): Promise<FluxObject> {
  const backoff = new Backoff({ firstMs: 200, maxMs: 2_000, ...(parts.random ? { random: parts.random } : {}) });
  const id = idOf(found.object);
  for (;;) {
    try {
      const object = await parts.api.mergePatch(found.resource, id, patch, signal);
      parts.log.info(`${parts.api.context}: patched ${describe(id)}`);
      return object;
    } catch (error) {
      if (isFailure(error, 'cancelled')) {
        throw new Failure('cancelled', stoppedUnderWay, { cause: error });
      }
      if (!isFailure(error, 'conflict') || backoff.attempt + 1 >= conflictTries) {
        throw error;
      }
      await pause(parts.clock, backoff.next(), signal);
    }
  }
}

/**
 * Failures become results, and results lose the credentials that they quote; a stop before anything was accepted says so. Anything
 * else is a bug and is thrown on.
 */
export async function asResult(request: ActionRequest, work: () => Promise<ActionResult>): Promise<ActionResult> {
  try {
    return bareResult(await work());
  } catch (error) {
    if (!isFailure(error)) {
      throw error;
    }
    if (error.reason === 'cancelled' && request.signal.aborted) {
      const underWay = error.message === stoppedUnderWay;
      return { state: 'stopped', message: underWay ? stoppedUnderWay : 'stopped before anything was sent' };
    }
    return bareResult({ state: 'failed', message: error.message, failure: error });
  }
}

function appliesItself(object: FluxObject): boolean {
  const owner = ownerOf(object);
  return owner !== undefined && keyOf(owner.id) === keyOf(idOf(object));
}

function undoneByParent(object: FluxObject): { readonly warning?: string } {
  const parent = appliedBySpec(object, 'suspend');
  return parent === undefined ? {} : { warning: `its manifest sets suspend, so ${parent} will set it back` };
}

/** `message` outweighs the usual words. */
export function refusal(reason: 'suspended' | 'notFound' | 'unsupported', id: ObjectId, message?: string): Failure {
  switch (reason) {
    case 'suspended':
      return suspended(id);
    case 'notFound':
      return message === undefined ? notFound(id) : new Failure('notFound', message);
    case 'unsupported':
      return new Failure('invalid', `${describe(id)} cannot be reconciled: what makes it is not a kind of Flux`);
  }
}

function suspended(id: ObjectId): Failure {
  return new Failure('suspended', `${describe(id)} is suspended`);
}

export function notFound(id: ObjectId): Failure {
  return new Failure('notFound', `${describe(id)} does not exist`);
}

export function describe(id: ObjectId): string {
  return `${id.kind} ${displayName(id)}`;
}

function keyOf(id: ObjectId): string {
  return objectKey('', id);
}
