/** A map without some of its fields. Knows no Kubernetes. */

export function withoutFields(
  map: Readonly<Record<string, unknown>>,
  names: ReadonlySet<string>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(map).filter(([name]) => !names.has(name)));
}
