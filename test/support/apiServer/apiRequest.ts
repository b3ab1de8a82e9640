/** A request as the API server reads it: which resource, which verb, which options. Pure: no store, no rights. */

export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  /** `undefined` at the cluster scope, and for lists over all namespaces. */
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** The parts of `/api/v1/...` and `/apis/<group>/<version>/...`; `undefined` for paths without a resource. */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const match = /^\/(?:api\/([^/]+)|apis\/([^/]+)\/([^/]+))\/(.+)$/.exec(path);
  if (!match) {
    return undefined;
  }
  const [, coreVersion, group = '', version = '', rest = ''] = match;
  let parts: string[];
  try {
    parts = rest.split('/').map(decodeURIComponent);
  } catch {
    return undefined; // a stray % names nothing
  }
  const place = { group, version: coreVersion ?? version };
  // `namespaces/x` and `namespaces/x/status` are the namespace itself; anything longer is inside of it.
  const inside = parts[0] === 'namespaces' && parts.length > 2 && parts[2] !== 'status' && parts[2] !== 'finalize';
  const namespace = inside ? parts[1] : undefined;
  const [plural = '', name, subresource, ...more] = inside ? parts.slice(2) : parts;
  if (plural === '' || name === '' || more.length > 0) {
    return undefined;
  }
  return { ...place, plural, namespace, name, subresource };
}

/** The verb that rights are asked for; `undefined` for a method that no resource has. */
export function verbOf(method: string, path: ResourcePath, watch: boolean): string | undefined {
  const named = path.name !== undefined;
  switch (method) {
    case 'GET':
      return named ? 'get' : watch ? 'watch' : 'list';
    case 'POST':
      return named ? undefined : 'create';
    case 'PUT':
      return named ? 'update' : undefined;
    case 'PATCH':
      return named ? 'patch' : undefined;
    case 'DELETE':
      return named ? 'delete' : 'deletecollection';
    default:
      return undefined;
  }
}

/** What a client accepts besides whole objects. */
export type Shape = 'whole' | 'metadataOnly';

/** The first known form of an Accept header, in the client's order. */
export function shapeOf(accept: string): Shape {
  const forms = accept.split(',').map((form) => form.trim().replaceAll(' ', ''));
  const known = forms.find((form) => /^(?:application\/json|\*\/\*|application\/\*)/.test(form)) ?? '';
  return /;as=PartialObjectMetadata(?:List)?(?:;|$)/.test(known) ? 'metadataOnly' : 'whole';
}
