/**
 * What of a repository a source follows, and which commit it holds: of Git as `spec.ref` says, of an artifact as who pushed it has
 * written down. Reads one object.
 */
import type { FluxObject } from './objects.ts';
import { parseRevision } from './revision.ts';

export type Followed =
  | { readonly by: 'branch' | 'tag' | 'commit'; readonly name: string }
  /** Only the source itself can tell: a range of versions, a reference of a server, an artifact of a registry. */
  | { readonly by: 'source' };

export interface SourceOrigin {
  readonly follows: Followed;
  /** Of the repository; `undefined` where nothing says it. */
  readonly url: string | undefined;
  /** What it holds, as Flux writes it; of an artifact, what that was made of (`main@sha1:…`). */
  readonly revision: string | undefined;
  /** The full id of that commit. */
  readonly commit: string | undefined;
}

export function sourceOrigin(source: FluxObject): SourceOrigin {
  const { artifact } = source.status ?? {};
  const isGit = source.kind === 'GitRepository';
  const made = artifact?.metadata?.['org.opencontainers.image.revision'];
  const revision = isGit ? artifact?.revision : made;
  const { algorithm, digest } = parseRevision(revision ?? '');
  const isCommit = (algorithm === 'sha1' || algorithm === 'sha256') && /^[0-9a-f]{40,64}$/.test(digest ?? '');
  return {
    follows: isGit ? followedRef(source) : { by: 'source' },
    url: isGit ? source.spec?.url : artifact?.metadata?.['org.opencontainers.image.source'],
    revision,
    commit: isCommit ? digest : undefined,
  };
}

/** In the order in which source-controller heeds them (`spec.ref` of GitRepository, api v1); without any it is `master`. */
function followedRef({ spec }: FluxObject): Followed {
  const { commit = '', name = '', semver = '', tag = '', branch = '' } = spec?.ref ?? {};
  if (commit !== '') {
    return { by: 'commit', name: commit };
  }
  const [, kind, short] = /^refs\/(heads|tags)\/(.+)$/.exec(name) ?? [];
  if (name !== '') {
    return short === undefined ? { by: 'source' } : { by: kind === 'heads' ? 'branch' : 'tag', name: short };
  }
  if (semver !== '') {
    return { by: 'source' };
  }
  return tag === '' ? { by: 'branch', name: branch === '' ? 'master' : branch } : { by: 'tag', name: tag };
}

/** The revision of another commit, written as Flux would: `main@sha1:…`. */
export function revisionOf(follows: Followed, commit: string): string {
  const algorithm = commit.length === 64 ? 'sha256' : 'sha1';
  return follows.by === 'branch' || follows.by === 'tag'
    ? `${follows.name}@${algorithm}:${commit}`
    : `${algorithm}:${commit}`;
}
