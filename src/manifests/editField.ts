/**
 * Changes one field of one YAML document and nothing else: comments, quotes, line ends and the order of keys stay. Every edit is
 * read back, and given only where the document then says exactly what it said before but for that field. Writes no file.
 */
import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import { parseYaml } from './parseManifests.ts';
import { plainValue } from './plainValue.ts';
import type { TextSpan, YamlEntry, YamlList, YamlMap, YamlNode, YamlScalar } from './yamlNode.ts';

/** Keys and positions from the root of a document. */
export type DocumentPath = readonly (string | number)[];

/** What is to stand in the place of a span of the text. */
export interface TextEdit extends TextSpan {
  readonly text: string;
}

/**
 * - `unreadable`: the document has errors, or there is none
 * - `noPlace`: a step of the path leads through what is no map or list, or past the end of a list
 * - `structure`: a map or list stands there, or the last entry of one would go; that is for a person to write
 * - `shared`: what stands there also stands elsewhere (an anchor, a merged map), or cannot be written so that it is read back
 */
export type EditRefusal = 'unreadable' | 'noPlace' | 'structure' | 'shared';

export type FieldEdit = { readonly edit: TextEdit } | { readonly refused: EditRefusal };

/**
 * `value` `undefined` takes the field away. Maps that are missing on the way are written too, and a position that is the length of
 * its list adds an item. `document`: the span of one document in `text`; the edit counts from the beginning of the text.
 */
export function editField(text: string, document: TextSpan, path: DocumentPath, value: unknown): FieldEdit {
  const root = onlyNode(text.slice(document.start, document.end), document.start);
  if (!root) {
    return { refused: 'unreadable' };
  }
  const before = plainValue(root);
  const expected = withValue(before, path, value);
  if (expected === noPlace) {
    return { refused: 'noPlace' };
  }
  const writer = new EditWriter(text, document);
  const edits = writer.edits(root, path, value);
  if (edits.length === 0) {
    return { refused: 'structure' };
  }
  const edit = edits.find((each) => {
    const after = onlyNode(applyEdit(text, each).slice(document.start, document.end + growth(each)), 0);
    return after !== undefined && isDeepStrictEqual(plainValue(after), expected);
  });
  return edit ? { edit } : { refused: 'shared' };
}

export function applyEdit(text: string, { start, end, text: written }: TextEdit): string {
  return `${text.slice(0, start)}${written}${text.slice(end)}`;
}

function growth({ start, end, text }: TextEdit): number {
  return text.length - (end - start);
}

function onlyNode(text: string, base: number): YamlNode | undefined {
  const { nodes, problems } = parseYaml(text, base);
  return problems.length === 0 && nodes.length === 1 ? nodes[0] : undefined;
}

const noPlace = Symbol('no place');

function withValue(here: unknown, [step, ...others]: DocumentPath, value: unknown): unknown {
  if (step === undefined) {
    return value;
  }
  if (typeof step === 'number') {
    const list: unknown = here === undefined ? [] : here;
    if (!isList(list) || step > list.length || (step === list.length && value === undefined)) {
      return noPlace;
    }
    const item = withValue(list[step], others, value);
    return item === noPlace ? noPlace : item === undefined ? list.toSpliced(step, 1) : list.toSpliced(step, 1, item);
  }
  if (here !== undefined && here !== null && (typeof here !== 'object' || isList(here))) {
    return noPlace;
  }
  const entries = Object.entries(here ?? {});
  const known = entries.find(([key]) => key === step);
  if (!known && value === undefined) {
    return noPlace;
  }
  const item = withValue(known?.[1], others, value);
  if (item === noPlace) {
    return noPlace;
  }
  const kept = entries.flatMap(([key, old]): [string, unknown][] =>
    key !== step ? [[key, old]] : item === undefined ? [] : [[key, item]],
  );
  return Object.fromEntries(known ? kept : [...kept, [step, item]]);
}

/** Ways to write an edit, the one that a person would choose first. Which of them is right the caller finds out by reading. */
class EditWriter {
  readonly #text: string;
  readonly #document: TextSpan;
  readonly #lineEnd: string;
  /** Lists stand at the column of their key: both are common. */
  readonly #flatLists: boolean;

  constructor(text: string, document: TextSpan) {
    this.#text = text;
    this.#document = document;
    const own = text.slice(document.start, document.end);
    this.#lineEnd = /\r\n/.test(own) ? '\r\n' : '\n';
    this.#flatLists = /^( *)[\w.-]+:[ \t]*\r?\n\1- /m.test(own);
  }

