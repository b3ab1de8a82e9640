/**
 * The remotes of a Git repository, read from its config. Enough to tell whose repository it is; contacts none of them.
 * The user's and the system's config are not read, so an abbreviation that only they define stays unexpanded.
 */
import { join } from 'node:path';
import { findGitDirectory, readSmallFile } from './findRepositoryRoot.ts';
import { parseGitConfig, type GitConfigEntry } from './gitConfig.ts';

export interface Remote {
  readonly name: string;
  /**
   * Every address of the remote, once each: as written and as Git rewrites it (`insteadOf`, `pushInsteadOf`), for
   * fetching and for pushing. May hold credentials: show them through `repositoryLabel`.
   */
  readonly urls: readonly string[];
}

/** `root` is the top folder of a work tree. Empty when there is no repository or it has no remote. Never throws. */
export async function readRemotes(root: string): Promise<readonly Remote[]> {
  const directory = await findGitDirectory(root);
  if (!directory) {
    return [];
  }
  const shared = parseGitConfig((await readSmallFile(join(directory.common, 'config'))) ?? '');
  const hasOwn = shared.some(
    ({ section, key, value }) => section === 'extensions' && key === 'worktreeconfig' && value !== 'false',
  );
  const own = hasOwn ? parseGitConfig((await readSmallFile(join(directory.own, 'config.worktree'))) ?? '') : [];
  return remotesOf([...shared, ...own]);
}

/** The remotes that config entries define, in their order. */
export function remotesOf(entries: readonly GitConfigEntry[]): Remote[] {
  const remotes = new Map<string, Set<string>>();
  const rewrites = rewritesOf(entries);
  for (const { section, subsection, key, value = '' } of entries) {
    if (section !== 'remote' || subsection === '' || value === '' || (key !== 'url' && key !== 'pushurl')) {
      continue;
    }
    const urls = remotes.get(subsection) ?? new Set();
    remotes.set(subsection, urls);
    urls.add(value);
    urls.add(rewrite(value, rewrites.fetch));
    if (key === 'url') {
      urls.add(rewrite(value, rewrites.push)); // Git does not rewrite an explicit pushurl by pushInsteadOf
    }
  }
  return [...remotes].map(([name, urls]) => ({ name, urls: [...urls] }));
}

interface Rewrite {
  readonly prefix: string;
  readonly by: string;
}

function rewritesOf(entries: readonly GitConfigEntry[]): Record<'fetch' | 'push', Rewrite[]> {
  const found: Record<'fetch' | 'push', Rewrite[]> = { fetch: [], push: [] };
  for (const { section, subsection, key, value = '' } of entries) {
    if (section === 'url' && value !== '' && (key === 'insteadof' || key === 'pushinsteadof')) {
      found[key === 'insteadof' ? 'fetch' : 'push'].push({ prefix: value, by: subsection });
    }
  }
  return found;
}

/** The longest prefix wins, as in Git. */
function rewrite(url: string, rewrites: readonly Rewrite[]): string {
  const best = rewrites
    .filter(({ prefix }) => url.startsWith(prefix))
    .reduce<Rewrite | undefined>((a, b) => (a && a.prefix.length >= b.prefix.length ? a : b), undefined);
  return best ? best.by + url.slice(best.prefix.length) : url;
}
