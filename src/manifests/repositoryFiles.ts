/**
 * What a build needs of a repository: every file, whatever its name, as bytes. Implemented by means: a folder on disk, unsaved
 * editors laid over one, a Git commit, an unpacked artifact, memory for tests. `Repository` is the narrower look at YAML texts
 * that the language service has. Says nothing about what is in a file.
 */

export interface RepositoryFile {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Differs whenever the content does (an object id, a time and a size, a document's version): equal means unchanged. */
  readonly version: string;
}

export interface RepositoryFiles {
  /**
   * Every regular file, sorted by path, but what no Flux source packs: `.git` and symbolic links. What cannot be read is left
   * out. Throws `Failure('cancelled')` when `signal` is aborted, and `Failure('invalid')` when there is more than is held.
   */
  list(signal?: AbortSignal): Promise<readonly RepositoryFile[]>;
  /** `undefined` when there is no such file or it cannot be read. */
  read(path: string): Promise<Uint8Array | undefined>;
}
