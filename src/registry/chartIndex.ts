/**
 * The index of a Helm repository: finds one chart's versions in a text that may have 50 MB. Only the part about that chart is
 * parsed as YAML; the YAML parser is the caller's.
 */
import { Failure } from '../base/failure.ts';

export interface IndexedChart {
  readonly version: string;
  /** Absolute, or relative to the repository's URL. */
  readonly urls: readonly string[];
  /** `sha256:…`; `undefined` where the index gives none. */
  readonly digest: string | undefined;
  /** Milliseconds since the epoch; 0 where unknown. */
  readonly created: number;
}

/** Gives plain values: maps as objects, times as texts or dates. May throw. */
export type ParseYaml = (text: string) => unknown;

/** An index that is not written line by line, as Helm does, is parsed as a whole up to this size. */
const maxWholeParse = 8 * 1024 * 1024;

/** `undefined` where the index does not know the chart. Throws `Failure('invalid')` for what is no index. */
export function chartInIndex(text: string, chart: string, parse: ParseYaml): readonly IndexedChart[] | undefined {
  const slice = sliceOf(text, chart);
  const entries = slice === undefined ? undefined : tryParse(slice, parse);
  const found = isRecord(entries) ? Object.values(entries)[0] : undefined;
  if (Array.isArray(found)) {
    return found.flatMap(readEntry);
  }
  if (slice === undefined && /^entries:[ \t]*$/m.test(text)) {
    return undefined; // written line by line, and without the chart
  }
  return wholeIndex(text, chart, parse);
}

/** The lines of one entry, its key included, with which a parser can begin. */
function sliceOf(text: string, chart: string): string | undefined {
  const entries = /^entries:[ \t]*\r?\n/m.exec(text);
  const indent = entries
    ? /^(?:[ \t]*(?:#.*)?\r?\n)*( +)\S/.exec(text.slice(entries.index + entries[0].length))?.[1]
    : undefined;
  if (!entries || indent === undefined) {
    return undefined;
  }
  const start = entries.index + entries[0].length;
  const at = keysOf(indent, chart)
    .map((key) => text.indexOf(`\n${key}`, start - 1))
    .find(
      (index) =>
        index >= 0 &&
        /^[ \t]*\r?$/m.test(text.slice(text.indexOf(':', index + indent.length) + 1).split('\n', 1)[0] ?? ''),
    );
  if (at === undefined) {
    return undefined;
  }
  // Its list may be at the same column as its key; the next key or the end of the entries is the first line that is not.
  const end = new RegExp(`\\n(?! {${indent.length}}[ -]|[ \\t]*\\r?\\n|[ \\t]*#)`, 'g');
  end.lastIndex = at + 1;
  return text.slice(at + 1, end.exec(text)?.index);
}

function keysOf(indent: string, chart: string): readonly string[] {
  return [`${indent}${chart}:`, `${indent}"${chart}":`, `${indent}'${chart}':`];
}

function wholeIndex(text: string, chart: string, parse: ParseYaml): readonly IndexedChart[] | undefined {
  if (text.length > maxWholeParse) {
    throw new Failure('invalid', 'the index is not written as Helm writes it, and is too large to be read otherwise');
  }
  const parsed = tryParse(text, parse);
  const entries = isRecord(parsed) ? parsed['entries'] : undefined;
  if (!isRecord(entries)) {
    throw new Failure('invalid', 'what came is no index of a Helm repository');
  }
  const found = Object.hasOwn(entries, chart) ? entries[chart] : undefined;
  return Array.isArray(found) ? found.flatMap(readEntry) : undefined;
}

function tryParse(text: string, parse: ParseYaml): unknown {
  try {
    return text.trimStart().startsWith('{') ? JSON.parse(text) : parse(text);
  } catch {
    return undefined;
  }
}

function readEntry(entry: unknown): IndexedChart[] {
  if (!isRecord(entry)) {
    return [];
  }
  const { version, urls, digest, created } = entry;
  const hex = typeof digest === 'string' ? digest.replace(/^sha256:/, '').toLowerCase() : '';
  const time = created instanceof Date ? created.getTime() : Date.parse(typeof created === 'string' ? created : '');
  return typeof version === 'string' || typeof version === 'number'
    ? [
        {
          version: String(version),
          urls: Array.isArray(urls) ? urls.filter((url) => typeof url === 'string') : [],
          digest: /^[0-9a-f]{64}$/.test(hex) ? `sha256:${hex}` : undefined,
          created: Number.isNaN(time) ? 0 : time,
        },
      ]
    : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
