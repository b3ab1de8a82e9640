/** The files of a commit, read from the listing that `git ls-tree` prints. Text to data; runs nothing. */
import { compareText } from '../base/compareText.ts';

export interface CommitFile {
  /** From the top of the repository, with `/`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Id of the blob: equal means the same content. */
  readonly version: string;
}

/**
 * What a commit has and no build sees: symbolic links (no source of Flux packs them), submodules (which a GitRepository may
 * fetch), files whose content a partial clone has not fetched, and paths that no checkout would write.
 */
export interface LeftOut {
  readonly path: string;
  readonly kind: 'symlink' | 'submodule' | 'missing' | 'unsafe';
}

export interface CommitTree {
  /** Sorted by path. */
  readonly files: readonly CommitFile[];
  readonly leftOut: readonly LeftOut[];
}

const entry = /^(?<mode>\d{6}) (?<type>\w+) (?<id>[0-9a-f]+) +(?<size>\S+)\t(?<path>.+)$/s;

/** `listing` is the output of `git ls-tree -r -z -l`. Entries that cannot be read are passed over. */
export function parseTree(listing: string): CommitTree {
  const files: CommitFile[] = [];
  const leftOut: LeftOut[] = [];
  for (const line of listing.split('\0')) {
    const { mode, type, id = '', size = '', path = '' } = entry.exec(line)?.groups ?? {};
    if (mode === undefined) {
      continue; // the end
    }
    const kind = leaveOut(mode, type, size, path);
    if (kind === undefined) {
      files.push({ path, size: Number(size), version: id });
    } else {
      leftOut.push({ path, kind });
    }
  }
  files.sort((a, b) => compareText(a.path, b.path));
  return { files, leftOut };
}

function leaveOut(mode: string, type: string | undefined, size: string, path: string): LeftOut['kind'] | undefined {
  if (type === 'commit') {
    return 'submodule';
  }
  if (mode === '120000') {
    return 'symlink';
  }
  // A tree made by hand can hold them; Git's own checkout refuses such paths as well (verify_path in read-cache.c).
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git')) {
    return 'unsafe';
  }
  return /^\d+$/.test(size) ? undefined : 'missing'; // `BAD`: the blob is not here
}
