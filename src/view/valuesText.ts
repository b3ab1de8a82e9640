/**
 * The values that a chart is rendered with, as YAML in which each value says where it comes from, and a block whose values
 * all come from one place says so once. Prints no secret: those are masked before they come here.
 */
import type { EffectiveValue, RenderedRelease } from '../render/desired.ts';
import type { PrintObject } from './appliedText.ts';
import { originText } from './originText.ts';
import { comment, counted, type HeadLine, type RenderedContent, renderedHead } from './renderedHead.ts';

/** Each piece ends with a line break: one for each top-level key. */
export function* valuesText(content: RenderedContent, print: PrintObject): Generator<string, void> {
  const { rendered } = content;
  const values = rendered?.kind === 'HelmRelease' ? rendered.values : [];
  yield `${renderedHead(content, originLines(values))}---\n`;
  if (rendered?.kind === 'HelmRelease' && values.length === 0) {
    yield `${comment('The chart is rendered without any value')}\n{}\n`;
  }
  for (const [key, node] of treeOf(values).children) {
    yield printNode(key, node, print, '');
  }
}

/** Which sources there are, how much of the result each makes up, the strongest last. */
function originLines(values: RenderedRelease['values']): HeadLine[] {
  const counts = new Map<string, { count: number; rank: number }>();
  for (const { origin } of values) {
    const text = originText(origin);
    const rank = origin.from === 'chart' ? 0 : origin.from === 'inline' ? 2 : 1;
    counts.set(text, { count: (counts.get(text)?.count ?? 0) + 1, rank });
  }
  return [...counts]
    .sort(([, a], [, b]) => a.rank - b.rank)
    .map(([text, { count, rank }]): HeadLine => [
      'Values',
      `${counted(count, 'value')} ${rank === 2 ? 'inline, in the HelmRelease itself' : `from ${text}`}`,
    ]);
}

/** A map of values on the way from the root, or what stands at a path. */
interface Node {
  readonly children: Map<string, Node>;
  /** The value at this very path; a list is one value, and so is an empty map. */
  leaf: { readonly value: unknown } | undefined;
  /** Of all values at and below the node. */
  readonly origins: Set<string>;
}

function emptyNode(): Node {
  return { children: new Map(), leaf: undefined, origins: new Set() };
}

function treeOf(values: readonly EffectiveValue[]): Node {
  const root = emptyNode();
  for (const { path, value, origin } of values) {
    const text = originText(origin);
    let node = root;
    for (const step of path) {
      const next = node.children.get(String(step)) ?? emptyNode();
      node.children.set(String(step), next);
      next.origins.add(text);
      node = next;
    }
    node.leaf = { value };
  }
  return root;
}

function plainValue(node: Node): unknown {
  return node.children.size === 0
    ? node.leaf?.value
    : Object.fromEntries([...node.children].map(([key, child]) => [key, plainValue(child)]));
}

/** A block of one origin is printed at once; of several, key by key. */
function printNode(key: string, node: Node, print: PrintObject, indent: string): string {
  const head = headOf(key, print);
  const origin = [...node.origins].join('; ');
  if (node.origins.size > 1 && node.children.size > 0 && head !== undefined) {
    const inner = [...node.children].map(([name, child]) => printNode(name, child, print, `${indent}  `));
    return `${indent}${head}\n${inner.join('')}`;
  }
  const [first = '', ...rest] = linesOf(print({ [key]: plainValue(node) }));
  const lines = mayEndInComment(first, rest, head)
    ? [`${first}  ${comment(origin)}`, ...rest]
    : [comment(origin), first, ...rest];
  return lines.map((line) => (line === '' ? '\n' : `${indent}${line}\n`)).join('');
}

/** Nothing but the last line break is taken off: spaces and empty lines at the end may be part of a value. */
function linesOf(text: string): string[] {
  return text.slice(0, -1).split('\n');
}

/** `key:` as YAML writes it; `undefined` for a key of several lines. */
function headOf(key: string, print: PrintObject): string | undefined {
  const text = print({ [key]: 0 });
  return /^[^?\n][^\n]*: 0\n$/.test(text) ? text.slice(0, -' 0\n'.length) : undefined;
}

/** Not inside a text of several lines; behind the mark that begins a block of lines it may. */
function mayEndInComment(first: string, rest: readonly string[], head: string | undefined): boolean {
  const behindHead = head !== undefined && first.startsWith(head) ? first.slice(head.length) : undefined;
  return rest.length === 0 || (behindHead !== undefined && /^(?: [|>][-+\d]*)?$/.test(behindHead));
}
