/**
 * From a place in a text to what a fix must know of it: the value that stands there, the way to it from the root of its
 * document, and the object that it belongs to. Finds; changes nothing and knows no rule.
 */
import type { DocumentPath } from '../manifests/editField.ts';
import { parseYaml } from '../manifests/parseManifests.ts';
import { splitDocuments } from '../manifests/splitDocuments.ts';
import { plainText, stringAt, type TextSpan, valueAt, type YamlNode, type YamlScalar } from '../manifests/yamlNode.ts';
import { groupOf } from '../flux/kinds.ts';

/** As a document states it. */
export interface StatedObject {
  readonly group: string;
  readonly kind: string;
  /** `''` where the document has none. */
  readonly namespace: string;
  readonly name: string;
}

export interface FixTarget {
  readonly document: TextSpan;
  readonly root: YamlNode;
  /** From the document's root. */
  readonly path: DocumentPath;
  readonly node: YamlScalar;
  /** The place is a part of this literal block, which is a text of its own: a patch. */
  readonly inBlock: boolean;
  /** The innermost object around it. */
  readonly object: StatedObject | undefined;
  /** Of that object, from the document's root. */
  readonly objectPath: DocumentPath;
}

/** `undefined` where no value stands exactly there, or its document cannot be read. */
export function findFixTarget(text: string, span: TextSpan): FixTarget | undefined {
  const document = splitDocuments(text).find(({ start, end }) => span.start >= start && span.start < end);
  if (!document) {
    return undefined;
  }
  const { nodes, problems } = parseYaml(text.slice(document.start, document.end), document.start);
  const [root, second] = nodes;
  if (!root || second || problems.length > 0) {
    return undefined;
  }
  const found =
    wayTo(root, ({ start, end }) => start === span.start && end === span.end) ??
    wayTo(root, (node) => node.literalBlock && node.start < span.start && span.end <= node.end);
  if (!found) {
    return undefined;
  }
  const { node, path } = found;
  return { document, root, path, node, inBlock: node.start !== span.start, ...objectAround(root, path) };
}

/** The node at a path, `undefined` where there is none. */
export function nodeAt(root: YamlNode, path: DocumentPath): YamlNode | undefined {
  return path.reduce<YamlNode | undefined>(
    (node, step) =>
      typeof step === 'string' ? valueAt(node, step) : node?.type === 'list' ? node.items[step] : undefined,
    root,
  );
}

interface Way {
  readonly node: YamlScalar;
  readonly path: DocumentPath;
}

/** The first in the order of the text: an anchor stands before its aliases, which share its place. */
function wayTo(root: YamlNode, isIt: (node: YamlScalar) => boolean): Way | undefined {
  const seen = new Set<YamlNode>();
  const visit = (node: YamlNode, path: DocumentPath): Way | undefined => {
    if (node.type === 'scalar') {
      return isIt(node) ? { node, path } : undefined;
    }
    if (seen.has(node)) {
      return undefined;
    }
    seen.add(node);
    const below: Iterable<readonly [string | number, YamlNode]> =
      node.type === 'list' ? node.items.entries() : [...node.entries].map(([key, { value }]) => [key, value] as const);
    for (const [step, child] of below) {
      const found = visit(child, [...path, step]);
      if (found) {
        return found;
      }
    }
    return undefined;
  };
  return visit(root, []);
}

function objectAround(root: YamlNode, path: DocumentPath): Pick<FixTarget, 'object' | 'objectPath'> {
  for (let length = path.length; length >= 0; length -= 1) {
    const objectPath = path.slice(0, length);
    const node = nodeAt(root, objectPath);
    const [apiVersion, kind] = [stringAt(node, 'apiVersion'), stringAt(node, 'kind')];
    const name = plainText(valueAt(node, 'metadata', 'name'));
    if (apiVersion !== undefined && kind !== undefined && name !== undefined) {
      const namespace = plainText(valueAt(node, 'metadata', 'namespace')) ?? '';
      return { object: { group: groupOf(apiVersion), kind, namespace, name }, objectPath };
    }
  }
  return { object: undefined, objectPath: [] };
}
