/**
 * Where a repository keeps several clusters: by Flux Kustomizations that are stated several times under one name, which one cluster
 * cannot have. Reads names and paths alone.
 */
import { fieldAt } from '../flux/untyped.ts';
import { isBelow } from '../manifests/repositoryPath.ts';
import type { StatedFluxObject } from '../render/desired.ts';

/** Folders (files, where clusters share a folder) of one cluster each, the outermost first; empty where there is one alone. */
export function clusterFolders(stated: readonly StatedFluxObject[]): readonly string[] {
  const files = new Map<string, Set<string>>();
  for (const { name, path, object } of stated) {
    // Without a source it is a patch of another one; without a namespace it may be in any.
    if (name.kind === 'Kustomization' && name.namespace !== '' && fieldAt(object, 'spec', 'sourceRef') !== undefined) {
      const key = JSON.stringify(name);
      files.set(key, (files.get(key) ?? new Set()).add(path));
    }
  }
  const folders = [...files.values()].flatMap((paths) => [...paths].flatMap((path) => ownFolder(path, paths)));
  return [...new Set(folders)].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
}

/** The shortest beginning of a path that no other one has. */
function ownFolder(path: string, all: ReadonlySet<string>): readonly string[] {
  const others = [...all].filter((one) => one !== path);
  const steps = path.split('/');
  const folders = steps.map((_, at) => steps.slice(0, at + 1).join('/'));
  return others.length === 0 ? [] : folders.filter((folder) => !others.some((one) => isBelow(one, folder))).slice(0, 1);
}

/** `files` state an object or its parents, the outermost first. `undefined` where they tell no cluster. */
export function clusterOf(files: readonly string[], folders: readonly string[]): string | undefined {
  for (const file of files) {
    const folder = folders.find((one) => isBelow(file, one));
    if (folder !== undefined) {
      return folder;
    }
  }
  return undefined;
}
