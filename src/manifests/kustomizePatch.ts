/**
 * What a kustomize patch may change, reduced to the values that say which version runs. Reads merge patches and JSON 6902
 * patches, in files and in strings; does not apply them: rules only need to know that a value is not the last word.
 */
import { wildcardMatches } from './globMatch.ts';
import { jsonPointer, type ManifestPath, mergeKey, versionPlaces } from './manifestPath.ts';
import { parseYaml } from './parseManifests.ts';
import { asMap, itemsOf, stringAt, stringOf, valueAt, type YamlNode } from './yamlNode.ts';

/**
 * A patch's `target`; kustomize reads kind and name as regular expressions over the whole text. Selectors by label and
 * annotation are left out: which objects they choose cannot be told here, so they are taken to choose all.
 */
export interface PatchTarget {
  readonly kind: string | undefined;
  readonly name: string | undefined;
}

export interface PatchedObject {
  readonly kind: string;
  readonly name: string;
  /** Merge keys of the version values that the patch sets. */
  readonly places: readonly string[];
}

export interface KustomizePatch {
  readonly target: PatchTarget | undefined;
  /** A file with the patch, relative to the kustomize file; its content is looked up where it is needed. */
  readonly file: string | undefined;
  readonly content: PatchContent;
}

export interface PatchContent {
  readonly objects: readonly PatchedObject[];
  /** Pointers that a JSON patch writes to. */
  readonly pointers: readonly string[];
}

export const emptyPatch: PatchContent = { objects: [], pointers: [] };

/** Reads the text of a patch; a text that is neither form changes nothing. */
export function readPatchText(text: string): PatchContent {
  const { nodes } = parseYaml(text);
  return { objects: nodes.flatMap(patchedObjects), pointers: nodes.flatMap(writtenPointers) };
}

function patchedObjects(node: YamlNode): PatchedObject[] {
  const root = asMap(node);
  const kind = stringAt(root, 'kind');
  const name = stringAt(root, 'metadata', 'name');
  return root && kind !== undefined ? [{ kind, name: name ?? '', places: versionPlaces(root) }] : [];
}

function writtenPointers(node: YamlNode): string[] {
  return itemsOf(node).flatMap((operation) => {
    const op = stringAt(operation, 'op');
    const path = stringAt(operation, 'path');
    return path !== undefined && (op === 'replace' || op === 'add') ? [path] : [];
  });
}

/** Reads `patches`, `patchesStrategicMerge` and `patchesJson6902` of a kustomize file, a Flux Kustomization's spec alike. */
export function readPatches(holder: YamlNode | undefined): KustomizePatch[] {
  const patches: KustomizePatch[] = [];
  for (const item of [...itemsOf(valueAt(holder, 'patches')), ...itemsOf(valueAt(holder, 'patchesJson6902'))]) {
    const text = stringAt(item, 'patch');
    patches.push({
      target: readTarget(valueAt(item, 'target')),
      file: stringAt(item, 'path'),
      content: text === undefined ? emptyPatch : readPatchText(text),
    });
  }
  for (const item of itemsOf(valueAt(holder, 'patchesStrategicMerge'))) {
    const text = stringOf(item) ?? '';
    const inline = text.includes('\n');
    patches.push({
      target: undefined,
      file: inline ? undefined : text,
      content: inline ? readPatchText(text) : emptyPatch,
    });
  }
  return patches;
}

function readTarget(node: YamlNode | undefined): PatchTarget | undefined {
  return node && { kind: stringAt(node, 'kind'), name: stringAt(node, 'name') };
}

/** A value of an object that a build may still change. */
export interface PatchableValue {
  readonly kind: string;
  readonly name: string;
  /** Each place whose being set would change what the value says: a tag, or the digest beside it. */
  readonly places: readonly ManifestPath[];
}

/** True when the patch sets the value, or may: a selector that cannot be followed counts as a hit. */
export function patchSets(patch: KustomizePatch, content: PatchContent, value: PatchableValue): boolean {
  const { target } = patch;
  const targeted =
    target !== undefined &&
    (target.kind === undefined || matchesWhole(target.kind, value.kind)) &&
    (target.name === undefined || matchesWhole(target.name, value.name));
  if (target !== undefined && !targeted) {
    return false;
  }
  const keys = value.places.map(mergeKey);
  const merges = content.objects.some(
    (object) =>
      (targeted || (object.kind === value.kind && object.name === value.name)) &&
      object.places.some((place) => keys.includes(place)),
  );
  const pointers = value.places.map(jsonPointer);
  return merges || (targeted && content.pointers.some((written) => pointers.some((own) => isAtOrAbove(written, own))));
}

function isAtOrAbove(written: string, own: string): boolean {
  return written === own || own.startsWith(`${written}/`);
}

/**
 * kustomize anchors the pattern (api/resmap/selector.go). A regular expression from a repository is not trusted and not
 * run: plain text and `.*` are compared, any other is taken to match.
 */
function matchesWhole(pattern: string, text: string): boolean {
  const simple = pattern.replace(/^\^/, '').replace(/\$$/, '').replaceAll('.*', '*');
  return pattern === '' || !/^[\w*-]*$/.test(simple) || wildcardMatches(simple, text);
}
