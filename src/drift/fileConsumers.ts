/**
 * Which Flux Kustomizations of a repository build a file, so that whoever changes it knows whom it concerns. Goes by the kustomize
 * files alone: a Kustomization whose source is made of a folder counts wherever that folder may begin.
 */
import { asList, asText, fieldAt } from '../flux/untyped.ts';
import type { BuildGraph } from '../manifests/buildGraph.ts';
import { folderOf, foldersUp, resolvePath } from '../manifests/repositoryPath.ts';
import type { FluxName, StatedFluxObject } from '../render/desired.ts';

/** In the order of `stated`, each once. Empty: no Kustomization of the repository is known to build it. */
export function fileConsumers(
  file: string,
  stated: readonly StatedFluxObject[],
  graph: BuildGraph,
): readonly FluxName[] {
  const names = stated
    .filter(({ name }) => name.kind === 'Kustomization')
    .filter((object) => builds(object, file, graph))
    .map(({ name }) => name);
  return [...new Map(names.map((name) => [`${name.namespace}/${name.name}`, name])).values()];
}

function builds({ object, path }: StatedFluxObject, file: string, graph: BuildGraph): boolean {
  const spec = fieldAt(object, 'spec');
  const own = asText(fieldAt(spec, 'path')) ?? '';
  const folders = foldersUp(folderOf(path)).flatMap((base) =>
    graph.buildFolders(base === '' ? own : `${base}/${own}`, ''),
  );
  const components = (asList(fieldAt(spec, 'components')) ?? []).flatMap((component) =>
    folders.flatMap((folder) => resolvePath(folder, asText(component) ?? '') ?? []),
  );
  return graph.reach([...folders, ...components]).has(file);
}
