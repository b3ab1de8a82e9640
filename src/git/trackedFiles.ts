/**
 * The tracked files of one work tree that are ignored, for who lists it again and again: Git is asked when its index or a rule
 * has changed. Starts no more than one process at a time, and lets nobody wait long or fail.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { findGitDirectory } from './findRepositoryRoot.ts';
import { ignoredTrackedFiles } from './ignoredTrackedFiles.ts';
import type { GitOptions } from './runGit.ts';

export interface TrackedFilesOptions extends GitOptions {
  /** Milliseconds after which Git's answer is given up. It needs tens of them; a disk that hangs must not hang a render. */
  readonly limitMs?: number;
}

interface Asked {
  readonly index: string;
  readonly files: Promise<ReadonlySet<string>>;
}

const none: ReadonlySet<string> = new Set();

export class TrackedFiles {
  readonly #root: string;
  readonly #options: TrackedFilesOptions;
  #asked: Asked | undefined;

  /** `root` is the top folder of a work tree, or a folder in none. */
  constructor(root: string, options: TrackedFilesOptions = {}) {
    this.#root = root;
    this.#options = options;
  }

  /** A `.gitignore` has changed, of which the index knows nothing. */
  forget(): void {
    this.#asked = undefined;
  }

  /** Paths below the root that a `.gitignore` names and the index has. Empty where Git cannot tell. Never throws. */
  async ignored(): Promise<ReadonlySet<string>> {
    const index = await this.#indexVersion();
    if (index === undefined) {
      return none;
    }
    if (this.#asked?.index !== index) {
      this.#asked = { index, files: this.#ask() };
    }
    const asked = this.#asked;
    try {
      return await asked.files;
    } catch {
      // It took too long: whoever asks next tries again.
      this.#asked = this.#asked === asked ? undefined : this.#asked;
      return none;
    }
  }

  #ask(): Promise<ReadonlySet<string>> {
    const { limitMs = 5_000, ...options } = this.#options;
    return ignoredTrackedFiles(this.#root, { ...options, signal: AbortSignal.timeout(limitMs) });
  }

  /** `undefined` where nothing is tracked. */
  async #indexVersion(): Promise<string | undefined> {
    const directory = await findGitDirectory(this.#root);
    try {
      const found = directory && (await stat(join(directory.own, 'index'), { bigint: true }));
      return found && [found.mtimeNs, found.size, found.ino].join('-');
    } catch {
      return undefined;
    }
  }
}
