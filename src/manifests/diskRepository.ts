/**
 * A repository in a folder on disk. Follows no symbolic link (Flux packs none into its artifacts either, and a link may
 * lead out of the folder or in a circle) and skips folders that hold no manifests.
 */
import { open, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { isIgnoredFolder, isIgnoredPath, isYamlPath, maxFileBytes } from './notAManifest.ts';
import type { Repository } from './repository.ts';

/** A file that is there and was not read, or a folder that was not listed, relative to the repository. */
export interface LeftOut {
  readonly path: string;
  /** `unreadable`: the system refused it; `size`: larger than is read. */
  readonly reason: 'unreadable' | 'size';
  /** In words, for a person. */
  readonly message: string;
}

export interface DiskRepositoryOptions {
  /** Ends the walk: someone will open their home folder. */
  readonly maxFiles?: number;
  /** Hears of what is there and was not read; what is gone meanwhile is nothing that was left out. */
  readonly onLeftOut?: (leftOut: LeftOut) => void;
}

export class DiskRepository implements Repository {
  readonly #root: string;
  readonly #maxFiles: number;
  readonly #onLeftOut: (leftOut: LeftOut) => void;

  constructor(root: string, options: DiskRepositoryOptions = {}) {
    this.#root = root;
    this.#maxFiles = options.maxFiles ?? 20_000;
    this.#onLeftOut = options.onLeftOut ?? (() => undefined);
  }

  async list(signal?: AbortSignal): Promise<readonly string[]> {
    const found: string[] = [];
    const folders = [''];
    for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
      for (const entry of await this.#entries(folder)) {
        if (signal?.aborted === true || found.length >= this.#maxFiles) {
          return found;
        }
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
        if (entry.kind === 'folder' && !isIgnoredFolder(entry.name)) {
          folders.push(path);
        } else if (entry.kind === 'file' && isYamlPath(path)) {
          found.push(path);
        }
      }
    }
    return found;
  }

  async #entries(folder: string): Promise<{ name: string; kind: 'file' | 'folder' }[]> {
    const entries: { name: string; kind: 'file' | 'folder' }[] = [];
    try {
      for await (const entry of await opendir(join(this.#root, folder))) {
        if (entry.isFile() || entry.isDirectory()) {
          entries.push({ name: entry.name, kind: entry.isFile() ? 'file' : 'folder' });
        }
      }
    } catch (error) {
      this.#refused(folder, error);
      return entries; // gone meanwhile, or not ours to read: the rest of the repository is still worth checking
    }
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async read(path: string): Promise<string | undefined> {
    if (isIgnoredPath(path) && !/(?:^|\/)Chart\.ya?ml$/.test(path)) {
      return undefined;
    }
    try {
      const file = await open(join(this.#root, path), 'r');
      try {
        const { size } = await file.stat();
        if (size > maxFileBytes) {
          const message = `larger than ${maxFileBytes / 1_000_000} MB`;
          this.#onLeftOut({ path, reason: 'size', message });
          return undefined;
        }
        return await file.readFile('utf8');
      } finally {
        await file.close();
      }
    } catch (error) {
      this.#refused(path, error);
      return undefined;
    }
  }

  #refused(path: string, error: unknown): void {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code !== 'ENOENT') {
      this.#onLeftOut({ path, reason: 'unreadable', message: `cannot be read (${code})` });
    }
  }
}
