/**
 * Fills in what the server fills in again where a controller removes a field. Of the defaults of a kind those alone count that the
 * server has shown: an older one does not know the newer ones. Pure.
 */
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asRecord } from '../flux/untyped.ts';
import { withSchemaDefaults } from './schemaDefaults.ts';
import { withServerDefaults } from './serverDefaults.ts';

export interface Stripped {
  /** Without what is removed. */
  readonly next: KubernetesObject;
  /** Before that, as a server answered. */
  readonly answered: KubernetesObject;
  readonly definition: KubernetesObject | undefined;
}

export function restoreDefaults({ next, answered, definition }: Stripped): KubernetesObject {
  const fill = (object: KubernetesObject): KubernetesObject =>
    definition ? withSchemaDefaults(object, definition) : withServerDefaults(object);
  const unknown = new Set<string>();
  collectAdded(answered, fill(answered), '', unknown);
  return withoutUnknown(next, fill(next), '', unknown) as KubernetesObject;
}

/** Places by their keys, whatever the position in a list. */
function collectAdded(before: unknown, after: unknown, place: string, added: Set<string>): void {
  if (before === after) {
    return; // nothing was filled in below
  }
  const [old, filled] = [asRecord(before), asRecord(after)];
  if (old && filled) {
    for (const [key, item] of Object.entries(filled)) {
      if (Object.hasOwn(old, key)) {
        collectAdded(old[key], item, `${place}/${key}`, added);
      } else {
        added.add(`${place}/${key}`);
      }
    }
  }
  const list = asList(after);
  asList(before)?.forEach((item, at) => collectAdded(item, list?.[at], `${place}/*`, added));
}

/** Also within what was not there at all. */
function withoutUnknown(before: unknown, after: unknown, place: string, unknown: ReadonlySet<string>): unknown {
  if (before === after) {
    return after;
  }
  const [old = {}, filled] = [asRecord(before), asRecord(after)];
  if (filled) {
    const entries = Object.entries(filled).flatMap(([key, item]): [string, unknown][] => {
      const here = `${place}/${key}`;
      const isNew = !Object.hasOwn(old, key);
      return isNew && unknown.has(here) ? [] : [[key, withoutUnknown(old[key], item, here, unknown)]];
    });
    return Object.fromEntries(entries);
  }
  const [items = [], list] = [asList(before), asList(after)];
  return list ? list.map((item, at) => withoutUnknown(items[at], item, `${place}/*`, unknown)) : after;
}
