/**
 * All files of one commit, as `RepositoryFiles` of `manifests` asks for them, without a checkout: the work tree is never
 * touched. Knows no YAML and no Flux.
 */
import type { Disposable } from '../base/disposables.ts';
import { cancelled, Failure, isFailure } from '../base/failure.ts';
import { BlobReader } from './blobReader.ts';
import { type CommitFile, type CommitTree, type LeftOut, parseTree } from './commitTree.ts';
import { type GitOptions, runGit } from './runGit.ts';

export interface CommitLimits {
  /** Files in all, but those that are not counted. */
  readonly files: number;
  /** Bytes of one file that is read; a larger one is listed all the same. */
  readonly fileBytes: number;
  /** Bytes of those files as far as they can be read. */
  readonly totalBytes: number;
}

/** As for a folder on disk. */
const ordinary: CommitLimits = { files: 20_000, fileBytes: 10_000_000, totalBytes: 256_000_000 };

export interface CommitFilesParts extends GitOptions {
  /** A folder of the repository. */
  readonly root: string;
  /** The full id, as `resolveRevision` gives it. */
  readonly commit: string;
  readonly limits?: Partial<CommitLimits>;
  /** Files that count for no limit, such as images: they are listed all the same. Default: none. */
  readonly uncounted?: (path: string) => boolean;
}

export class CommitFiles implements Disposable {
  readonly commit: string;
  readonly #parts: CommitFilesParts;
  readonly #limits: CommitLimits;
  readonly #blobs: BlobReader;
  #tree: CommitTree | undefined;
  #byPath: ReadonlyMap<string, CommitFile> = new Map();

  /** Nothing runs before the first call. Disposed by who made it: a process stays until then. */
  constructor(parts: CommitFilesParts) {
    this.commit = parts.commit;
    this.#parts = parts;
    this.#limits = { ...ordinary, ...parts.limits };
    this.#blobs = new BlobReader(parts.root, parts);
  }

  async list(signal?: AbortSignal): Promise<readonly CommitFile[]> {
    return (await this.#load(signal)).files;
  }

  /** What the commit has beside the files, for who tells a reader. Files that are missing are none of it: then all calls fail. */
  async leftOut(signal?: AbortSignal): Promise<readonly LeftOut[]> {
    return (await this.#load(signal)).leftOut;
  }

  /** `undefined` when the commit has no such file, or a larger one than is read. Throws a `Failure` when Git fails. */
  async read(path: string): Promise<Uint8Array | undefined> {
    await this.#load();
    const file = this.#byPath.get(path);
    return file === undefined || file.size > this.#limits.fileBytes ? undefined : this.#blobs.read(file.version);
  }

  dispose(): void {
    this.#blobs.dispose();
  }

  /** A commit does not change, so it is listed once. */
  async #load(signal?: AbortSignal): Promise<CommitTree> {
    if (this.#tree !== undefined) {
      if (signal?.aborted === true) {
        throw cancelled('listing the commit');
      }
      return this.#tree;
    }
    const { root, commit } = this.#parts;
    if (!/^[0-9a-f]{40,64}$/.test(commit)) {
      throw new Failure('invalid', `${JSON.stringify(commit)} is no id of a commit`);
    }
    const args = ['ls-tree', '-r', '-z', '-l', '--full-tree', commit];
    let listing: Buffer;
    try {
      listing = await runGit(root, args, { ...this.#parts, signal, maxBytes: 64_000_000 });
    } catch (error) {
      // Some versions of Git give up at the first file that they may not fetch.
      throw isFailure(error, 'invalid') && error.message.includes('promisor remote')
        ? notFetched('files', error)
        : error;
    }
    const tree = parseTree(listing.toString('utf8'));
    this.#check(tree);
    this.#byPath = new Map(tree.files.map((file) => [file.path, file]));
    this.#tree = tree;
    return tree;
  }

  #check({ files, leftOut }: CommitTree): void {
    const [missing, ...more] = leftOut.filter(({ kind }) => kind === 'missing');
    if (missing) {
      throw notFetched(more.length === 0 ? missing.path : `${missing.path} and ${more.length} more`);
    }
    const { files: most, fileBytes, totalBytes } = this.#limits;
    const held = files.filter(({ path }) => this.#parts.uncounted?.(path) !== true);
    if (held.length > most) {
      throw new Failure('invalid', `the commit holds more than ${most} files`);
    }
    const total = held.reduce((sum, { size }) => sum + (size > fileBytes ? 0 : size), 0);
    if (total > totalBytes) {
      throw new Failure('invalid', `the commit holds more than ${Math.round(totalBytes / 1_000_000)} MB of files`);
    }
  }
}

/** What is not here would look as if the commit did not have it. To fetch it is the user's to do: nothing here asks a network. */
function notFetched(what: string, cause?: Error): Failure {
  const message = `the clone is partial and has not fetched ${what} of the commit: \`git fetch --refetch --no-filter\` does`;
  return new Failure('invalid', message, { cause });
}
