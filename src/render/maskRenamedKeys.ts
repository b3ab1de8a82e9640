/**
 * Masks keys that a Secret has named: of a map that a chart hands on as it is (`toYaml`, `range`), the keys are the Secret's author's and
 * no words of the chart. They are told by a render in which such keys were scrambled as well. Masks more of what is shown, never less.
 */
import { asList, asRecord } from '../flux/untyped.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { counterparts } from './counterparts.ts';
import type { FieldPath } from './desired.ts';
import { mask } from './maskDifferences.ts';
import type { MaskedObject } from './maskedObject.ts';
import { scramble } from './scramble.ts';

/** `real` is beside `shown`; `renamed`: the render with other keys. A chart that asks for a key by name may not find it there: only what stands in its place under the other name counts. */
export function maskRenamedKeys(
  shown: readonly MaskedObject[],
  real: readonly KubernetesObject[],
  renamed: readonly KubernetesObject[],
): readonly MaskedObject[] {
  const others = counterparts(real, renamed);
  return shown.map((one, at) => {
    const other = others[at];
    return other ? new Walk().object(one, other) : one;
  });
}

class Walk {
  readonly #masked: FieldPath[] = [];
  readonly #gone: FieldPath[] = [];

  object(shown: MaskedObject, other: KubernetesObject): MaskedObject {
    const object = this.#value(shown.object, other, []) as KubernetesObject;
    if (this.#masked.length === 0) {
      return shown;
    }
    const replaced = [...this.#gone, ...this.#masked];
    const kept = shown.masked.filter((path) => !replaced.some((place) => place.every((key, at) => key === path[at])));
    return { object, masked: [...kept, ...this.#masked] };
  }

  #value(value: unknown, other: unknown, path: FieldPath): unknown {
    const [items, others] = [asList(value), asList(other)];
    if (items) {
      return items.length === others?.length
        ? items.map((item, at) => this.#value(item, others[at], [...path, at]))
        : items;
    }
    const [record, otherRecord] = [asRecord(value), asRecord(other)];
    if (record) {
      return otherRecord ? this.#entries(record, otherRecord, path) : record;
    }
    return typeof value === 'string' && typeof other === 'string' ? this.#text(value, other, path) : value;
  }

  #entries(
    record: Readonly<Record<string, unknown>>,
    other: Readonly<Record<string, unknown>>,
    path: FieldPath,
  ): unknown {
    let hidden = Object.keys(record).filter((key) => key.startsWith(mask)).length;
    const entries = Object.entries(record).map(([key, item]): [string, unknown] => {
      if (Object.hasOwn(other, key) || !Object.hasOwn(other, scramble(key))) {
        return [key, this.#value(item, other[key], [...path, key])];
      }
      hidden += 1;
      const name = hidden === 1 ? mask : `${mask} (${hidden})`;
      this.#gone.push([...path, key]);
      this.#masked.push([...path, name]);
      return [name, mask];
    });
    return Object.fromEntries(entries);
  }

  /** A key in a line of a file, or as the name of a variable. */
  #text(text: string, other: string, path: FieldPath): string {
    const [lines, others] = [text.split('\n'), other.split('\n')];
    if (text === other || lines.length !== others.length) {
      return text;
    }
    const shown = lines
      .map((line, at) => (line !== others[at] && scramble(line) === others[at] ? mask : line))
      .join('\n');
    if (shown !== text) {
      this.#masked.push(path);
    }
    return shown;
  }
}
