/**
 * The texts of a Flux object that go into what is made of it, and the same object with some of them scrambled: those that parents have
 * put into it from Secrets, which the object as it lives cannot tell from its author's. Decides for none of them where it comes from.
 */
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asRecord } from '../flux/untyped.ts';
import { mask } from './maskDifferences.ts';
import { patchLines, targetLine, type TextLine, textLines } from './patchLines.ts';
import { scramble } from './scramble.ts';
import { secretTwin, type Twin } from './twin.ts';

/** Fields whose texts stand in what is made of it. Others say how and where, and names tell no secret. */
export const contentFields: readonly (readonly string[])[] = [
  ['postBuild', 'substitute'],
  ['commonMetadata'],
  ['patches'],
  ['images'],
  ['values'],
  ['postRenderers'],
];

/** Where in such a field something stands: `patches`: among them; elsewhere `patch` and `target` are an author's words. */
export type Place = 'plain' | 'patches' | 'patch' | 'target';

export function placeOf([field]: readonly string[]): Place {
  return field === 'patches' || field === 'postRenderers' ? 'patches' : 'plain';
}

/** Of what stands in `record` by this key. */
export function placeBelow(place: Place, record: Readonly<Record<string, unknown>>, key: string): Place {
  if (place !== 'patches' || typeof record['patch'] !== 'string') {
    return place;
  }
  return key === 'patch' || key === 'target' ? key : place;
}

/** `key`: the one by which `text` stands. */
export function linesOf(text: string, place: Place, key: string): readonly TextLine[] {
  switch (place) {
    case 'patch':
      return patchLines(text);
    case 'target':
      return [targetLine(key, text)];
    case 'plain':
    case 'patches':
      return textLines(text);
  }
}

/** With its counterpart for tracing secrets. `inherited`: lines in the fields above as `TextLine.listed` has them, and numbers as texts. */
export function markInherited(object: KubernetesObject, inherited: ReadonlySet<string>): Twin<KubernetesObject> {
  return secretTwin(object, changeContents(object, inherited, scramble));
}

/** The object with a mask in place of each of the texts, which are those of `markInherited`. */
export function maskInherited<T extends KubernetesObject>(object: T, inherited: ReadonlySet<string>): T {
  return changeContents(object, inherited, () => mask);
}

/** `texts`: as `TextLine.listed` has them. */
interface Change {
  readonly texts: ReadonlySet<string>;
  readonly change: (text: string) => string;
}

function changeContents<T extends KubernetesObject>(
  object: T,
  texts: ReadonlySet<string>,
  change: Change['change'],
): T {
  if (object.spec === undefined) {
    return object;
  }
  const spec = contentFields.reduce<unknown>(
    (all, path) => changeAt(all, path, (value) => changeTexts(value, { texts, change }, placeOf(path))),
    object.spec,
  );
  return { ...object, spec };
}

function changeAt(value: unknown, [key, ...rest]: readonly string[], change: (value: unknown) => unknown): unknown {
  const record = asRecord(value);
  if (key === undefined) {
    return change(value);
  }
  return record && Object.hasOwn(record, key) ? { ...record, [key]: changeAt(record[key], rest, change) } : value;
}

function changeTexts(value: unknown, how: Change, place: Place, key = ''): unknown {
  if (typeof value === 'number' && how.texts.has(String(value))) {
    const other = how.change(String(value));
    return Number.isFinite(Number(other)) ? Number(other) : other;
  }
  if (typeof value === 'string') {
    return changeLines(value, how, linesOf(value, place, key));
  }
  const list = asList(value);
  if (list) {
    return list.map((item) => changeTexts(item, how, place, key));
  }
  const record = asRecord(value);
  return record
    ? Object.fromEntries(
        Object.entries(record).map(([own, item]) => [own, changeTexts(item, how, placeBelow(place, record, own), own)]),
      )
    : value;
}

function changeLines(text: string, { texts, change }: Change, lines: readonly TextLine[]): string {
  const isIn = ({ listed, value }: TextLine): boolean => value !== '' && texts.has(listed);
  if (!lines.some(isIn)) {
    return text;
  }
  const changed = lines.map((each) => {
    const { line, value } = each;
    const at = line.lastIndexOf(value);
    return isIn(each) ? `${line.slice(0, at)}${change(value)}${line.slice(at + value.length)}` : line;
  });
  return changed.join('\n');
}
