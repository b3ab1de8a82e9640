/**
 * What the files of a repository say about each other, kept up to date file by file: which Kustomizations build a file,
 * and whether every one of them overrides a value. Answers from facts alone; reads no file and holds no text.
 */
import { isDeepStrictEqual } from 'node:util';
import { BuildGraph } from './buildGraph.ts';
import type { FileFacts, FluxKustomizationFacts } from './fileFacts.ts';
import { type ImageOverride, type OverriddenImage, overrideImage } from './kustomizeFile.ts';
import { type KustomizePatch, type PatchableValue, patchSets } from './kustomizePatch.ts';
import { folderOf, foldersUp, isBelow, nameOf, resolvePath } from './repositoryPath.ts';

/** A value that a rule wants to judge, and that a build may still replace. */
export interface BuildValue extends PatchableValue {
  /** Name of the image where it stands in a container list: only there kustomize's `images` applies. */
  readonly image: string | undefined;
}

/**
 * Who builds the value without overriding it, and who overrides it. Names of Flux Kustomizations, or folders of kustomize
 * files where no Flux Kustomization builds the file. Both empty: nothing builds it.
 */
export interface Overrides {
  readonly kept: readonly string[];
  readonly replaced: readonly string[];
}

/** What a variable becomes: texts by the Kustomization that sets them; `unknown` when it may also come from a cluster. */
export interface Substitution {
  readonly values: readonly { readonly by: string; readonly value: string }[];
  readonly unknown: boolean;
}

interface Root {
  readonly facts: FluxKustomizationFacts;
  /** What `spec.path` means; several where it holds a variable, none where it leads into another source. */
  readonly folders: readonly string[];
  readonly components: readonly string[];
  /** Every file that it builds; computed when first asked for. */
  readonly reach: () => ReadonlySet<string>;
}

interface Derived {
  readonly graph: BuildGraph;
  readonly roots: readonly Root[];
  /** By folder. */
  readonly rootsAt: ReadonlyMap<string, readonly Root[]>;
  /** `undefined` when it cannot be told. */
  readonly reached: ReadonlySet<string> | undefined;
}

/** A folder on the way from a file up to its builds. */
interface Step {
  /** The file that holds the value. */
  readonly file: string;
  readonly folder: string;
  readonly image: OverriddenImage;
}

export class RepositoryIndex {
  readonly #facts = new Map<string, FileFacts>();
  #derived: Derived | undefined;

  get size(): number {
    return this.#facts.size;
  }

  /** True when answers about other files may have changed. */
  update(path: string, facts: FileFacts): boolean {
    const before = this.#facts.get(path);
    if (before !== undefined && (before === facts || isDeepStrictEqual(before, facts))) {
      return false;
    }
    this.#facts.set(path, facts);
    const shapesBuild = (of: FileFacts | undefined): unknown =>
      of && [of.kustomize, of.fluxKustomizations, of.syncPaths];
    if (!isDeepStrictEqual(shapesBuild(before), shapesBuild(facts))) {
      this.#derived = undefined;
    }
    return true;
  }

  /** True when answers about other files may have changed. */
  remove(path: string): boolean {
    const known = this.#facts.delete(path);
    this.#derived = known ? undefined : this.#derived;
    return known;
  }

