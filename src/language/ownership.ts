/**
 * Whose an address is, seen from the repository that names it: its own, one of the same owner, or somebody else's. Goes by
 * the addresses of the repository's remotes alone; contacts nothing.
 */
import { normalizeRepositoryUrl, sameRepository } from '../flux/repositoryUrl.ts';

/** `own`: this very repository, or an artifact that is named like it. */
export type Ownership = 'own' | 'sameOwner' | 'thirdParty';

export interface KnownOwners {
  /** Addresses of the repository's remotes. */
  readonly remotes: readonly string[];
  /** Owners that count as one's own: `github.com/example`, or a whole host. */
  readonly ownHosts: readonly string[];
}

/** Registries that stand beside a host of repositories and use its names. */
const repositoryHosts: Readonly<Record<string, string>> = {
  'ghcr.io': 'github.com',
  'registry.gitlab.com': 'gitlab.com',
  'codeberg.org': 'codeberg.org',
};

export function ownershipOf(url: string, { remotes, ownHosts }: KnownOwners): Ownership {
  if (remotes.some((remote) => sameRepository(url, remote))) {
    return 'own';
  }
  const place = placeOf(url);
  const [host, owner, name] = place?.split('/') ?? [];
  if (place === undefined || host === undefined || owner === undefined) {
    return 'thirdParty';
  }
  const known = remotes.flatMap((remote) => normalizeRepositoryUrl(remote) ?? []);
  if (url.startsWith('oci://') && known.some((remote) => `${place}/`.startsWith(`${remote}/`) && name !== undefined)) {
    return 'own';
  }
  const isOwner = known.some((remote) => remote.startsWith(`${host}/${owner}/`));
  const isDeclared = ownHosts.some((own) => `${place}/`.startsWith(`${own.replace(/\/+$/, '').toLowerCase()}/`));
  return isOwner || isDeclared ? 'sameOwner' : 'thirdParty';
}

/** `github.com/example/name`, for artifacts in the registry beside it too. */
function placeOf(url: string): string | undefined {
  const place = normalizeRepositoryUrl(url.replace(/^oci:\/\//, 'https://'));
  const [host = ''] = place?.split('/') ?? [];
  const beside = url.startsWith('oci://') && Object.hasOwn(repositoryHosts, host) ? repositoryHosts[host] : undefined;
  return place === undefined ? undefined : beside === undefined ? place : `${beside}${place.slice(host.length)}`;
}
