/**
 * Which files of a repository a Flux Kustomization builds: for a caller that has a repository and one question. Whoever
 * asks often keeps a `RepositoryIndex`.
 */
import { BuildGraph } from './buildGraph.ts';
import { readKustomizeFile, type KustomizeFile } from './kustomizeFile.ts';
import { isKustomizeFileName } from './notAManifest.ts';
import type { Repository } from './repository.ts';
import { nameOf, resolvePath } from './repositoryPath.ts';

/** Reads file names and kustomize files once; good until one of them changes. */
export async function readBuildGraph(repository: Repository, signal?: AbortSignal): Promise<BuildGraph> {
  const files = await repository.list(signal);
  const kustomizeFiles = new Map<string, KustomizeFile>();
  for (const path of files.filter((file) => isKustomizeFileName(nameOf(file)))) {
    if (signal?.aborted === true) {
      break;
    }
    const text = await repository.read(path);
    const file = text === undefined ? undefined : readKustomizeFile(text);
    if (file) {
      kustomizeFiles.set(path, file);
    }
  }
  return new BuildGraph(files, kustomizeFiles);
}

/** The files that a build of `path` (a `spec.path`) takes in; none when there is no such folder. */
export async function reachableFiles(
  path: string,
  repository: Repository,
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  const graph = await readBuildGraph(repository, signal);
  return graph.reach(graph.buildFolders(path, ''));
}

/** True when a build of `path` takes in the file. */
export async function reaches(
  path: string,
  file: string,
  repository: Repository,
  signal?: AbortSignal,
): Promise<boolean> {
  const resolved = resolvePath('', file);
  return resolved !== undefined && (await reachableFiles(path, repository, signal)).has(resolved);
}
