/**
 * Where the files of a repository stand in an artifact that is packed of it: what a source leaves out, below which folder it
 * begins, and what an ArtifactGenerator copies where. Names only; reads no file.
 */
import { createHash } from 'node:crypto';
import { globMatches, wildcardMatches } from '../manifests/globMatch.ts';
import { type IgnoreText, isLeftOutByDefault, sourceIgnoreTest } from '../manifests/ignoreRules.ts';
import { folderOf, isBelow, nameOf, resolvePath } from '../manifests/repositoryPath.ts';

/** One copy operation of an ArtifactGenerator, from this repository into the artifact. */
export interface ArtifactCopy {
  /** As in `@alias/<from>`: a file, a folder or a glob. */
  readonly from: string;
  /** As in `@artifact/<to>`. */
  readonly to: string;
  readonly exclude: readonly string[];
}

export interface ArtifactRules {
  /** Folder of the repository that is the artifact's root. */
  readonly base: string;
  readonly ignore: readonly IgnoreText[];
  /** What is copied of the packed files into another artifact; absent: the artifact is the packed files. */
  readonly copies?: readonly ArtifactCopy[];
}

export class ArtifactView {
  readonly base: string;
  /** Equal for equal rules. */
  readonly id: string;
  readonly #rules: ArtifactRules;

  constructor(rules: ArtifactRules) {
    this.base = rules.base;
    this.id = createHash('sha256').update(JSON.stringify(rules)).digest('hex').slice(0, 12);
    this.#rules = rules;
  }

  /** Whether an ArtifactGenerator has made it. */
  get copied(): boolean {
    return this.#rules.copies !== undefined;
  }

  /** The artifact that is copied together from this one. */
  with(copies: readonly ArtifactCopy[]): ArtifactView {
    return new ArtifactView({ ...this.#rules, copies });
  }

  /** The repository's files by their places in the artifact. A file may have several places; a later copy wins a place. */
  place(paths: readonly string[]): ReadonlyMap<string, string> {
    const ignored = sourceIgnoreTest(this.#rules.ignore);
    const packed = new Map<string, string>();
    for (const path of paths) {
      if (isBelow(path, this.base) && !ignored(path)) {
        packed.set(path.slice(this.base === '' ? 0 : this.base.length + 1), path);
      }
    }
    const { copies } = this.#rules;
    if (copies === undefined) {
      return packed;
    }
    const copied = new Map<string, string>();
    for (const copy of copies) {
      copyInto(copied, packed, copy);
    }
    return new Map([...copied].filter(([place]) => !isLeftOutByDefault(place)));
  }
}

/** As `cp -r` would (source-watcher internal/builder/builder.go). */
function copyInto(
  into: Map<string, string>,
  packed: ReadonlyMap<string, string>,
  { from, to, exclude }: ArtifactCopy,
): void {
  const pattern = from.replace(/\/+$/, '');
  const isGlob = /[*?[\]]/.test(pattern);
  const contentsOf = /^(?<folder>.+)\/\*\*$/.exec(pattern)?.groups?.['folder'];
  const literal = isGlob ? literalFolder(pattern) : pattern;
  for (const [place, path] of packed) {
    const taken = isGlob ? globTakes(pattern, place) : isBelow(place, pattern);
    if (!taken || isExcluded(place, literal, exclude)) {
      continue;
    }
    let target = `${to}/${place}`;
    if (contentsOf !== undefined && place.startsWith(`${contentsOf}/`)) {
      target = `${to}/${place.slice(contentsOf.length + 1)}`;
    } else if (!isGlob && place !== pattern) {
      target = `${to}/${nameOf(pattern)}/${place.slice(pattern.length + 1)}`;
    } else if (!isGlob) {
      // To a folder where the path says so or where there is one already, else to that name.
      const isFolder = to === '' || to.endsWith('/') || [...into.keys()].some((key) => key.startsWith(`${to}/`));
      target = isFolder ? `${to}/${nameOf(place)}` : to;
    }
    into.set(resolvePath('', target.replace(/^\/+/, '')) ?? target, path);
  }
}

/** Go's `fs.Glob`, where `**` is no more than `*`; of a folder that matches all is copied. */
function globTakes(pattern: string, place: string): boolean {
  const parts = place.split('/');
  return pattern.split('/').every((segment, index) => {
    const part = parts[index];
    return part !== undefined && wildcardMatches(segment, part);
  });
}

/** The folder before the first segment that is a pattern. */
function literalFolder(pattern: string): string {
  const parts = pattern.split('/');
  const first = parts.findIndex((part) => /[*?[\]]/.test(part));
  return parts.slice(0, Math.max(first, 0)).join('/');
}

function isExcluded(place: string, base: string, exclude: readonly string[]): boolean {
  const relative = base !== '' && isBelow(place, base) ? place.slice(base.length + 1) : place;
  return exclude.some((pattern) =>
    pattern.includes('/')
      ? globMatches(`/${pattern}`, place) || globMatches(`/${pattern}`, relative)
      : globMatches(pattern, nameOf(place)),
  );
}

/** The folders above a file that may be the root of an artifact in which `path` is a folder, the outermost first. */
export function basesFor(path: string, definedIn: string, hasFolder: (folder: string) => boolean): string[] {
  const bases: string[] = [];
  for (let base = folderOf(definedIn); ; base = folderOf(base)) {
    const folder = resolvePath(base, path.replace(/^\/+/, ''));
    if (folder !== undefined && hasFolder(folder)) {
      bases.unshift(base);
    }
    if (base === '') {
      return bases;
    }
  }
}
