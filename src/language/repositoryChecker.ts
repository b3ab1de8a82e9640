/**
 * The checks of one repository, kept up to date file by file: holds what each text says and answers with diagnostics.
 * Knows no disk, no editor and no protocol; the server and the command line feed it.
 */
import { createHash } from 'node:crypto';
import type { Diagnostic } from 'vscode-languageserver-types';
import { RepositoryIndex } from '../manifests/repositoryIndex.ts';
import type { Candidate } from './candidate.ts';
import { inspectFile } from './inspectFile.ts';
import type { KnownOwners } from './ownership.ts';
import { type RuleSettings, validate } from './validate.ts';

interface CheckedFile {
  /** Of the text: the same text is not inspected twice. */
  readonly hash: string;
  readonly candidates: readonly Candidate[];
}

export class RepositoryChecker {
  readonly #index = new RepositoryIndex();
  readonly #files = new Map<string, CheckedFile>();
  #settings: RuleSettings;
  #owners: KnownOwners = { remotes: [], ownHosts: [] };

  constructor(settings: RuleSettings) {
    this.#settings = settings;
  }

  set settings(settings: RuleSettings) {
    this.#settings = settings;
  }

  /** Whose the repository is; until it is told, every address is somebody else's. */
  set owners(owners: KnownOwners) {
    this.#owners = owners;
  }

  /** Files that are known. */
  get size(): number {
    return this.#files.size;
  }

  /** Takes the newest text of a file; `path` is relative to the repository, with `/`. */
  update(path: string, text: string): void {
    const hash = createHash('sha256').update(text).digest('base64');
    if (this.#files.get(path)?.hash === hash) {
      return;
    }
    const { facts, candidates } = inspectFile(text, path);
    this.#files.set(path, { hash, candidates });
    this.#index.update(path, facts);
  }

  remove(path: string): void {
    this.#files.delete(path);
    this.#index.remove(path);
  }

  /** Known files at or below a folder: a deleted folder is told as one path. */
  below(folder: string): readonly string[] {
    return this.#index.below(folder);
  }

  /** Files that may have diagnostics; for every other file there are none. */
  suspects(): readonly string[] {
    return [...this.#files].flatMap(([path, { candidates }]) => (candidates.length > 0 ? [path] : []));
  }

  diagnostics(path: string): Diagnostic[] {
    const file = this.#files.get(path);
    return file ? validate({ path, candidates: file.candidates }, this.#index, this.#settings, this.#owners) : [];
  }
}

/** Checks a text that belongs to no repository. */
export function checkText(text: string, path: string, settings: RuleSettings): Diagnostic[] {
  return validate({ path, candidates: inspectFile(text, path).candidates }, undefined, settings);
}
