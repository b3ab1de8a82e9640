/**
 * What the words of a command line mean: an object by name, a file or a folder, and the repository that it is in. Looks at
 * names on disk; reads no file.
 */
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { findRepositoryRoot } from '../git/findRepositoryRoot.ts';
import type { FluxName } from '../render/desired.ts';
import type { BuildArguments } from './buildOptions.ts';
import { UsageError } from './usageError.ts';

/** Paths are relative to the repository, with `/`; its top folder is `''`. */
export type Target =
  /** `namespace` is `''` where it is to be searched. */
  | { readonly by: 'name'; readonly name: FluxName }
  | { readonly by: 'file'; readonly path: string }
  | { readonly by: 'folder'; readonly path: string };

export interface FoundTarget {
  readonly target: Target;
  /** Absolute. */
  readonly repository: string;
  /** A file of the repository that tells what is meant from others of the same name, where one was given. */
  readonly file: string | undefined;
  /** Whether Git knows the repository, so that it has commits. */
  readonly hasCommits: boolean;
}

type Wanted = Pick<BuildArguments, 'target' | 'namespace' | 'file' | 'repository' | 'diff'>;

/** `folder`: where the user is, absolute. Throws `UsageError` for what does not exist. */
export async function findTarget(wanted: Wanted, folder: string): Promise<FoundTarget> {
  const name = readName(wanted);
  if (name) {
    const found = await findRepository(wanted, await realpath(folder), folder);
    const file = wanted.file === undefined ? undefined : await findFile(wanted.file, found.repository, folder);
    return { ...found, file, target: { by: 'name', name } };
  }
  if (wanted.namespace !== undefined) {
    throw new UsageError('--namespace goes with ks/NAME or hr/NAME.');
  }
  const { path, kind } = await findPath(wanted, folder);
  const found = await findRepository(wanted, kind === 'file' ? dirname(path) : path, folder);
  if (!isWithin(path, found.repository)) {
    throw new UsageError(`${wanted.target} is not in the repository ${found.repository}.`);
  }
  const inside = pathIn(found.repository, path);
  const file = wanted.file === undefined ? undefined : await findFile(wanted.file, found.repository, folder);
  return { ...found, file: file ?? (kind === 'file' ? inside : undefined), target: { by: kind, path: inside } };
}

/** From where the user is, or from the top of the repository, as messages name files. */
async function findFile(file: string, repository: string, folder: string): Promise<string> {
  for (const base of [folder, repository]) {
    try {
      const path = await realpath(resolve(base, file));
      if (isWithin(path, repository) && (await stat(path)).isFile()) {
        return pathIn(repository, path);
      }
    } catch {
      // the other base then
    }
  }
  throw new UsageError(`--file ${file} is no file of the repository ${repository}.`);
}

function pathIn(repository: string, path: string): string {
  return relative(repository, path).split(sep).join('/');
}

const kinds: ReadonlyMap<string, FluxName['kind']> = new Map([
  ['ks', 'Kustomization'],
  ['kustomization', 'Kustomization'],
  ['hr', 'HelmRelease'],
  ['helmrelease', 'HelmRelease'],
]);

/** `hr/plex`, `hr/media/plex`. A folder of such a name is meant by `./hr/plex`. `undefined` for what is no name. */
export function readName({ target, namespace }: Pick<Wanted, 'target' | 'namespace'>): FluxName | undefined {
  const [prefix = '', ...names] = target.split('/');
  const kind = kinds.get(prefix.toLowerCase());
  if (kind === undefined || names.length === 0) {
    return undefined;
  }
  if (names.length > 2 || names.includes('')) {
    throw new UsageError(`"${target}" names no ${kind}.`, [
      `Name it as ${prefix}/NAME or ${prefix}/NAMESPACE/NAME, a folder as ./${target}`,
    ]);
  }
  const [name = '', own = namespace ?? ''] = [...names].reverse();
  if (namespace !== undefined && namespace !== own) {
    throw new UsageError(`"${target}" and --namespace ${namespace} name two namespaces.`);
  }
  return { kind, namespace: own, name };
}

interface FoundPath {
  /** Absolute, links resolved. */
  readonly path: string;
  readonly kind: 'file' | 'folder';
}

async function findPath({ target, diff }: Wanted, folder: string): Promise<FoundPath> {
  const wanted = resolve(folder, target);
  try {
    const path = await realpath(wanted);
    return { path, kind: (await stat(path)).isDirectory() ? 'folder' : 'file' };
  } catch {
    if (diff === undefined) {
      throw new UsageError(`There is no file or folder ${target}.`, [
        'Objects of the repository are named as ks/NAME and hr/NAME.',
      ]);
    }
  }
  // Deleted since the commit perhaps; what its name says must do.
  return { path: await realpathOfMissing(wanted), kind: /\.ya?ml$/i.test(wanted) ? 'file' : 'folder' };
}

async function realpathOfMissing(path: string): Promise<string> {
  const above = dirname(path);
  try {
    return join(await realpath(above), basename(path));
  } catch {
    return above === path ? path : join(await realpathOfMissing(above), basename(path));
  }
}

/**
 * Without Git the user's own folder is the repository, for bases beside what is built are then found; `near` itself where that
 * is elsewhere.
 */
async function findRepository(
  { repository }: Wanted,
  near: string,
  folder: string,
): Promise<Pick<FoundTarget, 'repository' | 'hasCommits'>> {
  if (repository !== undefined) {
    const given = await existingFolder(resolve(folder, repository));
    return { repository: given, hasCommits: (await findRepositoryRoot(given)) === given };
  }
  const root = await findRepositoryRoot(near);
  if (root !== undefined) {
    return { repository: root, hasCommits: true };
  }
  const own = await realpath(folder);
  return { repository: isWithin(near, own) ? own : near, hasCommits: false };
}

async function existingFolder(path: string): Promise<string> {
  try {
    if ((await stat(path)).isDirectory()) {
      return await realpath(path);
    }
  } catch {
    // said below
  }
  throw new UsageError(`--repository ${path} is no folder.`);
}

function isWithin(path: string, folder: string): boolean {
  const inside = relative(folder, path);
  return inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
}
