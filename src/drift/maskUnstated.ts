/**
 * Masks what lives and stands in no text of a file: where nothing tells which live values came from Secrets, any of them may
 * have. Pure; knows no kind of object.
 */
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asRecord } from '../flux/untyped.ts';
import { mask } from '../render/maskDifferences.ts';
import type { ObjectDifference } from './difference.ts';

/** Both sides with every value masked that `stated`, which is shown anyway, has nowhere. Names and kinds tell no secret. */
export function maskUnstated(difference: ObjectDifference, stated: KubernetesObject): ObjectDifference {
  const known = new Set<unknown>();
  collect(stated, known);
  const { before, after } = difference;
  const shown = (side: KubernetesObject): KubernetesObject => ({
    ...(masked({ ...side, metadata: {} }, known) as KubernetesObject),
    apiVersion: side.apiVersion,
    kind: side.kind,
    metadata: maskedMetadata(side, known),
  });
  return { ...difference, ...(before && { before: shown(before) }), ...(after && { after: shown(after) }) };
}

function maskedMetadata({ metadata }: KubernetesObject, known: ReadonlySet<unknown>): KubernetesObject['metadata'] {
  const { name, namespace, ...rest } = metadata;
  return { name, ...(namespace !== undefined && { namespace }), ...(masked(rest, known) as object) };
}

function collect(value: unknown, known: Set<unknown>): void {
  const items = asList(value) ?? Object.values(asRecord(value) ?? {});
  items.forEach((item) => collect(item, known));
  if (typeof value !== 'object') {
    known.add(value);
  }
}

function masked(value: unknown, known: ReadonlySet<unknown>): unknown {
  const list = asList(value);
  if (list) {
    return list.map((item) => masked(item, known));
  }
  const map = asRecord(value);
  if (map) {
    return Object.fromEntries(Object.entries(map).map(([key, item]) => [key, masked(item, known)]));
  }
  return value === null || value === undefined || known.has(value) ? value : mask;
}
