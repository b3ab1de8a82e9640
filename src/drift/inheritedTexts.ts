/**
 * Texts in a Kustomization or HelmRelease as it lives that a parent may have put there from a Secret, an older one too: all that goes
 * from it into what it makes, but for what is proven to be plain. Pure; what it gives is secret until proven otherwise.
 */
import { inventoryOf } from '../flux/inventory.ts';
import type { FluxObject } from '../flux/objects.ts';
import { asList, asRecord, fieldAt } from '../flux/untyped.ts';
import { contentFields, valueInLine } from '../render/inheritedContents.ts';

/**
 * `built`: the same as its parents build it from files, with secrets masked; what it shows just so is plain. Without it nothing is,
 * but for what stands in names, which are shown everywhere.
 */
export function inheritedTexts(live: FluxObject, built?: FluxObject): readonly string[] {
  const texts = new Set<string>();
  contentFields.forEach((path) => collect(fieldAt(live.spec, ...path), fieldAt(built?.spec, ...path), texts));
  const names = namesOf(live);
  return [...texts].filter((text) => !names.has(text));
}

function collect(value: unknown, plain: unknown, texts: Set<string>): void {
  if (typeof value === 'number' && value !== plain) {
    texts.add(String(value));
  }
  if (typeof value === 'string') {
    const known = new Set(typeof plain === 'string' ? plain.split('\n') : []);
    const lines = value.split('\n');
    // A patch is YAML or JSON in a text: each of its lines has a key before its value.
    lines
      .filter((line) => !known.has(line))
      .forEach((line) => texts.add(lines.length === 1 ? line : valueInLine(line)));
    return;
  }
  const [list, others] = [asList(value), asList(plain)];
  list?.forEach((item, at) => {
    collect(item, others?.[at], texts);
  });
  Object.entries(list ? {} : (asRecord(value) ?? {})).forEach(([key, item]) => {
    collect(item, asRecord(plain)?.[key], texts);
  });
}

/** Of itself and what it applied, and the words of which they are made: `podinfo-web` holds `podinfo`. */
function namesOf(live: FluxObject): ReadonlySet<string> {
  const inventory = inventoryOf(live);
  const ids = typeof inventory === 'string' ? [] : inventory.map(({ id }) => id);
  const names = [live.metadata, ...ids].flatMap(({ namespace = '', name }) => [namespace, name]);
  return new Set(names.flatMap((name) => [name, ...name.split('-')]));
}
