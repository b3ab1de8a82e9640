/** Live objects with owners of their fields, for tests of what is told by them. */
import type { KubernetesObject } from '../../../src/flux/objects.ts';

export interface OwnerMore {
  readonly operation?: 'Apply' | 'Update';
  readonly subresource?: string;
  readonly time?: string;
}

/** A manager and its fieldsV1. */
export type Owned = readonly [manager: string, fieldsV1: Readonly<Record<string, unknown>>, more?: OwnerMore];

type Fields = Readonly<Record<string, unknown>>;

/** `owned({ spec: … }, [['kubectl-edit', { 'f:spec': … }]])`: a Deployment `apps/web` unless the fields say otherwise. */
export function owned(fields: Fields, owners: readonly Owned[]): KubernetesObject {
  const { metadata, ...rest } = fields;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    ...rest,
    metadata: {
      name: 'web',
      namespace: 'apps',
      resourceVersion: '7',
      uid: 'u',
      ...(metadata ?? {}),
      managedFields: owners.map(([manager, fieldsV1, more]) => ({
        manager,
        operation: 'Update',
        apiVersion: 'apps/v1',
        time: '2026-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1,
        ...more,
      })),
    },
  };
}
