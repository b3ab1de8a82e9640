/**
 * What "equal after parsing" means when objects of two programs are compared: the same objects, whatever their order, with
 * the same fields, whatever theirs. Reads YAML as the programs of Kubernetes do. Knows nothing of who made the objects.
 */
import assert from 'node:assert/strict';
import { type ScalarTag, type Tags, parseAllDocuments } from 'yaml';

export interface PlainObject {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly metadata?: unknown;
}

/**
 * Go's libraries read YAML 1.1 (gopkg.in/yaml.v2, resolve.go) but for numbers and moments with colons, which stay text, and
 * for a dot, which is no number without a digit.
 */
const customTags = (tags: Tags): Tags =>
  tags.flatMap((tag): Tags => {
    if (typeof tag === 'string' || !('test' in tag)) {
      return [tag];
    }
    if (tag.tag.endsWith(':timestamp') || tag.format === 'TIME') {
      return [];
    }
    const decimal = { ...tag, test: /^[-+]?(?:\.[0-9]+|[0-9][0-9_]*\.[0-9_]*)$/ } as ScalarTag;
    return [tag.tag.endsWith(':float') && tag.test.test('.') ? decimal : tag];
  });

/** The objects of a YAML text, lists unfolded; documents without content are passed over. Throws where the text is none. */
export function yamlObjects(text: string): readonly PlainObject[] {
  return parseAllDocuments(text, { version: '1.1', customTags, uniqueKeys: false }).flatMap((document) => {
    if (document.errors.length > 0) {
      throw new Error(`no YAML: ${document.errors[0]?.message ?? ''}`);
    }
    const object = document.toJS({ maxAliasCount: -1 }) as (PlainObject & { readonly items?: unknown }) | null;
    if (object === null) {
      return [];
    }
    const { kind, items } = object;
    return String(kind).endsWith('List') && Array.isArray(items) ? (items as PlainObject[]) : [object];
  });
}

/** `apiVersion kind namespace/name`; what is left out stands as `-`. */
export function objectTitle(object: PlainObject): string {
  const { namespace = '-', name = '-' } = (object.metadata ?? {}) as { namespace?: string; name?: string };
  return `${String(object.apiVersion)} ${String(object.kind)} ${namespace}/${name}`;
}

/** The same content always in the same form: keys sorted, those without a value left out. */
export function comparable(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(comparable);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, each]) => each !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, each]) => [key, comparable(each)]),
    );
  }
  return value;
}

/** Objects by their titles. Several of one title, which no cluster could hold, are numbered in their order. */
export function byTitle(objects: readonly PlainObject[]): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  for (const object of objects) {
    const title = objectTitle(object);
    let unique = title;
    for (let number = 2; found.has(unique); number += 1) {
      unique = `${title} (${number})`;
    }
    found.set(unique, comparable(object));
  }
  return found;
}

/** In words, what the two sides differ in: objects that one lacks, and the paths that differ in the others. Empty when equal. */
export function differences(ours: readonly PlainObject[], theirs: readonly PlainObject[]): readonly string[] {
  const [own, other] = [byTitle(ours), byTitle(theirs)];
  return [
    ...[...own.keys()].filter((title) => !other.has(title)).map((title) => `only ours: ${title}`),
    ...[...other.keys()].filter((title) => !own.has(title)).map((title) => `only theirs: ${title}`),
    ...[...own].flatMap(([title, object]) =>
      other.has(title) ? differentPaths(object, other.get(title)).map((path) => `${title}: ${path}`) : [],
    ),
  ];
}

/** Paths at which two values differ, with both sides; lists of different lengths differ as a whole. */
export function differentPaths(ours: unknown, theirs: unknown, path = ''): readonly string[] {
  if (Array.isArray(ours) && Array.isArray(theirs) && ours.length === theirs.length) {
    return ours.flatMap((value, index) => differentPaths(value, theirs[index], `${path}[${index}]`));
  }
  if (isMap(ours) && isMap(theirs)) {
    const keys = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].sort();
    return keys.flatMap((key) => differentPaths(ours[key], theirs[key], path === '' ? key : `${path}.${key}`));
  }
  return Object.is(ours, theirs) ? [] : [`${path}: ours ${shown(ours)}, theirs ${shown(theirs)}`];
}

/** Fails with the differences, and not with two long texts. */
export function assertSameObjects(ours: readonly PlainObject[], theirs: readonly PlainObject[], what: string): void {
  assert.deepEqual(differences(ours, theirs), [], what);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
