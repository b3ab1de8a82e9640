/**
 * What a chart version means to Flux: an exact version, or a constraint in the language of Masterminds/semver v3 as
 * source-controller reads it (pinning 2.1). Tells which versions a text lets in; compares no versions of real charts.
 */

/**
 * - `any`: every stable version. `open`, `open-pre`: no upper end; the second lets pre-releases in as well.
 * - `major`, `minor`: one major or minor line. `range`: bounded otherwise. `exact`: one version.
 * - `slip`: exact, but written like a range (`1.2.3-2.0.0`). `empty`: lets nothing in. `invalid`: Helm cannot read it.
 */
export type ChartVersionClass =
  'any' | 'open' | 'open-pre' | 'major' | 'minor' | 'range' | 'exact' | 'slip' | 'empty' | 'invalid';

type Version = readonly [number, number, number];

/** All versions from `from` up to but without `to`; `undefined` has no end. */
interface Span {
  readonly from: Version;
  readonly to: Version | undefined;
  readonly pre: boolean;
}

const zero: Version = [0, 0, 0];
const part = '(?:[0-9]+|[xX*])';
const version = `v?(${part})(?:\\.(${part}))?(?:\\.(${part}))?(?:-([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?`;
const comparison = new RegExp(`^[ \\t]*(=|!=|>=|=>|<=|=<|~>|>|<|~|\\^)?[ \\t]*${version}(?=[ \\t,]|$)`);
const hyphenRange = new RegExp(`(?<=^|[ \\t,])(${version})[ \\t]+-[ \\t]+(${version})(?=$|[ \\t,])`);
const maxLength = 256;

export function classifyChartVersion(text: string): ChartVersionClass {
  const trimmed = text.trim();
  if (trimmed === '') {
    return 'any';
  }
  if (trimmed.length > maxLength) {
    return 'invalid';
  }
  const alternatives: Span[][] = [];
  for (const alternative of trimmed.split('||')) {
    const spans = readAlternative(alternative);
    if (!spans) {
      return 'invalid';
    }
    alternatives.push(spans);
  }
  const spans = alternatives.map(intersect).filter((span) => span !== undefined);
  const [only] = spans;
  if (!only) {
    return 'empty';
  }
  if (spans.length === 1) {
    return isSlip(trimmed) ? 'slip' : classifySpan(only, trimmed);
  }
  const open = spans.filter((span) => span.to === undefined);
  if (open.length === 0) {
    return 'range';
  }
  return open.some((span) => span.pre) ? 'open-pre' : open.some((s) => compare(s.from, zero) === 0) ? 'any' : 'open';
}

function isSlip(text: string): boolean {
  return /^[=v\s]*\d+\.\d+\.\d+-\d+\.\d+\.\d+$/.test(text);
}

function classifySpan(span: Span, text: string): ChartVersionClass {
  if (span.to === undefined) {
    // `~0.0.0` lets everything in as well, by a quirk of the library, but nobody means it: it is an open range.
    const wildcard = compare(span.from, zero) === 0 && /^[=v\s]*[xX*](?:\.[xX*]){0,2}(?:-|$)/.test(text);
    return span.pre ? 'open-pre' : wildcard ? 'any' : 'open';
  }
  if (compare(next(span.from, 2), span.to) === 0) {
    return 'exact';
  }
  if (compare(next(span.from, 1), span.to) === 0) {
    return writtenAsRange(text) ? 'range' : 'minor';
  }
  return compare(next(span.from, 0), span.to) === 0 && !writtenAsRange(text) ? 'major' : 'range';
}

/** Two ends that happen to enclose one line were still written as a range. */
function writtenAsRange(text: string): boolean {
  return /[<>]=?\s*v?\d/.test(text.replaceAll('~>', '~')) || /\s-\s/.test(text);
}

/** The comparisons of one alternative, `undefined` when the text is none. All of them hold at once. */
function readAlternative(text: string): Span[] | undefined {
  const spans: Span[] = [];
  // `a - b` means `>=a <=b`, and is rewritten before anything else is read.
  let rest = text.replace(hyphenRange, (_all, low: string, ...groups: unknown[]) => `>=${low} <=${String(groups[4])}`);
  do {
    const match = comparison.exec(rest);
    const span = match && readComparison(match);
    if (!match || !span) {
      return undefined;
    }
    spans.push(span);
    rest = rest.slice(match[0].length).replace(/^[ \t]*,?[ \t]*/, '');
  } while (rest !== '');
  return spans;
}

function readComparison(match: RegExpExecArray): Span | undefined {
  const [, operator = '', ...parts] = match as readonly (string | undefined)[];
  const numbers = parts
    .slice(0, 3)
    .map((text) => (text === undefined || /[xX*]/.test(text) ? undefined : Number(text)));
  const firstGap = numbers.indexOf(undefined);
  // How many parts are given; what stands behind a wildcard does not count.
  const given = firstGap < 0 ? 3 : firstGap;
  if (numbers.some((value) => value !== undefined && !Number.isSafeInteger(value))) {
    return undefined;
  }
  const at: Version = [numbers[0] ?? 0, given > 1 ? (numbers[1] ?? 0) : 0, given > 2 ? (numbers[2] ?? 0) : 0];
  const pre = parts[3] !== undefined;
  return spanOf(operator, at, given, pre);
}

/** Masterminds/semver v3 constraints.go: constraintTildeOrEqual, constraintTilde, constraintCaret and the comparisons. */
function spanOf(operator: string, at: Version, given: number, pre: boolean): Span {
  const line = (index: number): Span => ({ from: at, to: index < 0 ? undefined : next(at, index), pre });
  switch (operator) {
    case '':
    case '=':
      return line(given - 1);
    case '~':
    case '~>': {
      const everything = given === 3 && compare(at, zero) === 0;
      return everything ? { from: zero, to: undefined, pre } : line(Math.min(given, 2) - 1);
    }
    case '^': {
      // The first part that is not zero stays; if all given ones are zero, the last given one does.
      const first = at.findIndex((value) => value > 0);
      return line(Math.min(first < 0 ? given - 1 : first, given - 1));
    }
    case '>':
      return { ...line(-1), from: given === 3 ? at : next(at, Math.max(0, given - 1)) };
    case '<':
      return { from: zero, to: at, pre };
    case '<=':
    case '=<':
      return { from: zero, to: given === 0 ? undefined : next(at, given - 1), pre };
    case '!=':
      return { from: zero, to: undefined, pre };
    default:
      return line(-1); // `>=` and `=>`
  }
}

/** What all comparisons let in; `undefined` when that is nothing. Masterminds lets pre-releases in if any one names one. */
function intersect(spans: readonly Span[]): Span | undefined {
  const from = spans.map((span) => span.from).reduce((a, b) => (compare(a, b) >= 0 ? a : b), zero);
  const ends = spans.flatMap((span) => (span.to ? [span.to] : []));
  const [first, ...others] = ends;
  const to = first && others.reduce((a, b) => (compare(a, b) <= 0 ? a : b), first);
  if (to && compare(from, to) >= 0) {
    return undefined;
  }
  return { from, to, pre: spans.some((span) => span.pre) };
}

/** The version from which the line of `index` (0 major, 1 minor, 2 patch) is over. */
function next(at: Version, index: number): Version {
  return index <= 0 ? [at[0] + 1, 0, 0] : index === 1 ? [at[0], at[1] + 1, 0] : [at[0], at[1], at[2] + 1];
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
