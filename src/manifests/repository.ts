/**
 * What this project needs of a repository: which YAML files there are, and their text. Implemented by means: a folder on
 * disk, memory for tests. Says nothing about what is in a file.
 */
export interface Repository {
  /**
   * Paths relative to the repository, with `/`, of every file that may hold YAML. Never throws for a folder that cannot
   * be read: what can be, is listed. Ends early, with what it has, when `signal` is aborted.
   */
  list(signal?: AbortSignal): Promise<readonly string[]>;
  /** The text, `undefined` when there is no such file, it cannot be read or is larger than is read. */
  read(path: string): Promise<string | undefined>;
}
