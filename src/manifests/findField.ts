/** Where a text states a field of an object, for a cursor. Reads manifests; knows no kind. */
import type { NamedObject } from './findDocument.ts';
import { parseManifests } from './parseManifests.ts';
import { asMap, type YamlMap } from './yamlNode.ts';

/** Offset of the field's key in UTF-16 units; of the document's first line where the document does not state the field. */
export interface FieldPlace {
  readonly offset: number;
  readonly stated: boolean;
}

/**
 * In the first document that states the object by its own name; one without a namespace may get it from kustomize. `undefined`
 * where none does: names that kustomize makes are in no file.
 */
export function findField(text: string, object: NamedObject, path: readonly string[]): FieldPlace | undefined {
  const { group, kind, namespace, name } = object;
  const mayBe = (part: string): boolean => part.includes(name) && part.includes(kind);
  const { manifests } = mayBe(text) ? parseManifests(text, '', mayBe) : { manifests: [] };
  const named = manifests.filter((each) => each.group === group && each.kind === kind && each.name === name);
  const found = named.find((each) => each.namespace === namespace) ?? named.find((each) => each.namespace === '');
  return found && placeIn(found.root, path);
}

function placeIn(root: YamlMap, path: readonly string[]): FieldPlace {
  let map: YamlMap | undefined = root;
  let offset: number | undefined;
  for (const key of path) {
    const entry = map?.entries.get(key);
    offset = entry?.keySpan.start;
    map = asMap(entry?.value);
  }
  return { offset: offset ?? root.start, stated: offset !== undefined };
}
