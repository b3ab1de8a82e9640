/**
 * Where in the files of a repository a field of a rendered object may be stated: in a manifest of the object or a patch of it, or in
 * the inline values of the HelmRelease that it belongs to. Guesses from texts; which of the places is the one, `provenPlace.ts`
 * finds out by rendering. Reads no file, writes none.
 */
import { isDeepStrictEqual } from 'node:util';
import { asRecord } from '../flux/untyped.ts';
import { type DocumentPath, editField, type EditRefusal, type TextEdit } from '../manifests/editField.ts';
import { isKustomizeFileName, isYamlPath } from '../manifests/notAManifest.ts';
import { type Manifest, parseManifests } from '../manifests/parseManifests.ts';
import { plainValue } from '../manifests/plainValue.ts';
import { nameOf } from '../manifests/repositoryPath.ts';
import type { TextSpan } from '../manifests/yamlNode.ts';
import type { FieldPath } from '../render/desired.ts';
import { alignPath, valueOf, type WantedField } from './wantedField.ts';

/** One edit of one file. */
export interface FilePlace {
  /** Path in the repository. */
  readonly file: string;
  /** Of the whole file as it is. */
  readonly text: string;
  readonly edit: TextEdit;
  /** Of the field in its document. */
  readonly path: DocumentPath;
}

export interface Places {
  readonly places: readonly FilePlace[];
  /** Why what looked like a place is none, each a sentence. Never with a value. */
  readonly obstacles: readonly string[];
}

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** What a document is searched by. */
export type DocumentName = Pick<Manifest, 'group' | 'kind' | 'name'>;

/** By its name: before the file is read. */
export function mayBeManifest(path: string): boolean {
  return isYamlPath(path) && !isKustomizeFileName(nameOf(path));
}

/** In manifests of the object, and in patches that have its name. */
export function manifestPlaces(files: Iterable<TextFile>, wanted: WantedField): Places {
  return gather(files, wanted.id, ({ file, manifest, root }) => {
    const path = alignPath(wanted.rendered.reveal(), root, wanted.path);
    const stated = path && valueOf(root, path);
    if (!path || (stated === undefined && wanted.now !== undefined)) {
      return []; // a patch of other fields, or a manifest to which a patch adds this one
    }
    if (stated === undefined && valueOf(root, path.slice(0, -1)) === undefined) {
      return [];
    }
    if (!isDeepStrictEqual(stated, wanted.now)) {
      return [
        `${file.path} ${holdsVariable(stated) ? 'has a variable there' : 'has another value there, which something else replaces'}.`,
      ];
    }
    return [placeAt(file, manifest.document, path, wanted.value)];
  });
}

/** More leaves with the same value than this, and nobody could tell a person which one was meant. */
const maxLeaves = 16;

/** Inline values of a HelmRelease that are what is rendered, or part of it (`1.4` in `shop:1.4`). */
export function valuePlaces(files: Iterable<TextFile>, release: DocumentName, wanted: WantedField): Places {
  return gather(files, release, ({ file, manifest, root }) => {
    const values = valueOf(root, ['spec', 'values']);
    const leaves = leavesOf(values, ['spec', 'values']);
    const fitting = leaves.flatMap(({ path, value }) => {
      const next = valueFor(value, wanted);
      return next === undefined ? [] : [placeAt(file, manifest.document, path, next)];
    });
    return fitting.length > maxLeaves ? [`${file.path} has ${fitting.length} values that could give it.`] : fitting;
  });
}

/** The document of a Flux object with a field set, wherever it is stated: `value` as for `editField`. */
export function documentPlaces(
  files: Iterable<TextFile>,
  name: DocumentName,
  change: (root: unknown) => { readonly path: DocumentPath; readonly value: unknown } | undefined,
): Places {
  return gather(files, name, ({ file, manifest, root }) => {
    // A patch of the object is no place for more of it: whoever reads the object looks at the object.
    const spec = asRecord(valueOf(root, ['spec']));
    const isWhole = spec && ['chart', 'chartRef', 'sourceRef'].some((key) => Object.hasOwn(spec, key));
    const edit = isWhole ? change(root) : undefined;
    return edit ? [placeAt(file, manifest.document, edit.path, edit.value)] : [];
  });
}

