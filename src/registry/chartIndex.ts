/**
 * The index of a Helm repository: finds one chart's versions in a text that may have 50 MB. Only the part about that chart is
 * parsed as YAML; the YAML parser is the caller's.
 */
import { isRecord } from '../base/isRecord.ts';
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
  const lines = linesAbout(text, chart);
  if (lines === 'absent') {
    return undefined;
  }
  const entry = lines === 'unclear' ? undefined : tryParse(lines.text, parse);
  const found = isRecord(entry) ? Object.values(entry)[0] : undefined;
  return Array.isArray(found) ? found.flatMap(readEntry) : wholeIndex(text, chart, parse);
}

/**
 * The lines of one chart, its name included, out of an index that is written line by line. `unclear`: it is written otherwise,
 * and only a parser can tell.
 */
function linesAbout(text: string, chart: string): { readonly text: string } | 'absent' | 'unclear' {
  const entries = /^entries:[ \t]*\r?\n/m.exec(text);
  const start = entries ? entries.index + entries[0].length : 0;
  const indent = entries
    ? /^(?:[ \t]*(?:#.*)?\r?\n)*( +)[^ \r\n#]/.exec(text.slice(start, start + 4096))?.[1]
    : undefined;
  if (indent === undefined) {
    return 'unclear';
  }
  const at = [chart, `"${chart}"`, `'${chart}'`]
    .map((key) => text.indexOf(`\n${indent}${key}:`, start - 1))
    .find((index) => index >= 0);
  if (at === undefined) {
    return 'absent';
  }
  // Its list may be at the same column as its name; the next name, or the end of the entries, is the first line that is not.
  const end = new RegExp(`\\n(?! {${indent.length}}[ -]|[ \\t]*\\r?\\n|[ \\t]*#)`, 'g');
  end.lastIndex = at + 1;
  return {
    text: text
      .slice(at + 1, end.exec(text)?.index)
      .replaceAll('\r\n', '\n')
      .trimEnd(),
  };
}

function wholeIndex(text: string, chart: string, parse: ParseYaml): readonly IndexedChart[] | undefined {
  if (text.length > maxWholeParse) {
    throw new Failure('invalid', 'the index is not written as Helm writes it, and is too large to be read otherwise');
  }
  const parsed = tryParse(text, parse);
  const entries = isRecord(parsed) ? parsed['entries'] : undefined;
  if (entries === null) {
    return undefined; // an index without charts
  }
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
