/**
 * Which Flux Kustomizations and HelmReleases of a repository a change may concern: by the files that differ, and by the objects
 * that differ once something was rendered. Takes in too many rather than too few; a comparison of renders has the last word.
 */
import { asList, asText, fieldAt } from '../flux/untyped.ts';
import { BuildGraph } from '../manifests/buildGraph.ts';
import { readKustomizeFile, type KustomizeFile } from '../manifests/kustomizeFile.ts';
import { isKustomizeFileName } from '../manifests/notAManifest.ts';
import { folderOf, foldersUp, isBelow, nameOf, resolvePath } from '../manifests/repositoryPath.ts';
import type { RepositoryFiles } from '../manifests/repositoryFiles.ts';
import type { FluxName, StatedFluxObject } from '../render/desired.ts';
import type { ObjectDifference } from './difference.ts';

/** What files take in, by the kustomize files alone: other manifests need not be read for it. Throws `Failure('cancelled')`. */
export async function readBuildGraph(files: RepositoryFiles, signal?: AbortSignal): Promise<BuildGraph> {
  const paths = (await files.list(signal)).map(({ path }) => path);
  const kustomizeFiles = new Map<string, KustomizeFile>();
  for (const path of paths.filter((one) => isKustomizeFileName(nameOf(one)))) {
    const bytes = await files.read(path);
    const file = bytes && readKustomizeFile(Buffer.from(bytes).toString('utf8'));
    if (file) {
      kustomizeFiles.set(path, file);
    }
  }
  return new BuildGraph(paths, kustomizeFiles);
}

/** Of one state of the repository: `stated` and `graph` are of the same. */
export function touchedByFiles(
  stated: readonly StatedFluxObject[],
  graph: BuildGraph,
  changed: readonly string[],
): readonly StatedFluxObject[] {
  return stated.filter((object) => {
    // The document itself may be another one.
    if (changed.includes(object.path)) {
      return true;
    }
    const isTouched = object.name.kind === 'Kustomization' ? buildTest(object, graph) : chartTest(object);
    return changed.some(isTouched);
  });
}

/**
 * Also a file beside one that is built counts, for a kustomize file names more than the graph follows: generators of Secrets,
 * replacements, transformers.
 */
function buildTest({ object, path }: StatedFluxObject, graph: BuildGraph): (changed: string) => boolean {
  const spec = fieldAt(object, 'spec');
  const own = asText(fieldAt(spec, 'path')) ?? '';
  // An artifact may begin at any folder above the file that states the object.
  const roots = foldersUp(folderOf(path)).flatMap((base) => graph.buildFolders(joined(base, own), ''));
  const components = (asList(fieldAt(spec, 'components')) ?? []).flatMap((component) =>
    roots.flatMap((root) => resolvePath(root, asText(component) ?? '') ?? []),
  );
  const folders = new Set([...roots, ...components]);
  const reached = graph.reach(folders);
  for (const file of reached) {
    if (isKustomizeFileName(nameOf(file))) {
      folders.add(folderOf(file));
    }
  }
  return (changed) => reached.has(changed) || foldersUp(folderOf(changed)).some((folder) => folders.has(folder));
}

function joined(base: string, path: string): string {
  return base === '' ? path : `${base}/${path}`;
}

/** A chart that lies in the repository. */
function chartTest({ object }: StatedFluxObject): (changed: string) => boolean {
  const spec = fieldAt(object, 'spec', 'chart', 'spec');
  const kind = asText(fieldAt(spec, 'sourceRef', 'kind'));
  const folder = resolvePath('', asText(fieldAt(spec, 'chart')) ?? '');
  return (changed) =>
    kind !== undefined &&
    kind !== 'HelmRepository' &&
    folder !== undefined &&
    folder !== '' &&
    isBelow(changed, folder);
}

/**
 * What else a difference concerns: a Flux object that is another one now, and those that take variables or values from a ConfigMap
 * or a Secret that is another one.
 */
export function touchedByObjects(
  stated: readonly StatedFluxObject[],
  differences: readonly ObjectDifference[],
): readonly StatedFluxObject[] {
  const others = differences.filter(({ change }) => change !== 'none');
  return stated.filter((object) => others.some(({ id }) => isItself(object.name, id) || takesFrom(object, id)));
}

type Id = ObjectDifference['id'];

const fluxGroups: Readonly<Record<FluxName['kind'], string>> = {
  Kustomization: 'kustomize.toolkit.fluxcd.io',
  HelmRelease: 'helm.toolkit.fluxcd.io',
};

function isItself(name: FluxName, { group, kind, namespace, name: own }: Id): boolean {
  return kind === name.kind && group === fluxGroups[name.kind] && own === name.name && isNear(name, namespace);
}

/** A document may leave its namespace to the build that takes it in. */
function isNear({ namespace }: FluxName, other: string): boolean {
  return namespace === '' || namespace === other;
}

function takesFrom({ name, object }: StatedFluxObject, { group, kind, namespace, name: own }: Id): boolean {
  if (group !== '' || (kind !== 'ConfigMap' && kind !== 'Secret') || !isNear(name, namespace)) {
    return false;
  }
  const spec = fieldAt(object, 'spec');
  const references = [fieldAt(spec, 'postBuild', 'substituteFrom'), fieldAt(spec, 'valuesFrom')].flatMap(
    (list) => asList(list) ?? [],
  );
  return references.some((reference) => {
    const named = asText(fieldAt(reference, 'name')) ?? '';
    // A name with a variable in it may be any.
    return asText(fieldAt(reference, 'kind')) === kind && (named === own || named.includes('${'));
  });
}
