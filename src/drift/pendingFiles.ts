/**
 * Which files that an object is made of are others in one commit than in another, by their blobs: whatever lies between the two, a
 * squash or a branch that went another way. Works on two listings; runs no Git and renders nothing.
 */
import type { FluxObject } from '../flux/objects.ts';
import { asList, asText } from '../flux/untyped.ts';
import type { BuildGraph } from '../manifests/buildGraph.ts';
import { documentHead } from '../manifests/documentHead.ts';
import { isKustomizeFileName } from '../manifests/notAManifest.ts';
import { folderOf, isBelow, nameOf, resolvePath } from '../manifests/repositoryPath.ts';
import { splitDocuments } from '../manifests/splitDocuments.ts';

/** One of the two commits. */
export interface CommitSide {
  /** Id of the blob by path. */
  readonly blobs: ReadonlyMap<string, string>;
  readonly graph: BuildGraph;
  /** `undefined` where the commit has no such file, or a larger one than is read. */
  readonly text: (path: string) => Promise<string | undefined>;
}

export interface CommitPair {
  readonly applied: CommitSide;
  readonly head: CommitSide;
  /** As `differingPaths` gives them. */
  readonly differing: readonly string[];
}

/** Added, changed or deleted, sorted. */
export function differingPaths(applied: CommitSide['blobs'], head: CommitSide['blobs']): readonly string[] {
  const differing = [...head].filter(([path, blob]) => applied.get(path) !== blob).map(([path]) => path);
  const deleted = [...applied.keys()].filter((path) => !head.has(path));
  return [...differing, ...deleted].sort();
}

/**
 * Those that the Kustomization's build reads, sorted: on either side, for a file may just have come or gone. None where neither
 * commit has its folder, which then begins elsewhere than at the top of the repository.
 */
export async function pendingBuildFiles({ spec }: FluxObject, pair: CommitPair): Promise<readonly string[]> {
  const { applied, head, differing } = pair;
  const found = new Set<string>();
  for (const side of [applied, head]) {
    const reached = side.graph.reach(foldersOf(spec, side.graph));
    const named = await namedByKustomizeFiles(side, reached, differing);
    differing.filter((path) => reached.has(path) || named.has(path)).forEach((path) => found.add(path));
  }
  return [...found].sort();
}

/** `spec.path` and `spec.components`, as far as the commit has them. */
function foldersOf(spec: FluxObject['spec'], graph: BuildGraph): readonly string[] {
  const folders = graph.buildFolders(spec?.path ?? '', '');
  const components = (asList(spec?.['components']) ?? []).flatMap((component) =>
    folders.flatMap((folder) => resolvePath(folder, asText(component) ?? '') ?? []),
  );
  return [...folders, ...components.filter((folder) => graph.hasFolder(folder))];
}

/**
 * A kustomize file names more than the graph follows (generators of Secrets, replacements, values of charts). Which of its fields
 * does not matter here: what differs, and is named in it by its path, is read.
 */
async function namedByKustomizeFiles(
  { text }: CommitSide,
  reached: ReadonlySet<string>,
  differing: readonly string[],
): Promise<ReadonlySet<string>> {
  const named = new Set<string>();
  for (const path of [...reached].filter((one) => isKustomizeFileName(nameOf(one)))) {
    const folder = folderOf(path);
    const near = differing.filter((one) => one !== path && (folder === '' || isBelow(one, folder)));
    const words = near.length === 0 ? undefined : new Set((await text(path))?.split(/[\s"'=,[\]{}]+/));
    for (const one of words ? near : []) {
      const relative = folder === '' ? one : one.slice(folder.length + 1);
      if (words?.has(relative) || words?.has(`./${relative}`)) {
        named.add(one);
      }
    }
  }
  return named;
}

/**
 * Those that state the object or a patch of it, sorted, among the files that its owner's build reads: `candidates`. A document may
 * leave its namespace to the build.
 */
export async function pendingStatements(
  { kind, metadata }: FluxObject,
  candidates: readonly string[],
  { applied, head }: CommitPair,
): Promise<readonly string[]> {
  const named = { kind, name: metadata.name, namespace: metadata.namespace ?? '' };
  const found: string[] = [];
  for (const path of candidates.filter((one) => /\.ya?ml$/i.test(one))) {
    const texts = await Promise.all([applied.text(path), head.text(path)]);
    if (texts.some((text) => text !== undefined && states(text, named))) {
      found.push(path);
    }
  }
  return found;
}

/** Without a YAML parser: what is asked is whether a file is worth a word, and thousands are asked about. */
function states(text: string, wanted: { kind: string; name: string; namespace: string }): boolean {
  if (!text.includes(wanted.name)) {
    return false;
  }
  return splitDocuments(text).some(({ start, end }) => {
    const { kind, name, namespace = '' } = documentHead(text.slice(start, end)) ?? {};
    return kind === wanted.kind && name === wanted.name && (namespace === '' || namespace === wanted.namespace);
  });
}
