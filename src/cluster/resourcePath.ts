/** Where the API has a resource: the paths of its requests. Sends nothing. */
import type { ApiResource } from './clusterApi.ts';

/** The path of a collection (`name` undefined) or of an object; a namespace only where the resource has one. */
export function pathOf(
  resource: Pick<ApiResource, 'group' | 'version' | 'plural' | 'namespaced'>,
  namespace: string | undefined,
  name?: string,
  query: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const parts = resource.group === '' ? ['api', resource.version] : ['apis', resource.group, resource.version];
  if (resource.namespaced && namespace !== undefined && namespace !== '') {
    parts.push('namespaces', namespace);
  }
  parts.push(resource.plural);
  if (name !== undefined) {
    parts.push(name);
  }
  const fields = Object.entries(query).flatMap(([field, value]) =>
    value === undefined || value === '' ? [] : [`${field}=${encodeURIComponent(value)}`],
  );
  return `/${parts.map(encodeURIComponent).join('/')}${fields.length === 0 ? '' : `?${fields.join('&')}`}`;
}
