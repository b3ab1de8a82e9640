/**
 * Ignore rules in gitignore's syntax, as Flux reads them: the patterns of `.sourceignore` files and of a source's
 * `spec.ignore` (fluxcd/pkg sourceignore, over go-git's plumbing/format/gitignore). Says which paths are left out; walks
 * nothing. A pattern comes from a repository, so matching takes at most pattern times text steps.
 */
import { isBelow } from './repositoryPath.ts';

/** Left out whatever anybody writes. */
const versionControl = ['.git/', '.gitignore', '.gitmodules', '.gitattributes'];

/** Left out as long as nobody writes a pattern. */
const defaults = [
  ...['*.jpg', '*.jpeg', '*.gif', '*.png', '*.wmv', '*.flv', '*.tar.gz', '*.zip'],
  ...['.github/', '.circleci/', '.travis.yml', '.gitlab-ci.yml', 'appveyor.yml', '.drone.yml'],
  ...['cloudbuild.yaml', 'codeship-services.yml', 'codeship-steps.yml'],
  ...['**/.goreleaser.yml', '**/.sops.yaml', '**/.flux.yaml'],
];

/** A text with patterns, and the folder that they speak of (`''`: the root). */
export interface IgnoreText {
  readonly folder: string;
  readonly text: string;
}

/** Whether a set of rules leaves a file out, or a folder. */
export type IgnoreTest = (path: string, isFolder?: boolean) => boolean;

/**
 * What a source leaves out of its artifact. `texts`: the `.sourceignore` files, folders before those within them, then
 * `spec.ignore`; later patterns win. As soon as there is one pattern, the defaults are gone (source-controller
 * gitrepository_controller.go, pkg/artifact/storage).
 */
export function sourceIgnoreTest(texts: readonly IgnoreText[]): IgnoreTest {
  const written = texts.flatMap(readPatterns);
  const own = written.length > 0 ? written : defaults.map((line) => parsePattern(line, ''));
  return test([...versionControl.map((line) => parsePattern(line, '')), ...own]);
}

/** What a source leaves out where nobody has said anything: images, archives, the settings of other tools. */
export const isLeftOutByDefault: IgnoreTest = sourceIgnoreTest([]);

/** What plain gitignore files leave out. `texts` as above. */
export function ignoreTest(texts: readonly IgnoreText[]): IgnoreTest {
  return test(texts.flatMap(readPatterns));
}

interface Pattern {
  readonly folder: string;
  /** `!`: takes files in again that an earlier pattern left out. */
  readonly includes: boolean;
  readonly foldersOnly: boolean;
  readonly segments: readonly Segment[];
}

interface Token {
  readonly star: boolean;
  /** Whether it stands for this one character. */
  readonly matches: (character: string) => boolean;
}
/**
 * `empty` comes of a leading or double slash; `never`: malformed, or `**` beside other text. A plain name is compared whole, and of
 * `*.jpg` the end: a folder is listed at every edit, and most patterns are one of these.
 */
type Segment = 'empty' | 'folders' | 'never' | { readonly name: string } | { readonly end: string } | readonly Token[];

function test(patterns: readonly Pattern[]): IgnoreTest {
  const lastFirst = patterns.toReversed();
  return (path, isFolder = false) => {
    const parts = path.split('/');
    return lastFirst.find((pattern) => patternMatches(pattern, path, parts, isFolder))?.includes === false;
  };
}

function readPatterns({ folder, text }: IgnoreText): Pattern[] {
  return text
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#') && line.trim() !== '')
    .map((line) => parsePattern(line, folder));
}

function parsePattern(line: string, folder: string): Pattern {
  const includes = line.startsWith('!');
  let text = includes ? line.slice(1) : line;
  text = text.endsWith('\\ ') ? text : text.replace(/ +$/, '');
  const foldersOnly = text.endsWith('/');
  const segments = (foldersOnly ? text.slice(0, -1) : text).split('/').map(parseSegment);
  return { folder, includes, foldersOnly, segments };
}

