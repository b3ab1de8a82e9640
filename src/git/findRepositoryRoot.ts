/**
 * Which Git repository a file is in, found on disk without a git process. Reads names and small files; runs nothing and
 * follows no path to another machine.
 */
import { readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';

/** Where a work tree's repository keeps its data. */
export interface GitDirectory {
  /** The work tree's own: `.git`, `.git/worktrees/<name>`, `.git/modules/<name>`. */
  readonly own: string;
  /** Shared by all work trees of the repository: holds `config`. The same as `own` but for linked work trees. */
  readonly common: string;
}

/** Bytes up to which a file of Git's is read: they are some lines long. */
const maxFileSize = 1024 * 1024;

/**
 * The top folder of the work tree that holds `path`, which need not exist itself: the nearest folder upwards with a
 * `.git` that leads to a repository. `undefined` outside of any.
 */
export async function findRepositoryRoot(path: string): Promise<string | undefined> {
  let folder = resolve(path);
  for (;;) {
    if ((await findGitDirectory(folder)) !== undefined) {
      return folder;
    }
    const parent = dirname(folder);
    if (parent === folder) {
      return undefined;
    }
    folder = parent;
  }
}

/** The repository of the work tree with that top folder: a `.git` folder, or a `.git` file of a linked work tree or submodule. */
export async function findGitDirectory(root: string): Promise<GitDirectory | undefined> {
  const entry = join(root, '.git');
  const kind = await kindOf(entry);
  const own = kind === 'file' ? await pointer(entry, root, /^gitdir:\s*(?<path>.+?)\s*$/m) : entry;
  if (kind === undefined || own === undefined || (await kindOf(join(own, 'HEAD'))) !== 'file') {
    return undefined;
  }
  const common = await pointer(join(own, 'commondir'), own, /^(?<path>.+?)\s*$/m);
  return { own, common: common ?? own };
}

/** The text of a small file, `undefined` when it cannot be read or is none. */
export async function readSmallFile(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    return size > maxFileSize ? undefined : await readFile(path, 'utf8');
  } catch {
    return undefined; // missing, no right to read it, a folder
  }
}

async function pointer(file: string, base: string, pattern: RegExp): Promise<string | undefined> {
  const path = pattern.exec((await readSmallFile(file)) ?? '')?.groups?.['path'];
  if (path === undefined || /^[\\/]{2}/.test(path)) {
    // A share's name (\\host\share) in an untrusted folder would send the user's credentials there on Windows.
    return undefined;
  }
  return isAbsolute(path) ? path : resolve(base, path);
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : undefined;
  } catch {
    return undefined;
  }
}
