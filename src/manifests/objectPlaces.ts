/**
 * Where the files of a repository state an object of a cluster, and which objects a document of theirs becomes: by following the
 * kustomize files that name it on its way. Reads manifests and renders nothing, so a name that a patch changes is not found.
 */
import type { BuildGraph } from './buildGraph.ts';
import { documentHead } from './documentHead.ts';
import { groupOf } from '../flux/kinds.ts';
import type { ObjectId } from '../flux/objectKey.ts';
import { wildcardMatches } from './globMatch.ts';
import { type KustomizeNaming, type Naming, namingWithin, ownNames, readKustomizeNaming } from './kustomizeNaming.ts';
import { isCustomResourceDefinition, isIgnoredPath, isKustomizeFileName, isYamlPath } from './notAManifest.ts';
import { parseManifests } from './parseManifests.ts';
import { readBuildGraph } from './reachableFiles.ts';
import type { Repository } from './repository.ts';
import { nameOf, resolvePath } from './repositoryPath.ts';
import { splitDocuments } from './splitDocuments.ts';

/** What a Flux Kustomization builds, as its `spec` says. */
export interface BuildOfFlux {
  /** `spec.path`, from the root of the repository. */
  readonly path: string;
  readonly components: readonly string[];
  /** `targetNamespace`, `namePrefix`, `nameSuffix`. */
  readonly naming: Naming;
}

export interface ObjectPlace {
  /** Of the file, from the root of the repository. */
  readonly path: string;
  /** Into its text: the document, or the entry of a generator. */
  readonly offset: number;
  /** `generator`: an entry of a kustomize file that makes the object. */
  readonly role: 'document' | 'patch' | 'generator';
}

export interface ObjectPlaces {
  /** In the files that one of the builds reads, documents first. */
  readonly built: readonly ObjectPlace[];
  /** In others, by its name alone. Not looked for where one place is certain. */
  readonly others: readonly ObjectPlace[];
}

/** As a document states it. */
export interface StatedName {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  /** `''` where it has none. */
  readonly namespace: string;
}

/** kustomize leaves their names as they are (api/internal/builtins/PrefixTransformer.go). */
const keepTheirNames: ReadonlySet<string> = new Set(['CustomResourceDefinition', 'APIService', 'Namespace']);
/** Ways through kustomize files, above which a repository is made to hang who reads it. */
const mostSteps = 5_000;
/** What kustomize puts behind the name of what it generates. */
const contentHash = /^-[2456789bcdfghkmt]{10}$/;

/** Unreadable files state nothing. Ends early, with what it has, when `signal` is aborted. */
export async function objectPlaces(
  repository: Repository,
  wanted: ObjectId,
  builds: readonly BuildOfFlux[],
  signal?: AbortSignal,
): Promise<ObjectPlaces> {
  const files = new BuildFiles(repository, await readBuildGraph(repository, signal));
  const built: ObjectPlace[] = [];
  const seen = new Set<string>();
  for (const { path, naming, isPatch, kustomize } of await files.of(builds)) {
    seen.add(path);
    const found = kustomize
      ? generatedIn(kustomize, naming, wanted)
      : await files.statedIn(path, (stated) => becomes(stated, naming, wanted), wanted.kind);
    const role = kustomize ? 'generator' : isPatch ? 'patch' : 'document';
    built.push(...found.map((offset) => ({ path, offset, role }) as const));
  }
  const others: ObjectPlace[] = [];
  const isCertain = onceEach(built).length === 1;
  const rest = isCertain ? [] : (await repository.list(signal)).filter((one) => !seen.has(one) && mayStateObject(one));
  for (const path of rest) {
    if (signal?.aborted === true) {
      break;
    }
    const found = await files.statedIn(path, (stated) => becomes(stated, ownNames, wanted), wanted.kind);
    others.push(...found.map((offset) => ({ path, offset, role: 'document' }) as const));
  }
  const rank: readonly ObjectPlace['role'][] = ['document', 'generator', 'patch'];
  return { built: onceEach(built).sort((a, b) => rank.indexOf(a.role) - rank.indexOf(b.role)), others };
}

/** The names that a file's documents get on their way into the builds; none where no build reads it. */
export async function namingsOf(
  repository: Repository,
  file: string,
  builds: readonly BuildOfFlux[],
): Promise<readonly Naming[]> {
  const files = new BuildFiles(repository, await readBuildGraph(repository));
  return (await files.of(builds)).filter(({ path }) => path === file).map(({ naming }) => naming);
}

/** Whether a document that is named so on its way is that object. A variable in it stands for anything. */
export function becomes(stated: StatedName, naming: Naming, id: ObjectId): boolean {
  if (stated.kind !== id.kind || stated.group !== id.group || stated.name === '') {
    return false;
  }
  const full = keepTheirNames.has(stated.kind) ? stated.name : `${naming.prefix}${stated.name}${naming.suffix}`;
  return isText(full, id.name) && isInNamespace(naming.namespace ?? stated.namespace, id);
}

/** An object without a namespace is in none, whatever a kustomize file says; a document without one goes wherever it is put. */
function isInNamespace(namespace: string, id: ObjectId): boolean {
  return namespace === '' || id.namespace === '' || isText(namespace, id.namespace);
}

function isText(pattern: string, text: string): boolean {
  return pattern.includes('${') ? wildcardMatches(pattern.replaceAll(/\$\{[^}]*\}/g, '*'), text) : pattern === text;
}