function parseSegment(text: string): Segment {
  if (text === '') {
    return 'empty';
  }
  if (text === '**') {
    return 'folders';
  }
  if (!/[*?[\\]/.test(text)) {
    return { name: text };
  }
  if (/^\*[^*?[\\]+$/.test(text)) {
    return { end: text.slice(1) };
  }
  return text.includes('**') ? 'never' : (parseTokens(text) ?? 'never');
}

/** `all`: the parts of the path. */
function patternMatches(pattern: Pattern, path: string, all: readonly string[], isFolder: boolean): boolean {
  const { folder, segments } = pattern;
  if (path === folder || !isBelow(path, folder)) {
    return false;
  }
  const parts = folder === '' ? all : path.slice(folder.length + 1).split('/');
  const [only] = segments;
  if (segments.length > 1 || only === undefined) {
    return globMatches(pattern, parts, isFolder);
  }
  // A pattern without a slash means a name in any folder; one of a folder means all below it.
  const at = parts.findIndex((part) => segmentMatches(only, part));
  return at >= 0 && !(pattern.foldersOnly && !isFolder && at === parts.length - 1);
}

/** go-git's walk, its greed included: after `**` the first name that fits is taken, and never another one tried. */
function globMatches({ segments, foldersOnly }: Pattern, parts: readonly string[], isFolder: boolean): boolean {
  let at = 0;
  let matched = false;
  let anyDepth = false;
  for (const [index, segment] of segments.entries()) {
    if (segment === 'empty') {
      anyDepth = false;
      continue;
    }
    if (segment === 'folders') {
      if (index === segments.length - 1) {
        break;
      }
      anyDepth = true;
      continue;
    }
    const fits = (part: string, i: number): boolean => (anyDepth ? i >= at : i === at) && segmentMatches(segment, part);
    const found = parts.findIndex(fits);
    if (found < 0) {
      return false;
    }
    matched = true;
    anyDepth = false;
    at = found + 1;
  }
  return matched && !(foldersOnly && !isFolder && at === parts.length);
}

/** Go's `filepath.Match`, without backtracking further than the last star. */
function segmentMatches(segment: Segment, text: string): boolean {
  if (typeof segment === 'string') {
    return false;
  }
  if ('name' in segment) {
    return segment.name === text;
  }
  if ('end' in segment) {
    return text.endsWith(segment.end);
  }
  const characters = Array.from(text);
  let s = 0;
  let c = 0;
  let star = -1;
  let grown = 0;
  while (c < characters.length) {
    const token = segment[s];
    if (token?.star === true) {
      star = s;
      grown = c;
      s += 1;
    } else if (token?.matches(characters[c] ?? '') === true) {
      s += 1;
      c += 1;
    } else if (star >= 0) {
      s = star + 1;
      grown += 1;
      c = grown;
    } else {
      return false;
    }
  }
  return segment.slice(s).every((token) => token.star);
}

/** `undefined` where Go would say that the pattern is malformed, and so match nothing. */
function parseTokens(text: string): Token[] | undefined {
  const characters = Array.from(text);
  const tokens: Token[] = [];
  for (let i = 0; i < characters.length; i += 1) {
    const character = characters[i] ?? '';
    if (character === '*' || character === '?') {
      tokens.push({ star: character === '*', matches: () => true });
    } else if (character === '[') {
      const parsed = parseClass(characters, i + 1);
      if (!parsed) {
        return undefined;
      }
      tokens.push({ star: false, matches: parsed.matches });
      i = parsed.end;
    } else {
      i += Number(character === '\\');
      const literal = characters[i];
      if (literal === undefined) {
        return undefined;
      }
      tokens.push({ star: false, matches: (other) => other === literal });
    }
  }
  return tokens;
}

/** `[a-z]`, `[^a]`; `end` is the index of the closing bracket. */
function parseClass(
  characters: readonly string[],
  start: number,
): { readonly matches: (character: string) => boolean; readonly end: number } | undefined {
  const ranges: (readonly [string, string])[] = [];
  const negated = characters[start] === '^';
  let at = start + Number(negated);
  const take = (): string | undefined => {
    const first = characters[at];
    if (first === undefined || first === '-' || first === ']') {
      return undefined;
    }
    at += first === '\\' ? 2 : 1;
    return characters[at - 1];
  };
  while (characters[at] !== ']' || ranges.length === 0) {
    const low = take();
    let high = low;
    if (characters[at] === '-') {
      at += 1;
      high = take();
    }
    if (low === undefined || high === undefined) {
      return undefined;
    }
    ranges.push([low, high]);
  }
  const within = (character: string): boolean => ranges.some(([low, high]) => low <= character && character <= high);
  return { matches: (character) => within(character) !== negated, end: at };
}
