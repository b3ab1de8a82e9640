/** Comparing versions of Flux, as far as questions of "since which minor release" need it. */

/**
 * Whether a version such as `2.9.5`, `v2.9.0-rc.1` or `2.9` is of that minor release or a later one; a pre-release counts
 * as its release, since it has the features already. `undefined` for text that is no version.
 */
export function atLeastVersion(version: string, major: number, minor: number): boolean | undefined {
  const groups = /^v?(?<major>\d+)\.(?<minor>\d+)(?:[.+-].*)?$/.exec(version.trim())?.groups;
  if (!groups) {
    return undefined;
  }
  const has = Number(groups['major']);
  return has > major || (has === major && Number(groups['minor']) >= minor);
}
