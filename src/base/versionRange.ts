/**
 * Semantic versions and ranges of them as Masterminds/semver 3.5 reads them, which is what Helm and the Flux controllers use:
 * `~`, `^` and pre-releases mean something else to npm's `semver`. Pure text.
 */
import { compareText } from './compareText.ts';

export interface Version {
  readonly numbers: readonly [bigint, bigint, bigint];
  /** Without the `-`; `''` for a release. */
  readonly pre: string;
  /** As it was written. */
  readonly text: string;
}

const longestVersion = 256;
const longestRange = 512;
const mostGroups = 32;
/** A segment is an unsigned number of 64 bits. */
const segmentLimit = 1n << 64n;

const identifiers = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const versionPattern = new RegExp(`^v?(\\d+)(?:\\.(\\d+))?(?:\\.(\\d+))?(?:-(${identifiers}))?(?:\\+${identifiers})?$`);

/** `undefined` for text that is no version. What is left out at the end counts as 0; a leading `v` and zeros do not count. */
export function parseVersion(text: string): Version | undefined {
  const match = text.length > longestVersion ? null : versionPattern.exec(text);
  if (!match) {
    return undefined;
  }
  const [, major = '', minor = '0', patch = '0', pre = ''] = match as readonly (string | undefined)[];
  const numbers = [BigInt(major), BigInt(minor), BigInt(patch)] as const;
  const isValid = numbers.every((number) => number < segmentLimit) && !/(?:^|\.)0\d+(?:\.|$)/.test(pre);
  return isValid ? { numbers, pre, text } : undefined;
}

/** Negative when `a` is older. What stands behind `+` does not count. */
export function compareVersions(a: Version, b: Version): number {
  for (const [index, number] of a.numbers.entries()) {
    const other = b.numbers[index] ?? 0n;
    if (number !== other) {
      return number < other ? -1 : 1;
    }
  }
  if (a.pre === '' || b.pre === '') {
    return Number(a.pre === '') - Number(b.pre === '');
  }
  return comparePreReleases(a.pre.split('.'), b.pre.split('.'));
}

function comparePreReleases(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const left = a[index];
    const right = b[index];
    if (left === undefined || right === undefined) {
      return left === undefined ? -1 : 1;
    }
    const numeric = [left, right].map((part) => /^\d+$/.test(part));
    if (numeric[0] !== numeric[1]) {
      return numeric[0] === true ? -1 : 1;
    }
    const order = numeric[0] === true ? Number(BigInt(left) - BigInt(right)) : compareText(left, right);
    if (order !== 0) {
      return order;
    }
  }
  return 0;
}

type Operator = '=' | '!=' | '>' | '<' | '>=' | '<=' | '~' | '^';

interface Comparison {
  readonly operator: Operator;
  readonly version: Version;
  /** How many numbers were given: what is a wildcard or left out does not count. */
  readonly given: 0 | 1 | 2 | 3;
}

const operators: Readonly<Record<string, Operator>> = {
  '': '=',
  '=': '=',
  '!=': '!=',
  '>': '>',
  '<': '<',
  '>=': '>=',
  '=>': '>=',
  '<=': '<=',
  '=<': '<=',
  '~': '~',
  '~>': '~',
  '^': '^',
};

const part = '[0-9xX*]+';
const wildcardVersion = `v?${part}(?:\\.${part})?(?:\\.${part})?(?:-${identifiers})?(?:\\+${identifiers})?`;
const comparisonPattern = new RegExp(`(=>|=<|!=|>=|<=|~>|[=<>~^]|) ?(${wildcardVersion})(?: ?, ?| |$)`, 'y');
const hyphenPattern = new RegExp(`(${wildcardVersion}) - (${wildcardVersion}) ?`, 'g');
const partsPattern = new RegExp(`^v?(${part})(?:\\.(${part}))?(?:\\.(${part}))?(?:-(${identifiers}))?`);

/** Tells whether a version is in a range. */
export type VersionRange = (version: Version) => boolean;