  /** Files that are known below a folder. */
  below(folder: string): string[] {
    return [...this.#facts.keys()].filter((path) => isBelow(path, folder));
  }

  /** `false` only when the repository's Flux Kustomizations can be followed and none of them builds the file. */
  mayBeBuilt(path: string): boolean {
    const { reached } = this.#derive();
    return reached === undefined || reached.has(path);
  }

  /** A template of a Helm chart: a `templates` or `crds` folder beside a Chart.yaml. */
  isChartTemplate(path: string): boolean {
    return foldersUp(folderOf(path)).some((folder) => {
      const name = nameOf(folder);
      const chart = folderOf(folder);
      const has = (file: string): boolean => this.#facts.has(chart === '' ? file : `${chart}/${file}`);
      return (name === 'templates' || name === 'crds') && (has('Chart.yaml') || has('Chart.yml'));
    });
  }

  /** True when a configMapGenerator puts the file into a ConfigMap that a HelmRelease reads values from. */
  isValuesFile(path: string): boolean {
    const { graph } = this.#derive();
    const configMaps = new Set<string>();
    for (const folder of graph.parents(path)) {
      for (const configMap of graph.kustomizeFile(folder)?.configMaps ?? []) {
        if (configMap.files.some((file) => resolvePath(folder, file) === path)) {
          configMaps.add(configMap.name);
        }
      }
    }
    return (
      configMaps.size > 0 && this.#releases().some(({ valuesFrom }) => valuesFrom.some((name) => configMaps.has(name)))
    );
  }

  /** Kinds of the sources that HelmReleases of that name take their chart from: what a patch is merged over. */
  chartSources(release: string): ReadonlySet<string> {
    return new Set(this.#releases().flatMap(({ name, chartSource }) => (name === release ? (chartSource ?? []) : [])));
  }

  #releases() {
    return [...this.#facts.values()].flatMap((facts) => facts.releases);
  }

  /** Follows every build that takes in the file, from the inside out. */
  overrides(path: string, value: BuildValue): Overrides {
    const { rootsAt } = this.#derive();
    const byFlux = { kept: new Set<string>(), replaced: new Set<string>() };
    const byKustomize = { kept: new Set<string>(), replaced: new Set<string>() };
    // Only name and verdict change on the way up, so a folder is visited once for each pair of them.
    const steps = new Map<string, Step>();
    const enter = (step: Step): void => {
      steps.set([step.folder, step.image.name, step.image.decided].join('\n'), step);
    };
    const start: OverriddenImage = { name: value.image ?? '', decided: false };
    for (const folder of this.#builders(path)) {
      enter({ file: path, folder, image: start });
    }
    for (const step of steps.values()) {
      const roots = rootsAt.get(step.folder) ?? [];
      const inner = this.#apply(step, value);
      for (const root of roots) {
        const image = this.#applyRoot(root, step, value);
        (image.decided ? byFlux.replaced : byFlux.kept).add(root.facts.title);
      }
      const parents = this.#builders(step.folder);
      for (const folder of parents) {
        enter({ file: path, folder, image: inner });
      }
      if (parents.length === 0) {
        (inner.decided ? byKustomize.replaced : byKustomize.kept).add(step.folder);
      }
    }
    // A kustomize root that no Flux Kustomization builds is not applied, as long as another way is.
    const { kept, replaced } = byFlux.kept.size + byFlux.replaced.size > 0 ? byFlux : byKustomize;
    return { kept: [...kept], replaced: [...replaced] };
  }

  /** Folders whose build takes in the file or folder directly: by name, or because they take in all that is below. */
  #builders(path: string): string[] {
    const { graph, rootsAt } = this.#derive();
    const scanning = foldersUp(folderOf(path)).filter(
      (folder) => rootsAt.has(folder) && !graph.kustomizeFile(folder) && graph.children(folder).includes(path),
    );
    return [...new Set([...graph.parents(path), ...scanning])];
  }

  /** What a folder's kustomize file, with its components, makes of the value. */
  #apply(step: Step, value: BuildValue): OverriddenImage {
    const { images, patched } = this.#own(step.folder, step.file, value, new Set());
    const image = overrideImage(step.image, value.image === undefined ? [] : images);
    return { name: image.name, decided: image.decided || patched };
  }

  /** What a Flux Kustomization makes of the value, its path's kustomize file and its components included. */
  #applyRoot(root: Root, step: Step, value: BuildValue): OverriddenImage {
    const { facts } = root;
    const own = [step.folder, ...root.components].map((folder) => this.#own(folder, step.file, value, new Set()));
    const images = mergeImages(
      own.flatMap((part) => part.images),
      facts.images,
    );
    const applied = overrideImage(step.image, value.image === undefined ? [] : images);
    const patched =
      own.some((part) => part.patched) || facts.patches.some((patch) => patchSets(patch, patch.content, value));
    return { name: applied.name, decided: applied.decided || patched };
  }

