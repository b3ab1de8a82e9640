/** Which folder of a repository for several clusters one of them applies, as far as its own Kustomizations tell. Reads paths alone. */
import type { FluxObject } from '../flux/objects.ts';
import { asText } from '../flux/untyped.ts';
import { isBelow, resolvePath } from '../manifests/repositoryPath.ts';

/** `folders`: of one cluster each, as `clusterFolders` gives them. More than one, or none, where the paths do not tell. */
export function foldersOfCluster(folders: readonly string[], live: readonly FluxObject[]): readonly string[] {
  const paths = live.flatMap(({ kind, spec }) =>
    kind === 'Kustomization' ? (resolvePath('', (asText(spec?.path) ?? '').replace(/^\/+/, '')) ?? []) : [],
  );
  // The top of the repository is above all of them, and tells none.
  const applied = paths.filter((path) => path !== '');
  return folders.filter((folder) => applied.some((path) => isBelow(path, folder) || isBelow(folder, path)));
}
