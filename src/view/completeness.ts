/**
 * Whether it can be said that something is not there. What the user may not list, what is still being read and what lies
 * outside the chosen namespaces may well exist: then nothing is said of its absence.
 */
import type { ClusterState } from '../cluster/clusterState.ts';
import { type FluxKind, fluxKinds } from '../flux/kinds.ts';

/** True when an object of that kind that is not held does not exist; in that namespace, or anywhere. */
export function absenceIsKnown(state: ClusterState, kind: FluxKind, namespace?: string): boolean {
  const { state: sync } = state.sync(kind);
  const { namespaces } = state;
  const isSeen = namespaces.length === 0 || (namespace !== undefined && namespaces.includes(namespace));
  return isSeen && (sync === 'synced' || sync === 'notServed');
}

/** The same for all kinds of a role, anywhere. */
export function allAreKnown(state: ClusterState, role: FluxKind['role']): boolean {
  return fluxKinds.filter((kind) => kind.role === role).every((kind) => absenceIsKnown(state, kind));
}

/** True while some kind has not been read even once. */
export function isReading(state: ClusterState): boolean {
  return fluxKinds.some((kind) => state.sync(kind).state === 'loading');
}
