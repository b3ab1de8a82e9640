/**
 * YAML as this project reads it: maps, lists and scalars with their place in the text, aliases and merge keys already
 * followed. Types and small readers only; knows no YAML library, so that every layer above can use it.
 */

/** `start` and `end` are UTF-16 offsets into the file's text; `end` is exclusive and quotes are inside. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

export interface YamlScalar extends TextSpan {
  readonly type: 'scalar';
  readonly value: string | number | boolean | null;
  /** As written without quotes: what a number or date looked like before YAML read it (`1.10`, `2025-01-01`). */
  readonly source: string;
  /** A literal block (`|`): its lines stand in the text one by one, so a place inside it can be pointed at. */
  readonly literalBlock: boolean;
  /** Without quotes and without a tag (`!!str`): YAML decides by the look whether it is text. */
  readonly plain: boolean;
}

export interface YamlEntry {
  readonly key: string;
  readonly keySpan: TextSpan;
  readonly value: YamlNode;
}

export interface YamlMap extends TextSpan {
  readonly type: 'map';
  /** In the order of the text; a repeated key keeps its last value; keys of merged maps come after the own ones. */
  readonly entries: ReadonlyMap<string, YamlEntry>;
}

export interface YamlList extends TextSpan {
  readonly type: 'list';
  readonly items: readonly YamlNode[];
}

/** Nodes are shared where the text uses an alias: the same object then hangs in several places. */
export type YamlNode = YamlScalar | YamlMap | YamlList;

export function asMap(node: YamlNode | undefined): YamlMap | undefined {
  return node?.type === 'map' ? node : undefined;
}

/** The items of a list, none for anything else. */
export function itemsOf(node: YamlNode | undefined): readonly YamlNode[] {
  return node?.type === 'list' ? node.items : [];
}

/** The value below a path of keys, `undefined` where a step is missing or no map. */
export function valueAt(node: YamlNode | undefined, ...keys: readonly string[]): YamlNode | undefined {
  let at = node;
  for (const key of keys) {
    at = asMap(at)?.entries.get(key)?.value;
  }
  return at;
}

/** The text of a string scalar; `undefined` for numbers, nulls, maps and lists. */
export function stringOf(node: YamlNode | undefined): string | undefined {
  return node?.type === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

/** The string below a path of keys. */
export function stringAt(node: YamlNode | undefined, ...keys: readonly string[]): string | undefined {
  return stringOf(valueAt(node, ...keys));
}

/** A string or number as written; `undefined` for null, booleans, maps and lists. */
export function plainText(node: YamlNode | undefined): string | undefined {
  if (node?.type !== 'scalar' || node.value === null || typeof node.value === 'boolean') {
    return undefined;
  }
  return typeof node.value === 'string' ? node.value : node.source;
}

/** True for a missing node, `null`, `~` and the empty string: what Go's JSON reader takes for "not set". */
export function isUnset(node: YamlNode | undefined): boolean {
  return node === undefined || (node.type === 'scalar' && (node.value === null || node.value === ''));
}
