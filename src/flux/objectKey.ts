/**
 * The one key of an object: context, group, kind, namespace and name. It is map key, part of tree item ids and of
 * addresses of virtual documents, so it must survive a URI: every part is percent-encoded.
 */
import type { KubernetesObject } from './objects.ts';
import { groupOf } from './kinds.ts';

declare const brand: unique symbol;
/** `context/group/kind/namespace/name`, each part percent-encoded; namespace is empty for cluster-scoped objects. */
export type ObjectKey = string & { readonly [brand]: true };

/** What names an object within one cluster. `namespace` is `''` for cluster-scoped objects. */
export interface ObjectId {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export function objectKey(context: string, id: ObjectId): ObjectKey {
  return [context, id.group, id.kind, id.namespace, id.name].map(encodeURIComponent).join('/') as ObjectKey;
}

/** The parts of a key, `undefined` when the text is none. */
export function parseObjectKey(key: string): (ObjectId & { readonly context: string }) | undefined {
  const parts = key.split('/');
  if (parts.length !== 5) {
    return undefined;
  }
  try {
    const [context = '', group = '', kind = '', namespace = '', name = ''] = parts.map(decodeURIComponent);
    return kind === '' || name === '' ? undefined : { context, group, kind, namespace, name };
  } catch {
    return undefined; // a stray % is no key of ours
  }
}

/** The id of an object as served. */
export function idOf(object: KubernetesObject): ObjectId {
  return {
    group: groupOf(object.apiVersion),
    kind: object.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
  };
}

/** How a person reads it: `namespace/name`, or the name alone for cluster-scoped objects. */
export function displayName(id: Pick<ObjectId, 'namespace' | 'name'>): string {
  return id.namespace === '' ? id.name : `${id.namespace}/${id.name}`;
}
