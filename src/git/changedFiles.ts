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
 * it. A file that is too large to be read counts as changed only where its size is another one. Throws `Failure('cancelled')`.
 */
export async function changedFiles(
  commit: Files<File & { readonly version: string }>,
  workTree: Files<File>,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const before = new Map((await commit.list(signal)).map((file) => [file.path, file]));
  const changed: string[] = [];
  let turnEnds = performance.now() + turnMs;
  for (const { path, size } of await workTree.list(signal)) {
    const old = before.get(path);
    before.delete(path);
    if (old?.size !== size) {
      changed.push(path);
      continue;
    }
    const content = await workTree.read(path);
    if (content !== undefined && blobId(content, old.version.length) !== old.version) {
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

/** As `git hash-object`; repositories with longer ids hash with SHA-256. */
function blobId(content: Uint8Array, digits: number): string {
  const hash = createHash(digits === 64 ? 'sha256' : 'sha1');
  return hash.update(`blob ${content.length}\0`).update(content).digest('hex');
}