  edits(node: YamlNode, [step, ...others]: DocumentPath, value: unknown): TextEdit[] {
    if (node.type === 'map' && typeof step === 'string') {
      const entry = node.entries.get(step);
      if (!entry || (isUnwritten(entry) && others.length > 0)) {
        return entry ? this.#fill(entry, nested(others, value)) : this.#addEntry(node, step, nested(others, value));
      }
      if (others.length > 0) {
        return this.edits(entry.value, others, value);
      }
      return value === undefined ? this.#removeEntry(node, entry) : this.#replace(entry, value);
    }
    if (node.type === 'list' && typeof step === 'number') {
      const item = node.items[step];
      if (!item) {
        return this.#addItem(node, nested(others, value));
      }
      return others.length > 0 ? this.edits(item, others, value) : this.#replaceScalar(item, value);
    }
    return [];
  }

  #replace(entry: YamlEntry, value: unknown): TextEdit[] {
    return isUnwritten(entry) ? this.#fill(entry, value) : this.#replaceScalar(entry.value, value);
  }

  #replaceScalar(node: YamlNode, value: unknown): TextEdit[] {
    if (node.type !== 'scalar' || !isScalarValue(value)) {
      return [];
    }
    const { start, end } = node;
    return this.#scalarTexts(node, value).map((text) => ({ start, end, text }));
  }

  /** In the quotes of what stands there, or as a block where that is one; then as the library would; then in double quotes. */
  #scalarTexts(old: YamlScalar, value: string | number | boolean | null): string[] {
    const first = this.#text[old.start] ?? '';
    // A block ends with the line break behind it, which stays.
    const end = /[|>]/.test(first) && this.#text[old.end - 1] === '\n' ? this.#lineEnd : '';
    if (typeof value !== 'string') {
      return [`${String(value)}${end}`];
    }
    const quoted = `${JSON.stringify(value)}${end}`;
    switch (first) {
      case '"':
        return [quoted];
      case "'":
        return [...(/^[^\r\n]*$/.test(value) ? [`'${value.replaceAll("'", "''")}'`] : []), quoted];
      case '|':
      case '>':
        return [...this.#block(old, value), quoted];
      default:
        return [printed(value).trimEnd(), quoted].filter((text) => !text.includes('\n'));
    }
  }

  /** A literal block in the place of a block, as deep as that. It takes the line break behind its last line with it. */
  #block(old: YamlScalar, value: string): string[] {
    const lines = this.#text.slice(old.start, old.end).split(/\r?\n/);
    const indent = /^ +/.exec(lines.slice(1).find((line) => line.trim() !== '') ?? '')?.[0];
    const body = value.replace(/\n+$/, '');
    if (indent === undefined || body === '' || /^[ \n]/.test(body)) {
      return [];
    }
    const trailing = value.length - body.length;
    const header = trailing === 0 ? '|-' : trailing === 1 ? '|' : '|+';
    const comment = /^[|>][-+\d]*([ \t]+#.*)$/.exec(lines[0] ?? '')?.[1] ?? '';
    const written = body.split('\n').map((line) => (line === '' ? '' : `${indent}${line}`));
    const blank = trailing > 1 ? this.#lineEnd.repeat(trailing - 1) : '';
    const last = this.#text[old.end - 1] === '\n' ? this.#lineEnd : '';
    return [[`${header}${comment}`, ...written].join(this.#lineEnd) + blank + last];
  }

  /** A key without a value gets one. */
  #fill(entry: YamlEntry, value: unknown): TextEdit[] {
    const colon = this.#text.indexOf(':', entry.keySpan.end);
    if (colon < 0 || colon >= this.#document.end) {
      return [];
    }
    const at = { start: colon + 1, end: colon + 1 };
    const inline = isScalarValue(value) ? printed(value).trimEnd() : JSON.stringify(value);
    const indent = this.#columnOf(entry.keySpan.start);
    const lines = isScalarValue(value) ? [] : this.#lines(value).map((line) => `${' '.repeat(indent + 2)}${line}`);
    return [
      ...(lines.length > 0 ? [{ ...at, text: ['', ...lines].join(this.#lineEnd) }] : []),
      ...(inline.includes('\n') ? [] : [{ ...at, text: ` ${inline}` }]),
    ];
  }

  #addEntry(map: YamlMap, key: string, value: unknown): TextEdit[] {
    if (this.#text[map.start] === '{') {
      return this.#addToFlow(map, `${printed(key).trimEnd()}: ${JSON.stringify(value)}`, map.entries.size > 0);
    }
    const own = ownEntries(map);
    const [first] = own;
    const last = own.at(-1);
    if (!first || !last) {
      return [];
    }
    const indent = ' '.repeat(this.#columnOf(first.keySpan.start));
    const lines = this.#lines({ [key]: value }).map((line) => `${indent}${line}`);
    return [this.#insertAfter(endOf(last, map), lines)];
  }

  #addItem(list: YamlList, value: unknown): TextEdit[] {
    if (this.#text[list.start] === '[') {
      return this.#addToFlow(list, JSON.stringify(value), list.items.length > 0);
    }
    const last = list.items.at(-1);
    if (!last || last.end < list.start || last.end > list.end) {
      return [];
    }
    const indent = ' '.repeat(this.#columnOf(list.start));
    const lines = this.#lines([value]).map((line) => `${indent}${line}`);
    return [this.#insertAfter(last.end, lines)];
  }

  #addToFlow(node: TextSpan, text: string, isFilled: boolean): TextEdit[] {
    const inside = this.#text.slice(node.start + 1, node.end - 1);
    const at = node.start + 1 + inside.trimEnd().length;
    const comma = isFilled && !inside.trimEnd().endsWith(',') ? ',' : '';
    const closing = /\s$/.test(inside) || !/^\s/.test(inside) ? '' : ' ';
    return [{ start: at, end: at, text: `${comma}${isFilled ? ' ' : ''}${text}${closing}` }];
  }

  /** The lines of the entry, with what hangs below it. A comment above it stays: it may be about more. */
  #removeEntry(map: YamlMap, entry: YamlEntry): TextEdit[] {
    const start = this.#lineStart(entry.keySpan.start);
    if (ownEntries(map).length < 2) {
      return [];
    }
    if (this.#text[map.start] === '{') {
      return this.#removeFromFlow(map, entry);
    }
    if (this.#text.slice(start, entry.keySpan.start).trim() !== '') {
      return [];
    }
    return [{ start, end: this.#nextLine(endOf(entry, map)), text: '' }];
  }

  /** With the comma that parts it from a neighbour. */
  #removeFromFlow(map: YamlMap, entry: YamlEntry): TextEdit[] {
    const { start } = entry.keySpan;
    const end = endOf(entry, map);
    const after = /^\s*,[ \t]*/.exec(this.#text.slice(end, map.end));
    if (after) {
      return [{ start, end: end + after[0].length, text: '' }];
    }
    const before = /,\s*$/.exec(this.#text.slice(map.start, start));
    return before ? [{ start: map.start + before.index, end, text: '' }] : [];
  }

  /** On lines of their own behind the one that this place is in. */
  #insertAfter(place: number, lines: readonly string[]): TextEdit {
    const at = Math.min(this.#nextLine(place), this.#document.end);
    const text = lines.join(this.#lineEnd);
    const isNewLine = at === 0 || this.#text[at - 1] === '\n';
    return { start: at, end: at, text: isNewLine ? `${text}${this.#lineEnd}` : `${this.#lineEnd}${text}` };
  }

  #lines(value: unknown): string[] {
    const text = stringify(value, { ...printing, indentSeq: !this.#flatLists });
    return text.trimEnd().split('\n');
  }

  /** Dashes before a key count: the next key of an item stands below the first. */
  #columnOf(offset: number): number {
    return offset - this.#lineStart(offset);
  }

  #lineStart(offset: number): number {
    return this.#text.lastIndexOf('\n', offset - 1) + 1;
  }

  #nextLine(offset: number): number {
    if (offset > 0 && this.#text[offset - 1] === '\n') {
      return offset;
    }
    const end = this.#text.indexOf('\n', offset);
    return end < 0 ? this.#text.length : end + 1;
  }
}

/** As `printYaml` writes values: what a reader of YAML 1.1 would take for something else is quoted. */
const printing = { lineWidth: 0, aliasDuplicateObjects: false, version: '1.1', compat: 'core' } as const;

function printed(value: unknown): string {
  return stringify(value, { ...printing, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER });
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isScalarValue(value: unknown): value is string | number | boolean | null {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** What a missing path is to hold, from its first missing step on. A list begins with its first item. */
function nested(path: DocumentPath, value: unknown): unknown {
  return path.reduceRight((item, step) => (typeof step === 'number' ? [item] : { [step]: item }), value);
}

/** `key:` with nothing behind it. */
function isUnwritten({ keySpan, value }: YamlEntry): boolean {
  return value.type === 'scalar' && value.source === '' && value.value === null && value.start === keySpan.start;
}

/** Without those of merged maps, in the order of the text. */
function ownEntries(map: YamlMap): readonly YamlEntry[] {
  return [...map.entries.values()]
    .filter(({ keySpan }) => keySpan.start >= map.start && keySpan.end <= map.end)
    .sort((a, b) => a.keySpan.start - b.keySpan.start);
}

/** An alias has the place of its anchor, which is elsewhere. */
function endOf({ keySpan, value }: YamlEntry, map: YamlMap): number {
  return value.start >= keySpan.start && value.end <= map.end ? Math.max(keySpan.end, value.end) : keySpan.end;
}
