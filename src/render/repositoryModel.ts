/**
 * What the files of a repository state, kept by the version of each file, so that one keystroke makes one file be read again.
 * Answers about the text alone: nothing here is built.
 */
import { Turns } from '../base/turns.ts';
import { BuildGraph } from '../manifests/buildGraph.ts';
import { type IgnoreText, ignoreTest } from '../manifests/ignoreRules.ts';
import type { KustomizeFile } from '../manifests/kustomizeFile.ts';
import { isIgnoredPath, isYamlPath, maxFileBytes } from '../manifests/notAManifest.ts';
import type { RepositoryFile, RepositoryFiles } from '../manifests/repositoryFiles.ts';
import { folderOf, nameOf } from '../manifests/repositoryPath.ts';
import type { ArtifactView } from './artifactView.ts';
import { emptyModel, type FileModel, isWhole, readFileModel, type StatedDocument } from './fileModel.ts';
import { type FluxSync, fluxSyncs } from './fluxSync.ts';

/** How long files are parsed before others get a turn: parsing a large repository takes half a second, and so does a large file. */
const sliceMs = 10;

/** One state of the files; does not change. */
export class RepositorySnapshot {
  readonly files: readonly RepositoryFile[];
  readonly documents: readonly StatedDocument[];
  readonly #models: ReadonlyMap<string, FileModel>;
  readonly #texts: ReadonlyMap<string, string>;
  readonly #versions: ReadonlyMap<string, string>;
  readonly #places: Map<string, ReadonlyMap<string, string>>;
  readonly #appliers = new Map<string, readonly StatedDocument[]>();
  #byName: ReadonlyMap<string, readonly StatedDocument[]> | undefined;
  #largeFiles: ReadonlySet<string> | undefined;
  #graph: BuildGraph | undefined;
  #syncs: readonly FluxSync[] | undefined;

  constructor(
    files: readonly RepositoryFile[],
    models: ReadonlyMap<string, FileModel>,
    texts: ReadonlyMap<string, string>,
    before?: RepositorySnapshot,
  ) {
    this.files = files;
    this.#models = models;
    this.#texts = texts;
    this.#versions = new Map(files.map((file) => [file.path, file.version]));
    this.documents = files.flatMap((file) => models.get(file.path)?.documents ?? []);
    const isSame = before !== undefined && this.#sameShape(before);
    this.#graph = isSame ? before.#graph : undefined;
    this.#places = isSame ? before.#places : new Map<string, ReadonlyMap<string, string>>();
  }

  /** Whether the same files are there and no kustomize file has changed: then the same files are built. */
  #sameShape(before: RepositorySnapshot): boolean {
    return (
      before.files.length === this.files.length &&
      this.files.every(
        ({ path }, index) =>
          path === before.files[index]?.path && this.model(path).kustomize === before.model(path).kustomize,
      )
    );
  }

  /** `undefined` when there is no such file. */
  version(path: string): string | undefined {
    return this.#versions.get(path);
  }

  model(path: string): FileModel {
    return this.#models.get(path) ?? emptyModel;
  }

  /** Whole documents of a kind, patches left out. */
  appliers(kind: 'Kustomization' | 'HelmRelease'): readonly StatedDocument[] {
    const group = kind === 'HelmRelease' ? 'helm.toolkit.fluxcd.io' : 'kustomize.toolkit.fluxcd.io';
    const appliers =
      this.#appliers.get(kind) ??
      this.documents.filter((document) => document.group === group && document.kind === kind && isWhole(document));
    this.#appliers.set(kind, appliers);
    return appliers;
  }

  /** Documents of a kind by name; one without a namespace may stand for any. */
  named(kind: string, namespace: string, name: string): readonly StatedDocument[] {
    this.#byName ??= Map.groupBy(this.documents, (document) => document.name);
    return (this.#byName.get(name) ?? []).filter(
      (document) =>
        document.kind === kind && (namespace === '' || document.namespace === '' || document.namespace === namespace),
    );
  }

  /** The texts of all files of that name, those of folders before those within them. */
  ignoreTexts(name: '.sourceignore' | '.gitattributes'): readonly IgnoreText[] {
    return [...this.#texts]
      .filter(([path]) => nameOf(path) === name)
      .map(([path, text]) => ({ folder: folderOf(path), text }));
  }

  /** Files that Git LFS keeps, as the `.gitattributes` files say: a commit, and what is packed of it, has pointers. */
  get largeFiles(): ReadonlySet<string> {
    this.#largeFiles ??= storedApart(this.files, this.ignoreTexts('.gitattributes'));
    return this.#largeFiles;
  }

  /** Sources and Kustomizations that a FluxInstance makes. */
  get syncs(): readonly FluxSync[] {
    this.#syncs ??= fluxSyncs(this.documents);
    return this.#syncs;
  }

  /** Files of the repository by their places in an artifact. */
  places(view: ArtifactView): ReadonlyMap<string, string> {
    let places = this.#places.get(view.id);
    if (!places) {
      places = view.place(this.files.map((file) => file.path));
      this.#places.set(view.id, places);
    }
    return places;
  }

  get graph(): BuildGraph {
    this.#graph ??= new BuildGraph(
      this.files.map((file) => file.path),
      this.kustomizeFiles(),
    );
    return this.#graph;
  }

  kustomizeFiles(): ReadonlyMap<string, KustomizeFile> {
    return new Map(
      [...this.#models].flatMap(([path, { kustomize }]) => (kustomize ? [[path, kustomize] as const] : [])),
    );
  }
}

