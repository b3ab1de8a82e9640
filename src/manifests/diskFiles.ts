/**
 * All files of a folder on disk as a build needs them. Follows no symbolic link (Flux packs none, and a link may lead out of
 * the folder or in a circle), and leaves out what `.gitignore` files name: such files are rarely committed, and only what is
 * committed gets into a source. A file that was committed all the same is there only where the caller names it, for Git's index
 * is not read here. Watches nothing.
 */
import { closeSync, constants, type Dirent, fstatSync, lstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../base/failure.ts';
import { Turns } from '../base/turns.ts';
import { type IgnoreTest, type IgnoreText, ignoreTest, isLeftOutByDefault } from './ignoreRules.ts';
import type { RepositoryFile, RepositoryFiles } from './repositoryFiles.ts';
import { folderOf, foldersUp, resolvePath } from './repositoryPath.ts';

export interface DiskLimits {
  /** Files in all, but those that sources leave out by default: such are listed, and nobody has to hold them. */
  readonly files: number;
  /** Bytes of one file that is read; a larger one is listed all the same. */
  readonly fileBytes: number;
  /** Bytes of those files as far as they can be read. */
  readonly totalBytes: number;
}

const ordinary: DiskLimits = { files: 20_000, fileBytes: 10_000_000, totalBytes: 256_000_000 };

/**
 * How long files are listed or read before others get a turn. Within it the file system is asked synchronously: a render lists a
 * thousand files at every edit, and reads them all once; waiting for each alone takes twenty times as long as the answers.
 */
const sliceMs = 5;

/** A file up to this size is read in one go with no turn within. */
const smallBytes = 256_000;

type Tracked = () => Promise<ReadonlySet<string>>;

const noneTracked: Tracked = () => Promise.resolve(new Set<string>());

function withFolders(files: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...files].flatMap((path) => [path, ...foldersUp(folderOf(path))]));
}

export class DiskFiles implements RepositoryFiles {
  readonly #root: string;
  readonly #limits: DiskLimits;
  readonly #askTracked: Tracked;
  readonly #reading = new Turns({ sliceMs, what: 'Reading the folder' });
  #kept: Promise<ReadonlySet<string>> | undefined;

  /** `tracked`: files that are there although a `.gitignore` names them; asked at the first listing, then kept. */
  constructor(root: string, limits: Partial<DiskLimits> = {}, tracked: Tracked = noneTracked) {
    this.#root = root;
    this.#limits = { ...ordinary, ...limits };
    this.#askTracked = tracked;
  }

  async list(signal?: AbortSignal): Promise<readonly RepositoryFile[]> {
    this.#kept ??= this.#askTracked().then(withFolders);
    const kept = await this.#kept;
    const turns = new Turns({ sliceMs, what: 'Reading the folder', signal });
    const walk: Walk = { kept, files: [], held: 0, total: 0, turns };
    await this.#walk('', { texts: [], ignored: () => false }, walk);
    return walk.files.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    if (path === '' || resolvePath('', path) !== path) {
      return undefined; // nothing outside, and one name only for what is inside
    }
    await this.#reading.take();
    const found = attempt(() => this.#readSmall(path));
    return found === 'large' ? readFile(join(this.#root, path)).catch(() => undefined) : found;
  }

  #readSmall(path: string): Uint8Array | 'large' | undefined {
    // A pipe would wait for who writes into it, and the whole process with it.
    const file = openSync(
      join(this.#root, path),
      constants.O_RDONLY | (process.platform === 'win32' ? 0 : constants.O_NONBLOCK),
    );
    try {
      const status = fstatSync(file);
      if (!status.isFile() || status.size > this.#limits.fileBytes) {
        return undefined;
      }
      return status.size > smallBytes ? 'large' : readFileSync(file);
    } finally {
      closeSync(file);
    }
  }

  async #walk(folder: string, rules: Rules, walk: Walk): Promise<void> {
    await walk.turns.take();
    const entries = this.#entries(folder);
    if (folder !== '' && entries.some((entry) => entry.name === '.git')) {
      return; // a repository of its own, such as a submodule: its files are no files of this one
    }
    // Below a folder that is left out no rule takes in again.
    const hasRules = folder === '' || !rules.ignored(folder, true);
    const own =
      hasRules && entries.some((entry) => entry.isFile() && entry.name === '.gitignore')
        ? this.#ignoreText(folder)
        : undefined;
    const inner = own === undefined ? rules : withRules(rules, { folder, text: own });
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.name === '.git') {
        continue; // a folder, or in a worktree a file
      }
      if (entry.isFile() && (!inner.ignored(path) || walk.kept.has(path))) {
        this.#add(path, walk);
      } else if (entry.isDirectory() && (!inner.ignored(path, true) || walk.kept.has(path))) {
        await this.#walk(path, inner, walk);
      }
    }
  }

  #add(path: string, walk: Walk): void {
    const status = attempt(() => lstatSync(join(this.#root, path), { bigint: true }));
    if (status?.isFile() !== true) {
      return;
    }
    const size = Number(status.size);
    walk.files.push({ path, size, version: [status.mtimeNs, status.size, status.ino].join('-') });
    if (isLeftOutByDefault(path)) {
      return;
    }
    walk.held += 1;
    walk.total += size > this.#limits.fileBytes ? 0 : size;
    if (walk.held > this.#limits.files) {
      throw new Failure('invalid', `The folder holds more than ${this.#limits.files} files`);
    }
    if (walk.total > this.#limits.totalBytes) {
      throw new Failure('invalid', `The folder holds more than ${megabytes(this.#limits.totalBytes)} of files`);
    }
  }

  /** None where the folder is gone meanwhile, or not ours to read: the rest may still be enough for a build. */
  #entries(folder: string): Dirent[] {
    const entries = attempt(() => readdirSync(join(this.#root, folder), { withFileTypes: true })) ?? [];
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #ignoreText(folder: string): string | undefined {
    return attempt(() => readFileSync(join(this.#root, folder, '.gitignore'), 'utf8'));
  }
}

/** What the `.gitignore` files of a folder and of those above it say. */
interface Rules {
  readonly texts: readonly IgnoreText[];
  readonly ignored: IgnoreTest;
}

function withRules(rules: Rules, added: IgnoreText): Rules {
  const texts = [...rules.texts, added];
  return { texts, ignored: ignoreTest(texts) };
}

/** One listing under way. */
interface Walk {
  /** Ignored files that are there all the same, and the folders above them. */
  readonly kept: ReadonlySet<string>;
  readonly files: RepositoryFile[];
  /** Of the files those that count, and their bytes as far as they can be read. */
  held: number;
  total: number;
  readonly turns: Turns;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_000_000)} MB`;
}
