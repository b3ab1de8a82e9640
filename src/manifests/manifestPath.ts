/**
 * Where in a manifest something stands, so that a patch in one file can be matched with a value in another. Knows the
 * two notations of patches: merge patches find list items by name, JSON patches by number.
 */
import { asMap, plainText, valueAt, type YamlNode } from './yamlNode.ts';

/** One step down: a key of a map, or an item of a list with its `name` where it has one. */
export type PathStep = string | { readonly index: number; readonly name: string | undefined };

export type ManifestPath = readonly PathStep[];

export function itemStep(index: number, item: YamlNode): PathStep {
  return { index, name: plainText(valueAt(asMap(item), 'name')) };
}

/** The form in which a merge patch names a place: list items by `name`, else by number. Only to be compared. */
export function mergeKey(path: ManifestPath): string {
  return path.map((step) => (typeof step === 'string' ? step : `[${step.name ?? step.index}]`)).join('/');
}

/** The RFC 6901 pointer of a place. */
export function jsonPointer(path: ManifestPath): string {
  const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
  return path.map((step) => `/${typeof step === 'string' ? escaped(step) : step.index}`).join('');
}

/** Values that say which version of something runs: the only ones whose overrides matter to a rule. */
export function isVersionKey(key: string): boolean {
  return /image(?:Name|Tag)?$|^(?:tag|version|digest|sha|reference|package)$/i.test(key);
}

/** The merge keys of all version values of an object. */
export function versionPlaces(root: YamlNode): string[] {
  const places: string[] = [];
  const visit = (node: YamlNode, path: ManifestPath): void => {
    if (node.type === 'map') {
      for (const entry of node.entries.values()) {
        const below = [...path, entry.key];
        if (entry.value.type === 'scalar' && (isVersionKey(entry.key) || isSourceReference(below))) {
          places.push(mergeKey(below));
        }
        visit(entry.value, below);
      }
    } else if (node.type === 'list') {
      node.items.forEach((item, index) => visit(item, [...path, itemStep(index, item)]));
    }
  };
  visit(root, []);
  return places;
}

/** A field of a source's `spec.ref`, where words say a version that stand for other things elsewhere: commit, branch, name. */
function isSourceReference(path: ManifestPath): boolean {
  return path.length === 3 && path[0] === 'spec' && path[1] === 'ref';
}
