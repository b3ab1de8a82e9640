/**
 * Whether a Kustomization has applied what it builds since an object was written that it takes variables from: then nothing older of
 * that object stands in what it applied. By status and managed fields alone; asks nobody.
 */
import { parseDuration } from '../flux/durations.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asText, fieldAt } from '../flux/untyped.ts';

/** Clocks of controller and API server differ, and managed fields tell whole seconds. */
const marginMs = 60_000;

/**
 * `moment`: milliseconds since the epoch. False also where the status does not say: before kustomize-controller 1.7 it has no
 * history, whose newest entry is the first.
 */
export function appliedSince({ metadata, status }: KubernetesObject, moment: number): boolean {
  const newest = asList(fieldAt(status, 'history'))?.[0];
  const end = Date.parse(asText(fieldAt(newest, 'lastReconciled')) ?? '');
  const took = parseDuration(asText(fieldAt(newest, 'lastReconciledDuration')) ?? '') ?? Number.NaN;
  return (
    fieldAt(newest, 'lastReconciledStatus') === 'ReconciliationSucceeded' &&
    metadata.generation !== undefined &&
    fieldAt(status, 'observedGeneration') === metadata.generation &&
    end - took - marginMs > moment
  );
}

/** In milliseconds since the epoch; `Infinity` where the object does not say of every writer. */
export function lastWritten({ metadata }: KubernetesObject): number {
  const writers = asList(fieldAt(metadata, 'managedFields')) ?? [];
  const times = writers.map((writer) => Date.parse(asText(fieldAt(writer, 'time')) ?? ''));
  return times.length === 0 || times.some(Number.isNaN) ? Infinity : Math.max(...times);
}
