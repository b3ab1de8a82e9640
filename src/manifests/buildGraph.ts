/**
 * Which files a kustomize build takes in, and which builds a file ends up in: the tree of kustomization.yaml files as Flux
 * builds it. Works on file names and kustomize files alone; what the builds override is asked elsewhere.
 */
import { wildcardMatches } from './globMatch.ts';
import type { KustomizeFile } from './kustomizeFile.ts';
import { isKustomizeFileName } from './notAManifest.ts';
import { folderOf, foldersUp, isBelow, nameOf, resolvePath } from './repositoryPath.ts';

export class BuildGraph {
  readonly #files: ReadonlySet<string>;
  readonly #folders = new Set<string>();
  readonly #kustomize = new Map<string, KustomizeFile>();
  /** Files with such a name by their folder, readable or not. */
  readonly #kustomizePaths = new Map<string, readonly string[]>();
  readonly #children = new Map<string, readonly string[]>();
  readonly #parents = new Map<string, Set<string>>();

  /** `kustomizeFiles` by the path of the file. */
  constructor(files: Iterable<string>, kustomizeFiles: ReadonlyMap<string, KustomizeFile>) {
    this.#files = new Set(files);
    for (const file of this.#files) {
      for (const folder of foldersUp(folderOf(file))) {
        this.#folders.add(folder);
      }
      if (isKustomizeFileName(nameOf(file))) {
        this.#kustomizePaths.set(folderOf(file), [...(this.#kustomizePaths.get(folderOf(file)) ?? []), file]);
      }
    }
    for (const [path, file] of kustomizeFiles) {
      this.#kustomize.set(folderOf(path), file);
    }
    for (const folder of this.#kustomize.keys()) {
      for (const child of this.children(folder)) {
        const parents = this.#parents.get(child) ?? new Set();
        this.#parents.set(child, parents.add(folder));
      }
    }
  }

  kustomizeFile(folder: string): KustomizeFile | undefined {
    return this.#kustomize.get(folder);
  }

  hasFolder(folder: string): boolean {
    return this.#folders.has(folder);
  }

  /** Folders whose kustomize file names this file or folder. */
  parents(path: string): ReadonlySet<string> {
    return this.#parents.get(path) ?? new Set();
  }

  /** Whether kustomize files name this file as a patch and none as a resource: what stands in it is part of another document. */
  isPatch(file: string): boolean {
    const named = [...this.parents(file)].map((folder) => ({ folder, names: this.#kustomize.get(folder) }));
    const resolves = (folder: string, path: string): boolean => resolvePath(folder, path) === file;
    return (
      named.some(({ folder, names }) => names?.patches.some((patch) => resolves(folder, patch.file ?? '')) === true) &&
      !named.some(({ folder, names }) => names?.resources.some((path) => resolves(folder, path)) === true)
    );
  }

  /**
   * Files and folders that a build of the folder takes in directly. A folder without kustomize file takes in all YAML below
   * it, and whole folders where one has such a file (fluxcd/pkg kustomize/kustomize_generator.go).
   */
  children(folder: string): readonly string[] {
    let children = this.#children.get(folder);
    if (!children) {
      const file = this.#kustomize.get(folder);
      children = file ? this.#named(folder, file) : this.#scanned(folder);
      this.#children.set(folder, children);
    }
    return children;
  }

  #named(folder: string, file: KustomizeFile): string[] {
    const named = [
      ...file.resources,
      ...file.components,
      ...file.patches.flatMap((patch) => patch.file ?? []),
      ...file.configMaps.flatMap((configMap) => configMap.files),
    ];
    return named.flatMap((path) => {
      const resolved = path.includes('://') ? undefined : resolvePath(folder, path);
      return resolved !== undefined && (this.#files.has(resolved) || this.#kustomize.has(resolved)) ? [resolved] : [];
    });
  }

  #scanned(folder: string): string[] {
    const found = new Set<string>();
    for (const file of this.#files) {
      if (isBelow(file, folder)) {
        const own = foldersUp(folderOf(file))
          .filter((above) => above !== folder && isBelow(above, folder) && this.#kustomize.has(above))
          .pop();
        found.add(own ?? file);
      }
    }
    return [...found];
  }

  /** Every file that a build of one of the folders takes in, kustomize files included. */
  reach(folders: Iterable<string>): ReadonlySet<string> {
    const reached = new Set<string>();
    const seen = new Set<string>(folders);
    for (const folder of seen) {
      for (const child of this.children(folder)) {
        if (this.#files.has(child)) {
          reached.add(child);
        } else {
          seen.add(child); // a set yields what is added while it is walked: this is the queue
        }
      }
    }
    for (const folder of seen) {
      this.#kustomizePaths.get(folder)?.forEach((file) => reached.add(file));
    }
    return reached;
  }

  /**
   * The folders that a Flux Kustomization's `spec.path` means. The repository's root may be above or below the folder that
   * is open, so the path is tried from the root and from every folder above the Kustomization's own file. A variable in
   * the path stands for anything.
   */
  buildFolders(path: string, definedIn: string): readonly string[] {
    for (const base of foldersUp(folderOf(definedIn)).reverse()) {
      const folder = resolvePath(base, path.replace(/^\/+/, ''));
      if (folder === undefined) {
        continue;
      }
      if (folder.includes('${')) {
        const found = this.#matching(folder);
        if (found.length > 0) {
          return found;
        }
      } else if (this.#folders.has(folder)) {
        return [folder];
      }
    }
    return [];
  }

  #matching(pattern: string): string[] {
    const segments = pattern.replaceAll(/\$\{[^}]*\}/g, '*').split('/');
    return [...this.#folders].filter((folder) => {
      const parts = folder.split('/');
      return (
        parts.length === segments.length && parts.every((part, index) => wildcardMatches(segments[index] ?? '', part))
      );
    });
  }
}
