/** An object without what stands at some paths, for comparing the rest. */

/** A copy; paths that lead nowhere are passed over. */
export function withoutPaths<T extends object>(object: T, paths: readonly (readonly (string | number)[])[]): T {
  const copy = structuredClone(object);
  for (const path of paths) {
    const last = path.at(-1);
    const parent = path
      .slice(0, -1)
      .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], copy);
    if (last !== undefined && typeof parent === 'object' && parent !== null) {
      Reflect.deleteProperty(parent, last);
    }
  }
  return copy;
}