interface Stated {
  readonly file: TextFile;
  readonly manifest: Manifest;
  readonly root: unknown;
}

function gather(
  files: Iterable<TextFile>,
  name: DocumentName,
  look: (stated: Stated) => readonly (FilePlace | string)[],
): Places {
  const exact: (FilePlace | string)[] = [];
  const similar: (FilePlace | string)[] = [];
  for (const file of files) {
    if (!mayBeManifest(file.path) || !file.text.includes(name.kind)) {
      continue;
    }
    const { manifests } = parseManifests(file.text, file.path, (text) => text.includes(name.kind));
    for (const manifest of manifests.filter((each) => isNamed(each, name))) {
      const found = manifest.name === name.name ? exact : similar;
      if (manifest.encrypted) {
        found.push(`${file.path} is encrypted with SOPS: a value that is changed by hand breaks its MAC.`);
      } else if (!isWholeDocument(manifest, file.text)) {
        found.push(`${file.path} has it in a list of objects.`);
      } else {
        found.push(...look({ file, manifest, root: plainValue(manifest.root) }));
      }
    }
  }
  const found = exact.length > 0 ? exact : similar;
  return {
    places: found.filter((each) => typeof each !== 'string'),
    obstacles: [...new Set(found.filter((each) => typeof each === 'string'))],
  };
}

/** Kustomize may add a prefix and a suffix; whether it did, the render tells. */
function isNamed({ group, kind, name }: Manifest, wanted: DocumentName): boolean {
  return group === wanted.group && kind === wanted.kind && name !== '' && wanted.name.includes(name);
}

/** Items of a `List`, and templates of a ResourceSet, stand deeper than a path of the object says. */
function isWholeDocument({ root, document }: Manifest, text: string): boolean {
  const before = text.slice(document.start, root.start);
  return before.split(/\r?\n/).every((line) => /^\uFEFF?(?:\s*(?:#.*)?|---.*|%.*)$/.test(line));
}

function placeAt(file: TextFile, document: TextSpan, path: DocumentPath, value: unknown): FilePlace | string {
  const result = editField(file.text, document, path, value);
  return 'edit' in result
    ? { file: file.path, text: file.text, edit: result.edit, path }
    : `${file.path} ${refusals[result.refused]}.`;
}

const refusals: Readonly<Record<EditRefusal, string>> = {
  unreadable: 'cannot be read as YAML',
  noPlace: 'has something else in its place',
  structure: 'has it where only a person can change it',
  shared: 'has it behind an anchor that other fields use too',
};

interface Leaf {
  readonly path: FieldPath;
  readonly value: unknown;
}

function leavesOf(value: unknown, path: FieldPath): Leaf[] {
  const record = asRecord(value);
  if (record) {
    return Object.entries(record).flatMap(([key, item]) => leavesOf(item, [...path, key]));
  }
  return Array.isArray(value)
    ? value.flatMap((item: unknown, index) => leavesOf(item, [...path, index]))
    : [{ path, value }];
}

/** What the leaf would have to be; `undefined` where it has nothing to do with the field. */
function valueFor(leaf: unknown, { now, value }: WantedField): unknown {
  if (isDeepStrictEqual(leaf, now)) {
    return value;
  }
  if (typeof now === 'number' && leaf === String(now) && typeof value === 'number') {
    return String(value);
  }
  if (typeof now !== 'string' || typeof value !== 'string' || (typeof leaf !== 'string' && typeof leaf !== 'number')) {
    return undefined;
  }
  const part = String(leaf);
  const at = now.indexOf(part);
  if (part === '' || at < 0 || now.includes(part, at + 1)) {
    return undefined;
  }
  const [head, tail] = [now.slice(0, at), now.slice(at + part.length)];
  const fits = value.startsWith(head) && value.endsWith(tail) && value.length >= head.length + tail.length;
  const next = fits ? value.slice(head.length, value.length - tail.length) : undefined;
  return next !== undefined && typeof leaf === 'number' && /^-?(?:0|[1-9]\d{0,14})$/.test(next) ? Number(next) : next;
}

function holdsVariable(stated: unknown): boolean {
  return typeof stated === 'string' && stated.includes('${');
}