interface KnownFile {
  readonly version: string;
  readonly model: FileModel;
  /** Of files with ignore rules alone. */
  readonly text: string | undefined;
}

export class RepositoryModel {
  readonly #now: (() => number) | undefined;
  #known = new Map<string, KnownFile>();
  #latest: RepositorySnapshot | undefined;

  /** `now`: see `Turns`. */
  constructor(now?: () => number) {
    this.#now = now;
  }

  /** `kin`: models of the same family of states. Throws `Failure('cancelled')`, and what `files` throws. */
  async snapshot(
    files: RepositoryFiles,
    signal?: AbortSignal,
    kin: readonly RepositoryModel[] = [],
  ): Promise<RepositorySnapshot> {
    const listed = await files.list(signal);
    if (this.#latest && sameFiles(this.#latest.files, listed)) {
      return this.#latest;
    }
    const known = new Map<string, KnownFile>();
    const turns = new Turns({ sliceMs, what: 'Reading the repository', signal, now: this.#now });
    for (const file of listed) {
      const before = this.#knownFile(file, kin);
      if (before) {
        known.set(file.path, before);
        continue;
      }
      const text = await readText(files, file);
      const isIgnoreFile = ['.sourceignore', '.gitattributes'].includes(nameOf(file.path));
      const model = text === undefined || isIgnoreFile ? emptyModel : await turns.run(readFileModel(file.path, text));
      known.set(file.path, { version: file.version, model, text: isIgnoreFile ? text : undefined });
      await turns.take();
    }
    this.#known = known;
    this.#latest = new RepositorySnapshot(
      listed,
      new Map([...known].map(([path, { model }]) => [path, model])),
      new Map([...known].flatMap(([path, { text }]) => (text === undefined ? [] : [[path, text] as const]))),
      this.#latest,
    );
    return this.#latest;
  }

  #knownFile({ path, version }: RepositoryFile, kin: readonly RepositoryModel[]): KnownFile | undefined {
    for (const model of [this, ...kin]) {
      const file = model.#known.get(path);
      if (file?.version === version) {
        return file;
      }
    }
    return undefined;
  }
}

function storedApart(files: readonly RepositoryFile[], attributes: readonly IgnoreText[]): ReadonlySet<string> {
  const texts = attributes.map(({ folder, text }) => ({
    folder,
    text: [...text.matchAll(/^(\S+)[ \t].*\bfilter=lfs\b/gm)].map(([, one]) => one).join('\n'),
  }));
  const stored = ignoreTest(texts);
  return new Set(
    texts.every(({ text }) => text === '') ? [] : files.map(({ path }) => path).filter((path) => stored(path)),
  );
}

async function readText(files: RepositoryFiles, file: RepositoryFile): Promise<string | undefined> {
  const { path, size } = file;
  const wanted =
    ['.sourceignore', '.gitattributes'].includes(nameOf(path)) || (isYamlPath(path) && !isIgnoredPath(path));
  const bytes = wanted && size <= maxFileBytes ? await files.read(path) : undefined;
  return bytes && Buffer.from(bytes).toString('utf8');
}

function sameFiles(before: readonly RepositoryFile[], now: readonly RepositoryFile[]): boolean {
  return (
    before.length === now.length &&
    now.every((file, index) => file.path === before[index]?.path && file.version === before[index].version)
  );
}