/** `undefined` for text that is no range; the empty text is none either. One version is a range of one. */
export function parseRange(text: string): VersionRange | undefined {
  if (text.length > longestRange) {
    return undefined;
  }
  // One space in place of many, so that no pattern below has two ways to read a text.
  const groups = text
    .replaceAll(/[\t\n\f\r ]+/g, ' ')
    .replaceAll(hyphenPattern, '>=$1, <=$2 ')
    .split('||')
    .map((group) => readGroup(group.trim()));
  if (groups.length > mostGroups || groups.includes(undefined)) {
    return undefined;
  }
  return (version) => groups.some((group) => group !== undefined && isInGroup(version, group));
}

/** All of a group must hold at once. */
function readGroup(text: string): readonly Comparison[] | undefined {
  const comparisons: Comparison[] = [];
  comparisonPattern.lastIndex = 0;
  do {
    const match = comparisonPattern.exec(text);
    const comparison = match ? readComparison(match[1] ?? '', match[2] ?? '') : undefined;
    if (!comparison) {
      return undefined;
    }
    comparisons.push(comparison);
  } while (comparisonPattern.lastIndex < text.length);
  return /,$/.test(text) ? undefined : comparisons;
}

function readComparison(operator: string, text: string): Comparison | undefined {
  const [, ...parts] = (partsPattern.exec(text) ?? []) as readonly (string | undefined)[];
  const wildcard = parts.slice(0, 3).findIndex((part) => part === undefined || /^[xX*]$/.test(part));
  const given = (wildcard < 0 ? 3 : wildcard) as Comparison['given'];
  const numbers = [0, 1, 2].map((index) => (index < given ? (parts[index] ?? '0') : '0')).join('.');
  const pre = parts[3] === undefined ? '' : `-${parts[3]}`;
  const version = parseVersion(numbers + pre);
  const known = operators[operator];
  return version && known && { operator: known, version, given };
}

function isInGroup(version: Version, group: readonly Comparison[]): boolean {
  // A pre-release is only for who asks for one, anywhere in the group.
  if (version.pre !== '' && group.every((comparison) => comparison.version.pre === '')) {
    return false;
  }
  return group.every((comparison) => holds(version, comparison));
}

/** constraints.go of the library, one case for each of its functions, its quirks included. */
function holds(version: Version, { operator, version: bound, given }: Comparison): boolean {
  const order = compareVersions(version, bound);
  const [major, minor] = version.numbers;
  const [boundMajor, boundMinor] = bound.numbers;
  const sameMajor = major === boundMajor;
  const sameMinor = sameMajor && minor === boundMinor;
  switch (operator) {
    case '=':
      return given === 3 ? order === 0 : inTilde(version, bound, given);
    case '!=':
      return isOther(version, bound, given);
    case '>':
      if (given === 3 || given === 0) {
        return order > 0;
      }
      return major > boundMajor || (given === 2 && sameMajor && minor > boundMinor);
    case '<':
      return order < 0;
    case '>=':
      return order >= 0;
    case '<=':
      if (given === 3) {
        return order <= 0;
      }
      return major < boundMajor || (sameMajor && (given === 1 || minor <= boundMinor));
    case '~':
      return inTilde(version, bound, given);
    case '^':
      if (order < 0) {
        return false;
      }
      if (boundMajor > 0n || given === 1) {
        return sameMajor;
      }
      return boundMinor > 0n || given === 2 ? sameMinor : sameMinor && version.numbers[2] === bound.numbers[2];
  }
}

function inTilde(version: Version, bound: Version, given: Comparison['given']): boolean {
  if (compareVersions(version, bound) < 0) {
    return false;
  }
  const isAny = bound.numbers.every((number) => number === 0n) && (given === 0 || given === 3);
  const sameMajor = version.numbers[0] === bound.numbers[0];
  return isAny || (sameMajor && (given === 1 || version.numbers[1] === bound.numbers[1]));
}

function isOther(version: Version, bound: Version, given: Comparison['given']): boolean {
  const [major, minor] = version.numbers;
  if (given === 3) {
    return compareVersions(version, bound) !== 0;
  }
  if (major !== bound.numbers[0]) {
    return true;
  }
  if (given === 1) {
    return false;
  }
  if (minor !== bound.numbers[1]) {
    return true;
  }
  return given === 2 ? version.pre !== bound.pre : compareVersions(version, bound) !== 0;
}
