/**
 * Which object of a build a document of a file has become. Goes by names, for builds say of few objects where they come from; where
 * several could be it, it is none. Pure.
 */
import { groupOf } from '../flux/kinds.ts';
import type { DesiredObject } from '../render/desired.ts';

/** An object as a document states it. */
export interface StatedIdentity {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  /** `undefined` where the document has none. */
  readonly namespace: string | undefined;
}

/** A build may set another namespace, and put text around a name (prefixes, hashes). */
export function builtDocument(stated: StatedIdentity, objects: readonly DesiredObject[]): DesiredObject | undefined {
  const ofKind = objects.filter(
    ({ object }) => object.kind === stated.kind && groupOf(object.apiVersion) === stated.group,
  );
  const named = ofKind.filter(({ object }) => object.metadata.name === stated.name);
  const exact = named.filter(({ object }) => (object.metadata.namespace ?? '') === (stated.namespace ?? ''));
  const around = ofKind.filter(({ object }) => object.metadata.name.includes(stated.name));
  const found = [exact, named, around].find((list) => list.length > 0) ?? [];
  return found.length === 1 ? found[0] : undefined;
}
