/**
 * All files of a folder on disk as a build needs them. Follows no symbolic link (Flux packs none, and a link may lead out of
 * the folder or in a circle), and leaves out what `.gitignore` files leave out: no source ever packs it. Watches nothing.
 */
import { lstat, open, opendir, readFile } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import { cancelled, Failure } from '../base/failure.ts';
import { type IgnoreText, ignoreTest } from './ignoreRules.ts';
import type { RepositoryFile, RepositoryFiles } from './repositoryFiles.ts';
import { resolvePath } from './repositoryPath.ts';

export interface DiskLimits {
  /** Files in all. */
  readonly files: number;
  /** Bytes of one file that is read; a larger one is listed all the same. */
  readonly fileBytes: number;
  /** Bytes of all files that can be read. */
  readonly totalBytes: number;
}

const ordinary: DiskLimits = { files: 20_000, fileBytes: 10_000_000, totalBytes: 64_000_000 };

/** How many files are looked at at once: enough to keep the disk busy, and no run on file handles. */
const batch = 64;

export class DiskFiles implements RepositoryFiles {
  readonly #root: string;
  readonly #limits: DiskLimits;

  constructor(root: string, limits: Partial<DiskLimits> = {}) {
    this.#root = root;
    this.#limits = { ...ordinary, ...limits };
  }

  async list(signal?: AbortSignal): Promise<readonly RepositoryFile[]> {
    const paths: string[] = [];
    await this.#walk('', [], paths, signal);
    const files: RepositoryFile[] = [];
    let total = 0;
    for (let start = 0; start < paths.length; start += batch) {
      this.#check(signal);
      const found = await Promise.all(paths.slice(start, start + batch).map((path) => this.#file(path)));
      for (const file of found.filter((one) => one !== undefined)) {
        files.push(file);
        total += file.size > this.#limits.fileBytes ? 0 : file.size;
      }
      if (total > this.#limits.totalBytes) {
        throw new Failure('invalid', `The folder holds more than ${megabytes(this.#limits.totalBytes)} of files`);
      }
    }
    return files.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    if (path === '' || resolvePath('', path) !== path) {
      return undefined; // nothing outside, and one name only for what is inside
    }
    try {
      const file = await open(join(this.#root, path), 'r');
      try {
        const status = await file.stat();
        return status.isFile() && status.size <= this.#limits.fileBytes ? await file.readFile() : undefined;
      } finally {
        await file.close();
      }
    } catch {
      return undefined;
    }
  }

  async #walk(folder: string, rules: readonly IgnoreText[], paths: string[], signal?: AbortSignal): Promise<void> {
    this.#check(signal);
    const entries = await this.#entries(folder);
    if (folder !== '' && entries.some((entry) => entry.name === '.git')) {
      return; // a repository of its own, such as a submodule: its files are no files of this one
    }
    const own = entries.some((entry) => entry.isFile() && entry.name === '.gitignore')
      ? await this.#ignoreText(folder)
      : undefined;
    const inner = own === undefined ? rules : [...rules, { folder, text: own }];
    const ignored = ignoreTest(inner);
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.name === '.git') {
        continue; // a folder, or in a worktree a file
      }
      if (entry.isFile() && !ignored(path)) {
        if (paths.length >= this.#limits.files) {
          throw new Failure('invalid', `The folder holds more than ${this.#limits.files} files`);
        }
        paths.push(path);
      } else if (entry.isDirectory() && !ignored(path, true)) {
        await this.#walk(path, inner, paths, signal);
      }
    }
  }

  async #entries(folder: string): Promise<Dirent[]> {
    const entries: Dirent[] = [];
    try {
      for await (const entry of await opendir(join(this.#root, folder))) {
        entries.push(entry);
      }
    } catch {
      return entries; // gone meanwhile, or not ours to read: the rest may still be enough for a build
    }
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async #ignoreText(folder: string): Promise<string | undefined> {
    try {
      return await readFile(join(this.#root, folder, '.gitignore'), 'utf8');
    } catch {
      return undefined;
    }
  }

  async #file(path: string): Promise<RepositoryFile | undefined> {
    try {
      const status = await lstat(join(this.#root, path), { bigint: true });
      const version = [status.mtimeNs, status.size, status.ino].join('-');
      return status.isFile() ? { path, size: Number(status.size), version } : undefined;
    } catch {
      return undefined;
    }
  }

  #check(signal: AbortSignal | undefined): void {
    if (signal?.aborted === true) {
      throw cancelled('Reading the folder');
    }
  }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_000_000)} MB`;
}
