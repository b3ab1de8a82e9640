/**
 * Which files differ between a commit and the files of a work tree, by content. Not asked of `git diff`, which runs the filter
 * programs that a repository's configuration names. Reads through what it is given.
 */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { cancelled } from '../base/failure.ts';

/** Files by path; `RepositoryFiles` of `manifests` is one. */
interface Files<F> {
  list(signal?: AbortSignal): Promise<readonly F[]>;
  read(path: string): Promise<Uint8Array | undefined>;
}

interface File {
  readonly path: string;
  readonly size: number;
}

/** How long files are hashed, in milliseconds, before others get a turn. */
const turnMs = 20;

/**
 * Paths that were added, changed or deleted, sorted. `version` of a committed file is the id of its blob, as `CommitFiles` gives
 * it. A file that is too large to be read counts as changed only where its size is another one; one that cannot be read for any
 * other reason may be anything, and counts. Line ends are no change: a checkout under `core.autocrlf` has others than the commit.
 * Throws `Failure('cancelled')`.
 */
export async function changedFiles(
  commit: Files<Committed>,
  workTree: Files<File>,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const before = new Map((await commit.list(signal)).map((file) => [file.path, file]));
  const changed: string[] = [];
  let turnEnds = performance.now() + turnMs;
  for (const { path, size } of await workTree.list(signal)) {
    const old = before.get(path);
    before.delete(path);
    if (!old || !(await isSame({ path, size }, old, commit, workTree))) {
      changed.push(path);
    }
    if (signal?.aborted === true) {
      throw cancelled('Looking for changed files');
    }
    if (performance.now() > turnEnds) {
      await setImmediate();
      turnEnds = performance.now() + turnMs;
    }
  }
  return [...changed, ...before.keys()].sort((a, b) => (a < b ? -1 : 1));
}

type Committed = File & { readonly version: string };

async function isSame(
  { path, size }: File,
  old: Committed,
  commit: Files<Committed>,
  workTree: Files<File>,
): Promise<boolean> {
  if (size < old.size) {
    return false;
  }
  const content = await workTree.read(path);
  if (content === undefined) {
    // The commit's own is read up to the same size.
    return size === old.size && (await commit.read(path)) === undefined;
  }
  if (size === old.size) {
    return blobId(content, old.version.length) === old.version;
  }
  const text = withLineFeeds(content);
  return text.length === old.size && blobId(text, old.version.length) === old.version;
}

/** Without the carriage return of each line end. */
function withLineFeeds(content: Uint8Array): Uint8Array {
  const isKept = (byte: number, at: number): boolean => byte !== 0x0d || content[at + 1] !== 0x0a;
  return content.filter(isKept);
}

/** As `git hash-object`; repositories with longer ids hash with SHA-256. */
function blobId(content: Uint8Array, digits: number): string {
  const hash = createHash(digits === 64 ? 'sha256' : 'sha1');
  return hash.update(`blob ${content.length}\0`).update(content).digest('hex');
}
