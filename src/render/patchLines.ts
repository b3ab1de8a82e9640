/**
 * A text of a Flux object line by line, for marking what its lines hold; of a patch it tells the lines that say what is changed and
 * where. Without a YAML parser: what it does not understand counts as content. Changes nothing.
 */
export interface TextLine {
  readonly line: string;
  /** What stands behind its key, all of it for a text of one line; `''` where nothing does. */
  readonly value: string;
  /** As it is listed: its value, or for a line that steers `op: replace`, so that no content is taken for it. */
  readonly listed: string;
  /** Which object a patch changes, where in it and how. With another text it fails or changes nothing. */
  readonly steers: boolean;
}

/** Of a line of YAML or JSON in a text: what stands behind its key. */
function valueInLine(line: string): string {
  const [, value = ''] = /^\s*(?:- +)*(?:[^\s:]+:\s+)?(.*?),?$/.exec(line) ?? [];
  return value.replace(/^(["'])(.*)\1$/, '$2');
}

/** Of a text that is no patch. */
export function textLines(text: string): readonly TextLine[] {
  const lines = text.split('\n');
  return lines.map((line) => contentLine(line, lines.length === 1 ? line : valueInLine(line)));
}

/** Of a patch: JSON on one line is laid out, so that each of its lines has one value. */
export function patchLines(patch: string): readonly TextLine[] {
  const text = patch.includes('\n') ? patch : laidOut(patch);
  return text.includes('\n') ? steeredLines(text.split('\n')) : textLines(text);
}

/** A field of a patch's `target`, which is flat. */
export function targetLine(key: string, value: string): TextLine {
  return { line: value, value, listed: `${key}: ${value}`, steers: true };
}

function contentLine(line: string, value: string): TextLine {
  return { line, value, listed: value, steers: false };
}

function laidOut(text: string): string {
  if (!/^\s*[[{]/.test(text)) {
    return text;
  }
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text; // YAML that only begins like JSON
  }
}

/** A key with its value below it, or nothing but what YAML and JSON are written with: another text in its place would be no patch. */
function valueInPatch(line: string): string {
  const value = valueInLine(line);
  return /^(?:[^\s:]+:|[[\]{}]+|[|>][\d+-]*|-|---)$/.test(value) ? '' : value;
}

const keyed = /^(?<indent>\s*(?:- +)*)(?<quote>["']?)(?<key>[\w$]+)\k<quote>:(?:\s|$)/;
/** Of an operation of JSON 6902. Only there: `path` may be that of an Ingress elsewhere. */
const ofOperation: ReadonlySet<string> = new Set(['op', 'path', 'from']);
const ofObject: ReadonlySet<string> = new Set(['apiVersion', 'kind']);
const ofMetadata: ReadonlySet<string> = new Set(['name', 'namespace']);

/** Told by the columns of keys: what belongs to a value stands further right than the keys of the patch itself. */
function steeredLines(lines: readonly string[]): readonly TextLine[] {
  const isList = /^\s*(?:- |-$|\[)/.test(lines.find((line) => !/^\s*(?:#.*|---.*)?$/.test(line)) ?? '');
  let top: number | undefined;
  let inMetadata = false;
  let below: number | undefined;
  return lines.map((line) => {
    const { indent, key } = keyed.exec(line)?.groups ?? {};
    const value = valueInPatch(line);
    if (indent === undefined || key === undefined) {
      return contentLine(line, value);
    }
    const column = indent.length;
    top ??= column;
    let steers = false;
    if (column <= top) {
      inMetadata = !isList && column === top && key === 'metadata';
      below = undefined;
      steers = column === top && (isList ? ofOperation : ofObject).has(key);
    } else if (inMetadata) {
      below ??= column;
      steers = column === below && ofMetadata.has(key);
    }
    return steers ? { line, value, listed: `${key}: ${value}`, steers } : contentLine(line, value);
  });
}
