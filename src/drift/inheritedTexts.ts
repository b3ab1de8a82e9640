/**
 * Texts in a Kustomization or HelmRelease as it lives that a parent may have put there from a Secret, an older one too: all that goes
 * from it into what it makes, but for what is proven to be plain. Pure; what it gives is secret until proven otherwise.
 */
import { inventoryOf } from '../flux/inventory.ts';
import type { FluxObject } from '../flux/objects.ts';
import { asList, asRecord, fieldAt } from '../flux/untyped.ts';
import { contentFields, linesOf, type Place, placeBelow, placeOf } from '../render/inheritedContents.ts';
import { type TextLine, textLines } from '../render/patchLines.ts';

export interface InheritedTexts {
  /** What stands in what is made of it. */
  readonly contents: readonly string[];
  /**
   * What says where patches go and how, as `op: replace`. Nobody takes it from a Secret, and a render in which it is another text
   * fails; but where it holds a text that is known to be secret, it is no less secret than contents.
   */
  readonly steering: readonly string[];
}

/**
 * `built`: the same as its parents build it from files, with secrets masked; what it shows just so is plain. Without it nothing is,
 * but for what stands in names, which are shown everywhere.
 */
export function inheritedTexts(live: FluxObject, built?: FluxObject): InheritedTexts {
  const lines = contentFields.flatMap((path) =>
    unlike(fieldAt(live.spec, ...path), fieldAt(built?.spec, ...path), placeOf(path)),
  );
  const names = namesOf(live);
  const listed = (steers: boolean): readonly string[] => {
    const found = lines.filter(({ value, steers: does }) => does === steers && value !== '' && !names.has(value));
    return [...new Set(found.map((line) => line.listed))];
  };
  return { contents: listed(false), steering: listed(true) };
}

function unlike(value: unknown, plain: unknown, place: Place, key = ''): readonly TextLine[] {
  if (typeof value === 'number') {
    return value === plain ? [] : textLines(String(value));
  }
  if (typeof value === 'string') {
    const known = new Set(typeof plain === 'string' ? linesOf(plain, place, key).map(({ line }) => line) : []);
    return linesOf(value, place, key).filter(({ line }) => !known.has(line));
  }
  const [list, others] = [asList(value), asList(plain)];
  if (list) {
    return list.flatMap((item, at) => unlike(item, others?.[at], place, key));
  }
  const record = asRecord(value) ?? {};
  return Object.entries(record).flatMap(([own, item]) =>
    unlike(item, asRecord(plain)?.[own], placeBelow(place, record, own), own),
  );
}

/** Of itself and what it applied, and the words of which they are made: `podinfo-web` holds `podinfo`. */
function namesOf(live: FluxObject): ReadonlySet<string> {
  const inventory = inventoryOf(live);
  const ids = typeof inventory === 'string' ? [] : inventory.map(({ id }) => id);
  const names = [live.metadata, ...ids].flatMap(({ namespace = '', name }) => [namespace, name]);
  return new Set(names.flatMap((name) => [name, ...name.split('-')]));
}
