/**
 * Turns the YAML library's document into our nodes: follows aliases and merge keys once, counts what they expand to,
 * and refuses a text that expands without measure. The only file that knows the library's node classes.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import type { TextSpan, YamlEntry, YamlList, YamlMap, YamlNode, YamlScalar } from './yamlNode.ts';

/**
 * How many nodes a document may have with every alias written out. The largest real manifest seen has 15,000; ten
 * nested lists of ten aliases each would have ten thousand million.
 */
const maxExpandedNodes = 200_000;

export class TooManyAliases extends Error {}

interface Converted {
  readonly node: YamlNode;
  /** Nodes below and including this one, aliases written out. */
  readonly weight: number;
}

/** Converts one document; offsets are moved by `base`. Throws `TooManyAliases`, and `RangeError` where nested too deep. */
export function convertDocument(document: Document, base: number): YamlNode | undefined {
  if (document.contents === null) {
    return undefined;
  }
  return new Converter(base).convert(document.contents).node;
}

class Converter {
  readonly #base: number;
  // An alias means the last anchor of that name before it, so filling this in the order of the text is enough. An
  // anchor is known only after its own node, so a node that contains itself ends as an unknown alias.
  readonly #anchors = new Map<string, Converted>();

  constructor(base: number) {
    this.#base = base;
  }

  convert(node: unknown): Converted {
    const converted = this.#convertKnown(node);
    if (converted.weight > maxExpandedNodes) {
      throw new TooManyAliases('aliases expand to too many nodes');
    }
    if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined) {
      this.#anchors.set(node.anchor, converted);
    }
    return converted;
  }

  #convertKnown(node: unknown): Converted {
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (!target) {
        throw new TooManyAliases(`alias *${node.source} stands for nothing that ends before it`);
      }
      return target;
    }
    if (isMap(node)) {
      return this.#convertMap(node);
    }
    if (isSeq(node)) {
      return this.#convertList(node);
    }
    return { node: isScalar(node) ? this.#convertScalar(node) : this.#missing(), weight: 1 };
  }

  #convertMap(map: YAMLMap): Converted {
    const own = new Map<string, YamlEntry>();
    const merged: YamlMap[] = [];
    let weight = 1;
    for (const pair of map.items) {
      const key = isScalar(pair.key) ? pair.key : undefined;
      const value = this.convert(pair.value);
      weight += value.weight;
      if (key === undefined) {
        continue; // a map or list as key: no manifest has one, and no rule asks for one
      }
      const name = typeof key.value === 'string' ? key.value : (key.source ?? '');
      if (name === '<<') {
        merged.push(
          ...(value.node.type === 'list' ? value.node.items : [value.node]).filter((item) => item.type === 'map'),
        );
      } else {
        const keySpan = this.#span(key.range);
        own.set(name, { key: name, keySpan, value: placed(value.node, keySpan) });
      }
    }
    for (const source of merged) {
      for (const entry of source.entries.values()) {
        if (!own.has(entry.key)) {
          own.set(entry.key, entry); // own keys win, and of several merged maps the first (YAML 1.1 merge key)
        }
      }
    }
    return { node: { type: 'map', entries: own, ...this.#span(map.range) } satisfies YamlMap, weight };
  }

  #convertList(list: YAMLSeq): Converted {
    const items = list.items.map((item) => this.convert(item));
    const weight = items.reduce((sum, item) => sum + item.weight, 1);
    const node: YamlList = { type: 'list', items: items.map((item) => item.node), ...this.#span(list.range) };
    return { node, weight };
  }

  #convertScalar(scalar: Scalar): YamlScalar {
    const source = scalar.source ?? '';
    const { value } = scalar;
    const known =
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null;
    return {
      type: 'scalar',
      value: known ? value : source, // a date or a big number of some tag: what was written is all that is asked for
      source,
      literalBlock: scalar.type === 'BLOCK_LITERAL',
      plain: scalar.type === 'PLAIN' && scalar.tag === undefined,
      ...this.#span(scalar.range),
    };
  }

  #missing(): YamlScalar {
    return { type: 'scalar', value: null, source: '', literalBlock: false, plain: false, start: -1, end: -1 };
  }

  #span(range: readonly [number, number, number] | null | undefined): TextSpan {
    return range ? { start: this.#base + range[0], end: this.#base + range[1] } : { start: -1, end: -1 };
  }
}

/** A value that is written nowhere (`version:`) is shown at its key. */
function placed(node: YamlNode, keySpan: TextSpan): YamlNode {
  const unwritten = node.type === 'scalar' && node.value === null && node.source === '';
  return unwritten ? { ...node, ...keySpan } : node;
}
