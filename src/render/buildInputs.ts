/**
 * Which files a build may read, and one text that changes with them: what makes it right to use a build again after an edit
 * elsewhere. Takes in rather too much than too little; where a build may read anything, it is everything.
 */
import { createHash } from 'node:crypto';
import { isKustomizeFileName } from '../manifests/notAManifest.ts';
import { folderOf, foldersUp, isBelow, nameOf, resolvePath } from '../manifests/repositoryPath.ts';
import type { RepositorySnapshot } from './repositoryModel.ts';

/** What is known of the files of a tree: a view's places, which a snapshot keeps, or those of an artifact. */
type Places = ReadonlyMap<string, string>;

/**
 * The inputs of all trees of all states that somebody still holds: a hundred renders of one state ask the same, most of them
 * for the build of the same parent. Gone with the state.
 */
export class InputsOfTrees {
  readonly #known = new WeakMap<RepositorySnapshot, WeakMap<Places, TreeInputs>>();

  of(places: Places, snapshot: RepositorySnapshot): TreeInputs {
    const known = this.#known.get(snapshot) ?? new WeakMap<Places, TreeInputs>();
    this.#known.set(snapshot, known);
    const inputs = known.get(places) ?? new TreeInputs(places, snapshot);
    known.set(places, inputs);
    return inputs;
  }
}

/** Files of a tree by their places in it, and what is known of each. */
export class TreeInputs {
  readonly #places: Places;
  readonly #snapshot: RepositorySnapshot;
  readonly #folders = new Set<string>();
  /** Places of kustomize files by folder. */
  readonly #kustomize = new Map<string, string>();
  /** Neither places nor snapshot change, so that an answer stays. One for each path that a build began at. */
  readonly #files = new Map<string, readonly string[]>();
  readonly #versions = new Map<string, string>();

  constructor(places: Places, snapshot: RepositorySnapshot) {
    this.#places = places;
    this.#snapshot = snapshot;
    for (const place of places.keys()) {
      for (const folder of foldersUp(folderOf(place))) {
        this.#folders.add(folder);
      }
      if (isKustomizeFileName(nameOf(place))) {
        this.#kustomize.set(folderOf(place), place);
      }
    }
  }

  /** Differs when a file differs that a build of the path may read; `components` are relative to the path. */
  version(path: string, components: readonly string[]): string {
    const key = JSON.stringify([path, ...components]);
    let version = this.#versions.get(key);
    if (version === undefined) {
      const hash = createHash('sha256');
      for (const place of this.files(path, components)) {
        const file = this.#places.get(place) ?? '';
        hash.update(`${place}\0${file}\0${this.#snapshot.version(file) ?? ''}\0`);
      }
      version = hash.digest('hex');
      this.#versions.set(key, version);
    }
    return version;
  }

  /** Places of the files that a build of the path may read, sorted. */
  files(path: string, components: readonly string[]): readonly string[] {
    const key = JSON.stringify([path, ...components]);
    let files = this.#files.get(key);
    if (files === undefined) {
      const folder = resolvePath('', path.replace(/^\/+/, '')) ?? '';
      const starts = [folder, ...components.flatMap((component) => resolvePath(folder, component) ?? [])];
      files = (this.#inputs(starts) ?? [...this.#places.keys()]).sort();
      this.#files.set(key, files);
    }
    return files;
  }

  /** `undefined` when it may be any file. */
  #inputs(starts: readonly string[]): string[] | undefined {
    const inputs = new Set<string>();
    const folders = new Set(starts);
    for (const folder of folders) {
      const kustomizeFile = this.#kustomize.get(folder);
      if (kustomizeFile === undefined) {
        this.#scan(folder, inputs, folders);
        continue;
      }
      inputs.add(kustomizeFile);
      const { references, opaque } = this.#snapshot.model(this.#places.get(kustomizeFile) ?? '');
      if (opaque) {
        return undefined;
      }
      for (const reference of references) {
        const found = resolvePath(folder, reference);
        if (found !== undefined && this.#places.has(found)) {
          inputs.add(found);
        } else if (found !== undefined && this.#folders.has(found) && found !== folder) {
          folders.add(found); // a set yields what is added while it is walked
        }
      }
    }
    return [...inputs];
  }

  /** A folder without kustomize file takes in all below it, whole folders where one has such a file. */
  #scan(folder: string, inputs: Set<string>, folders: Set<string>): void {
    for (const place of this.#places.keys()) {
      if (isBelow(place, folder)) {
        const kustomized = foldersUp(folderOf(place)).findLast(
          (one) => isBelow(one, folder) && this.#kustomize.has(one),
        );
        if (kustomized === undefined) {
          inputs.add(place);
        } else {
          folders.add(kustomized);
        }
      }
    }
  }
}
