/**
 * What of a repository a source follows, and which commit it holds: of Git as `spec.ref` says, of an artifact as who pushed it has
 * written down. Reads one object.
 */
import type { FluxObject } from './objects.ts';
import { parseRevision } from './revision.ts';

/** What `spec.ref` of a GitRepository names. */
export interface FollowedRef {
  /** `range`: of versions; `reference`: by its whole name, and neither a branch nor a tag. */
  readonly by: 'branch' | 'tag' | 'range' | 'commit' | 'reference';
  readonly name: string;
}

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
  return {
    follows: isGit ? followedInClone(followedRef(source)) : { by: 'source' },
    url: isGit ? source.spec?.url : artifact?.metadata?.['org.opencontainers.image.source'],
    revision,
    commit: commitOf(revision),
  };
}

/** `undefined` for a revision that is no commit's: the digest of an artifact, a version. */
export function commitOf(revision: string | undefined): string | undefined {
  const { algorithm, digest = '' } = parseRevision(revision ?? '');
  const length = algorithm === 'sha1' ? 40 : algorithm === 'sha256' ? 64 : 0;
  return digest.length === length && /^[0-9a-f]+$/.test(digest) ? digest : undefined;
}

/**
 * Of a GitRepository, in the order in which source-controller looks (sc v1.9 internal/controller gitrepository_controller.go,
 * fluxcd/pkg git checkout); without any it is `master`.
 */
export function followedRef({ spec }: FluxObject): FollowedRef {
  const { commit = '', name = '', semver = '', tag = '', branch = '' } = spec?.ref ?? {};
  if (commit !== '') {
    return { by: 'commit', name: commit };
  }
  if (name !== '') {
    const [, kind, short] = /^refs\/(heads|tags)\/(.+)$/.exec(name) ?? [];
    return short === undefined ? { by: 'reference', name } : { by: kind === 'heads' ? 'branch' : 'tag', name: short };
  }
  if (semver !== '') {
    return { by: 'range', name: semver };
  }
  return tag === '' ? { by: 'branch', name: branch === '' ? 'master' : branch } : { by: 'tag', name: tag };
}

function followedInClone({ by, name }: FollowedRef): Followed {
  return by === 'range' || by === 'reference' ? { by: 'source' } : { by, name };
}

/** The revision of another commit, written as Flux would: `main@sha1:…`. */
export function revisionOf(follows: Followed, commit: string): string {
  const algorithm = commit.length === 64 ? 'sha256' : 'sha1';
  return follows.by === 'branch' || follows.by === 'tag'
    ? `${follows.name}@${algorithm}:${commit}`
    : `${algorithm}:${commit}`;
}
