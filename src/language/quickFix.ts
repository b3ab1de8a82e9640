/**
 * What a fix is before an editor sees it, and the proofs that every one has to pass: the document then says what it said
 * before but for what the fix is about. Knows no rule and no editor.
 */
import { applyEdit, type TextEdit } from '../manifests/editField.ts';
import { parseYaml } from '../manifests/parseManifests.ts';
import type { TextSpan, YamlNode } from '../manifests/yamlNode.ts';
import type { FixTarget } from './fixTarget.ts';
import type { RuleId } from './rules.ts';

/** A finding, with all that a fix of it may look at. */
export interface Finding {
  readonly rule: RuleId;
  readonly text: string;
  /** Relative to the repository, with `/`. */
  readonly path: string;
  /** What is underlined. */
  readonly span: TextSpan;
  /** `undefined` where no value stands there that could be changed. */
  readonly target: FixTarget | undefined;
}

export interface QuickFix {
  readonly title: string;
  /** None overlaps another. */
  readonly edits: readonly TextEdit[];
  /** The one that a person would most likely want. */
  readonly preferred?: boolean;
}

/** Offsets of each edit count in the text before all of them. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  return edits.toSorted((a, b) => b.start - a.start).reduce(applyEdit, text);
}

/** The value of a node with other values in the place of some: an alias has the place, and the value, of its anchor. */
export function valueWith(node: YamlNode, others: ReadonlyMap<YamlNode, unknown>): unknown {
  if (others.has(node)) {
    return others.get(node);
  }
  switch (node.type) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map((item) => valueWith(item, others));
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, valueWith(value, others)]));
  }
}

/** What stands in the place of a part of the text after edits of that part: the rest need not be read again. */
export function partAfter(text: string, { start: from, end: to }: TextSpan, edits: readonly TextEdit[]): string {
  const growth = edits.reduce((sum, { start, end, text: written }) => sum + written.length - (end - start), 0);
  return applyEdits(text, edits).slice(from, to + growth);
}

/** The one node of a target's document after the edits; `undefined` where it can no longer be read. */
export function rootAfter(text: string, { document }: FixTarget, edits: readonly TextEdit[]): YamlNode | undefined {
  const { nodes, problems } = parseYaml(partAfter(text, document, edits));
  return problems.length === 0 && nodes.length === 1 ? nodes[0] : undefined;
}

const unchanged: ReadonlyMap<YamlNode, unknown> = new Map();

/** All documents of a text as plain data, to be compared with those of another; those that cannot be read are counted. */
export function whatIsSaid(text: string): unknown {
  const { nodes, problems } = parseYaml(text);
  return { values: nodes.map((node) => valueWith(node, unchanged)), problems: problems.length };
}