/** Offsets of the entries that make the object. */
function generatedIn({ generated }: KustomizeNaming, naming: Naming, id: ObjectId): readonly number[] {
  return generated.flatMap(({ kind, name, namespace, offset }) => {
    const full = `${naming.prefix}${name}${naming.suffix}`;
    const rest = id.name.startsWith(full) ? id.name.slice(full.length) : undefined;
    const isIt =
      id.group === '' &&
      kind === id.kind &&
      name !== '' &&
      rest !== undefined &&
      (rest === '' || contentHash.test(rest));
    return isIt && isInNamespace(naming.namespace ?? namespace ?? '', id) ? [offset] : [];
  });
}

function mayStateObject(path: string): boolean {
  return isYamlPath(path) && !isIgnoredPath(path) && !isKustomizeFileName(nameOf(path));
}

function onceEach(places: readonly ObjectPlace[]): ObjectPlace[] {
  return [...new Map(places.map((place) => [`${place.path}\n${place.offset}`, place])).values()];
}

/** A file that a build reads, and how its documents are named there; a file of kustomize's own with what it makes. */
interface BuiltFile {
  readonly path: string;
  readonly naming: Naming;
  readonly isPatch: boolean;
  readonly kustomize: KustomizeNaming | undefined;
}

class BuildFiles {
  readonly #repository: Repository;
  readonly #graph: BuildGraph;
  readonly #kustomize = new Map<string, { readonly path: string; readonly naming: KustomizeNaming } | undefined>();
  #files: ReadonlySet<string> | undefined;

  constructor(repository: Repository, graph: BuildGraph) {
    this.#repository = repository;
    this.#graph = graph;
  }

  async of(builds: readonly BuildOfFlux[]): Promise<readonly BuiltFile[]> {
    const found: BuiltFile[] = [];
    for (const { path, components, naming } of builds) {
      const folders = this.#graph.buildFolders(path, '');
      const named = folders.flatMap((folder) => components.flatMap((one) => resolvePath(folder, one) ?? []));
      // Components are built as if the kustomize file of the path named them.
      const within = new Map<string, Naming>();
      for (const folder of folders) {
        within.set(folder, naming);
        const own = await this.#namingOf(folder);
        named.forEach((one) => within.set(one, own ? namingWithin(naming, own.naming) : naming));
      }
      found.push(...(await this.#follow(within)));
    }
    return found;
  }

  /**
   * `folders`: the names that are given outside of each. A folder that is reached under the same names again is not followed again,
   * and one that names itself, over however many others, is followed once: each round would make longer names.
   */
  async #follow(folders: ReadonlyMap<string, Naming>): Promise<BuiltFile[]> {
    const steps = new Map([...folders].map(([folder, outer]) => [stepKey(folder, outer), stepInto(folder, outer)]));
    const files = (this.#files ??= new Set(await this.#repository.list()));
    const found: BuiltFile[] = [];
    for (const { folder, outer, above } of steps.values()) {
      const own = await this.#namingOf(folder);
      const naming = own ? namingWithin(outer, own.naming) : outer;
      if (own) {
        found.push({ path: own.path, naming, isPatch: false, kustomize: own.naming });
      }
      const patches = new Set(
        (this.#graph.kustomizeFile(folder)?.patches ?? []).flatMap(({ file }) =>
          file === undefined ? [] : (resolvePath(folder, file) ?? []),
        ),
      );
      for (const child of this.#graph.children(folder)) {
        if (!files.has(child)) {
          if (steps.size < mostSteps && child !== folder && !above.includes(child)) {
            // A map is walked with what is added meanwhile.
            steps.set(stepKey(child, naming), stepInto(child, naming, [...above, folder]));
          }
        } else if (mayStateObject(child)) {
          // A patch is found by the name that its object has before this file renames it.
          found.push({ path: child, naming, isPatch: patches.has(child), kustomize: undefined });
        }
      }
    }
    return found;
  }

  /** Offsets of the objects in the file that `wanted` takes. */
  async statedIn(path: string, wanted: (stated: StatedName) => boolean, kind: string): Promise<readonly number[]> {
    const text = (await this.#repository.read(path)) ?? '';
    const mayBe = (part: string): boolean => part.includes(kind);
    if (!mayBe(text)) {
      return [];
    }
    const { manifests } = parseManifests(text, '', mayBe);
    return [...manifests.filter(wanted).map(({ root }) => root.start), ...definitionsIn(text, wanted)];
  }

  async #namingOf(folder: string): Promise<{ readonly path: string; readonly naming: KustomizeNaming } | undefined> {
    if (!this.#kustomize.has(folder)) {
      this.#kustomize.set(folder, await this.#readNaming(folder));
    }
    return this.#kustomize.get(folder);
  }

  async #readNaming(folder: string) {
    for (const name of ['kustomization.yaml', 'kustomization.yml', 'Kustomization']) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const text = await this.#repository.read(path);
      const naming = text === undefined ? undefined : readKustomizeNaming(text);
      if (naming) {
        return { path, naming };
      }
    }
    return undefined;
  }
}

interface Step {
  readonly folder: string;
  readonly outer: Naming;
  /** Folders on the way to it. */
  readonly above: readonly string[];
}

function stepInto(folder: string, outer: Naming, above: readonly string[] = []): Step {
  return { folder, outer, above };
}

function stepKey(folder: string, { namespace, prefix, suffix }: Naming): string {
  return JSON.stringify([folder, namespace, prefix, suffix]);
}

/** Definitions of kinds are long, and are parsed by nobody: their heads tell enough. */
function definitionsIn(text: string, wanted: (stated: StatedName) => boolean): number[] {
  if (!isCustomResourceDefinition(text)) {
    return [];
  }
  return splitDocuments(text).flatMap(({ start, end }) => {
    const part = text.slice(start, end);
    const head = isCustomResourceDefinition(part) ? documentHead(part) : undefined;
    const stated = head && { ...head, group: groupOf(head.apiVersion), namespace: head.namespace ?? '' };
    return stated && wanted(stated) ? [start + stated.firstLine.start] : [];
  });
}
