/**
 * What a YAML document says of itself, read without a YAML parser, because it is asked in the extension at every change of every
 * YAML file. Reads block style, which is what people write.
 */
import type { TextSpan } from './yamlNode.ts';

export interface DocumentHead {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** `undefined` where the document has none and a kustomization.yaml or `targetNamespace` may set it. */
  readonly namespace: string | undefined;
  /** The first line that is no comment and no `---`: where a lens stands. Offsets into the text. */
  readonly firstLine: TextSpan;
}

/** `undefined` for what is no manifest, for a template, and where a variable stands in its name or namespace. */
export function documentHead(text: string): DocumentHead | undefined {
  const apiVersion = scalarAfter(text, /^\uFEFF?apiVersion:/m);
  const kind = scalarAfter(text, /^\uFEFF?kind:/m);
  const metadata = blockBelow(text, 'metadata');
  const name = scalarAfter(metadata, /^[ \t]+name:/m, text);
  if (apiVersion === undefined || kind === undefined || name === undefined) {
    return undefined;
  }
  const namespace = scalarAfter(metadata, /^[ \t]+namespace:/m, text);
  if (isFilledIn(name) || isFilledIn(namespace ?? '') || isTemplate(text)) {
    return undefined;
  }
  const first = /^\uFEFF?(?!---|\.\.\.|%)[^\s#].*/m.exec(text);
  const firstLine = first ? { start: first.index, end: first.index + first[0].trimEnd().length } : { start: 0, end: 0 };
  return { apiVersion, kind, name, namespace, firstLine };
}

/** The lines that are indented below a top-level key. Own fields come first in `metadata` and `spec` by indentation. */
export function blockBelow(text: string, key: string): string {
  return directChildren(linesBelow(text, key));
}

/** The same lines with all that is deeper. */
export function linesBelow(text: string, key: string): string {
  const start = new RegExp(`^\\uFEFF?${key}:[^\\n]*\\n`, 'm').exec(text);
  if (!start) {
    return '';
  }
  const from = start.index + start[0].length;
  const end = /^[^\s#]/m.exec(text.slice(from));
  return text.slice(from, end ? from + end.index : text.length);
}

/** The fields behind the first anchor of that name, wherever it stands. */
export function blockOfAnchor(text: string, name: string): string {
  const lines = text.split('\n');
  const anchor = new RegExp(`:[ \\t]+&${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}[ \\t]*(?:#.*)?\\r?$`);
  const at = lines.findIndex((line) => anchor.test(line));
  if (at < 0) {
    return '';
  }
  const depth = indentOf(lines[at] ?? '');
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((line) => /[^\s]/.test(line) && !/^\s*#/.test(line) && indentOf(line) <= depth);
  return directChildren(rest.slice(0, end < 0 ? rest.length : end).join('\n'));
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function directChildren(lines: string): string {
  const indent = /^[ \t]+(?=[^\s#])/m.exec(lines)?.[0];
  // Only direct children: deeper lines could hold a `name:` of something else (an owner reference, a label).
  return indent === undefined
    ? ''
    : lines
        .split('\n')
        .filter((l) => l.startsWith(indent) && !/^\s/.test(l.slice(indent.length)))
        .join('\n');
}

/** The scalar behind the first match of a key, through an anchor (`name: &app plex`) or an alias of one (`name: *app`). */
function scalarAfter(text: string, key: RegExp, whole = text): string | undefined {
  const match = key.exec(text);
  if (!match) {
    return undefined;
  }
  const value = scalarAt(text, match.index + match[0].length);
  if (value?.startsWith('*') !== true) {
    return value;
  }
  const anchor = whole.indexOf(`&${value.slice(1)} `);
  return anchor < 0 ? undefined : scalarAt(whole, anchor - 1);
}

function scalarAt(text: string, offset: number): string | undefined {
  const end = text.indexOf('\n', offset);
  const rest = text.slice(offset, end < 0 ? text.length : end);
  const value = /^[ \t]+(?:&\S+[ \t]+)?(?:"([^"]*)"|'([^']*)'|([^\s#"'&][^\s]*))[ \t]*(?:[ \t]#.*)?\r?$/.exec(rest);
  return value ? (value[1] ?? value[2] ?? value[3]) : undefined;
}

/** Variables and templates: the name is somebody else's to fill in, and no object is called so. */
function isFilledIn(name: string): boolean {
  return /\$\{|\{\{|<</.test(name);
}

/**
 * Whether something else must fill in the text before it is a manifest (`{{ }}` of Helm and Go, `<< >>` of a ResourceSet, `{% %}`).
 * Only at a place where YAML would read structure: inside quotes and block texts, the values of a release are full of them.
 */
function isTemplate(text: string): boolean {
  if (!/\{[{%]|<</.test(text)) {
    return false;
  }
  let open: OpenText | undefined;
  for (const line of text.split('\n')) {
    if (line.trim() === '') {
      continue;
    }
    if (open && indentOf(line) > open.column) {
      if (open.steers?.test(line) === true) {
        return true;
      }
      open = open.end?.test(line) === true ? undefined : open;
      continue;
    }
    // A merge key is `<<:`.
    if (/^\s*(?:-\s+)*(?:\{[{%]|<<(?!\s*:))/.test(line) || /^[^#"']*:\s+(?:\{[{%]|<<)/.test(line)) {
      return true;
    }
    open = openText(line);
  }
  return false;
}

/** A text that goes on in the lines below, as far as they are indented deeper than `column`. */
interface OpenText {
  readonly column: number;
  /** What the line looks like in which it ends; by indentation alone where it is not given. */
  readonly end?: RegExp;
  /** A line of this look belongs to a template all the same. */
  readonly steers?: RegExp;
}

/** The text that a line begins and does not end: a block text, one in quotes, or a plain one, which any next line continues. */
function openText(line: string): OpenText | undefined {
  if (/[:-]\s+(?:[!&]\S+\s+)*[|>][-+0-9]*\s*(?:#.*)?$/.test(line)) {
    return { column: indentOf(line) };
  }
  const [, dashes = '', rest = ''] = /^(\s*(?:-\s+)*)(.*)/.exec(line) ?? [];
  const key = /^[^\s"'#{[][^"'#]*?:[ \t]+/.exec(rest)?.[0];
  if (key === undefined && dashes.trim() === '') {
    return undefined;
  }
  const column = key === undefined ? dashes.lastIndexOf('-') : dashes.length;
  const value = rest.slice(key?.length ?? 0).trimEnd();
  if (/^"(?:[^"\\]|\\.)*\\?$/.test(value)) {
    return { column, end: /^(?:[^"\\]|\\.)*"/ };
  }
  if (/^'(?:[^']|'')*$/.test(value)) {
    return { column, end: /^(?:[^']|'')*'(?!')/ };
  }
  // What trims lines or branches is written by authors of charts, who indent such lines as they like.
  const steers = /^\s*\{(?:%|\{-|\{\s*(?:if|else|end|with|range|define|template|block)\b)/;
  return /^[^\s"'#|>&*![\]{}%@`:][^#]*$/.test(value) && !value.endsWith(':') ? { column, steers } : undefined;
}

/** Lines that begin between two offsets. */
export function countLines(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) {
    lines += 1;
  }
  return lines;
}
