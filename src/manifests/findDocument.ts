/** Where a text states an object: the line that a person would point at. Reads manifests; knows no kind. */
import { parseManifests } from './parseManifests.ts';

/** As a cluster knows the object. */
export interface NamedObject {
  readonly group: string;
  readonly kind: string;
  /** A document without one may get it from kustomize; one with another is another object. */
  readonly namespace: string;
  readonly name: string;
}

export interface DocumentLine {
  /** From 0. */
  readonly line: number;
  /** Characters of the line, without its end. */
  readonly length: number;
}

/**
 * The first line of the first document that states the object by its own name. `undefined`: none does. Names that kustomize
 * makes (a prefix, a hash) are in no file.
 */
export function findDocument(text: string, { group, kind, namespace, name }: NamedObject): DocumentLine | undefined {
  if (!text.includes(name) || !text.includes(kind)) {
    return undefined;
  }
  const { manifests } = parseManifests(text, '', (document) => document.includes(name) && document.includes(kind));
  const found = manifests.find(
    (each) =>
      each.group === group &&
      each.kind === kind &&
      each.name === name &&
      (each.namespace === '' || each.namespace === namespace),
  );
  if (!found) {
    return undefined;
  }
  const { start } = found.root;
  const before = text.slice(0, start).split('\n');
  const end = text.indexOf('\n', start);
  const rest = text.slice(start, end < 0 ? text.length : end).trimEnd();
  return { line: before.length - 1, length: (before.at(-1)?.length ?? 0) + rest.length };
}
