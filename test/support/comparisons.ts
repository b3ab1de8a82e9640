/** Comparisons with a cluster for tests, as `drift` gives them. */
import type { Comparison, FieldDifference, ObjectDifference } from '../../src/drift/difference.ts';
import { objectId } from './shownTree.ts';

const versions: Readonly<Record<string, readonly [string, string]>> = {
  Deployment: ['apps', 'apps/v1'],
  Ingress: ['networking.k8s.io', 'networking.k8s.io/v1'],
};

/** An object of the namespace `default`; `Deployment`, `Ingress` and kinds of the core group. */
export function comparedObject(kind: string, name: string, more: Partial<ObjectDifference> = {}): ObjectDifference {
  const [group, apiVersion] = versions[kind] ?? ['', 'v1'];
  return { id: objectId(kind, name, 'default', group), apiVersion, change: 'none', paths: [], ...more };
}

export function changedObject(
  kind: string,
  name: string,
  paths: readonly FieldDifference[],
  more: Partial<ObjectDifference> = {},
): ObjectDifference {
  return comparedObject(kind, name, { change: 'change', paths, ...more });
}

export function comparisonOf(objects: readonly ObjectDifference[], more: Partial<Comparison> = {}): Comparison {
  return {
    target: { kind: 'Kustomization', namespace: 'flux-system', name: 'apps' },
    context: 'homelab',
    from: 'artifact main@sha1:5f2c1a9',
    objects,
    notes: [],
    ...more,
  };
}