  #own(
    folder: string,
    holder: string,
    value: BuildValue,
    seen: Set<string>,
  ): { images: readonly ImageOverride[]; patched: boolean } {
    const file = this.#derive().graph.kustomizeFile(folder);
    if (!file || seen.has(folder)) {
      return { images: [], patched: false };
    }
    seen.add(folder);
    const images: ImageOverride[] = [];
    let patched = file.patches.some((patch) => this.#patchSets(folder, patch, holder, value));
    for (const component of file.components) {
      const resolved = resolvePath(folder, component);
      const inner = resolved === undefined ? undefined : this.#own(resolved, holder, value, seen);
      images.push(...(inner?.images ?? []));
      patched ||= inner?.patched ?? false;
    }
    return { images: [...images, ...file.images], patched };
  }

  #patchSets(folder: string, patch: KustomizePatch, holder: string, value: BuildValue): boolean {
    const file = patch.file === undefined ? undefined : resolvePath(folder, patch.file);
    const content = file === undefined ? patch.content : this.#facts.get(file)?.patch;
    if (file === holder) {
      return false; // the value stands in this very patch
    }
    return content !== undefined && patchSets(patch, content, value);
  }

  /** What `variable` becomes in the file, by the inline substitutions of the Kustomizations that build it. */
  substitution(path: string, variable: string): Substitution {
    const { roots } = this.#derive();
    const values: { by: string; value: string }[] = [];
    let unknown = false;
    for (const { facts, reach } of roots) {
      const value = facts.substitute.get(variable);
      if ((value === undefined && !facts.substitutesFrom) || !reach().has(path)) {
        continue;
      }
      if (value === undefined || value.includes('${')) {
        unknown = true;
      } else {
        values.push({ by: facts.title, value });
      }
    }
    return { values, unknown };
  }

  #derive(): Derived {
    this.#derived ??= this.#build();
    return this.#derived;
  }

  #build(): Derived {
    const files = [...this.#facts.entries()];
    const graph = new BuildGraph(
      this.#facts.keys(),
      new Map(files.flatMap(([path, { kustomize }]) => (kustomize ? [[path, kustomize] as const] : []))),
    );
    const found = files.flatMap(([path, facts]) => facts.fluxKustomizations.map((root) => findRoot(graph, root, path)));
    // `path: ./` is as common for a source that is some other repository or artifact; such a Kustomization counts only
    // when its source is one that certainly is this repository.
    const buildsAll = (root: Root): boolean => root.folders.includes('');
    const own = new Set(found.filter((root) => root.folders.length > 0 && !buildsAll(root)).map((r) => r.facts.source));
    const roots = found.filter((root) => !buildsAll(root) || own.size === 0 || own.has(root.facts.source));
    const rootsAt = new Map<string, Root[]>();
    for (const root of roots) {
      for (const folder of [...root.folders, ...root.components]) {
        rootsAt.set(folder, [...(rootsAt.get(folder) ?? []), root]);
      }
    }
    const synced = files.flatMap(([path, facts]) => facts.syncPaths.flatMap((sync) => graph.buildFolders(sync, path)));
    const reached = graph.reach([...rootsAt.keys(), ...synced]);
    // An ExternalArtifact may be put together from any folders of this repository.
    const repacked = found.some(
      (root) => root.folders.length === 0 && root.facts.source.startsWith('ExternalArtifact/'),
    );
    return { graph, roots, rootsAt, reached: repacked || reached.size === 0 ? undefined : reached };
  }
}

function findRoot(graph: BuildGraph, facts: FluxKustomizationFacts, definedIn: string): Root {
  const folders = graph.buildFolders(facts.path ?? '', definedIn);
  const components = folders.flatMap((folder) =>
    facts.components.flatMap((component) => resolvePath(folder, component) ?? []),
  );
  let reached: ReadonlySet<string> | undefined;
  return { facts, folders, components, reach: () => (reached ??= graph.reach([...folders, ...components])) };
}

/** Flux merges its entries into those of the kustomize file, by name (fluxcd/pkg kustomize/kustomize_generator.go). */
function mergeImages(own: readonly ImageOverride[], flux: readonly ImageOverride[]): ImageOverride[] {
  const replaced = new Set(flux.map((entry) => entry.name));
  return [...own.filter((entry) => !replaced.has(entry.name)), ...flux];
}
