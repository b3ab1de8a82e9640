/**
 * Keeps of a value what another render of the same thing gives as well, and masks the rest. What is kept was equal in a
 * render that never saw a secret, which is why it holds none. Pure functions over JSON values; knows no Kubernetes.
 */
import { asRecord } from '../flux/untyped.ts';
import type { FieldPath } from './desired.ts';

/** What is shown in place of a value that came from a Secret. The same text as `Sealed` prints. */
export const mask = '•••';

export interface MaskedValue {
  readonly value: unknown;
  /** Where `value` is masked, by its own keys: a masked key stands in the path as it is shown. */
  readonly masked: readonly FieldPath[];
}

/** What may be shown of a value that has no counterpart. The default is nothing: it is unknown where it comes from. */
export interface Keep {
  /** `path` ends with the key. */
  readonly key?: (key: string, path: FieldPath) => boolean;
  readonly leaf?: (path: FieldPath, value: string | number | boolean) => boolean;
}

/**
 * Masks whatever differs from `other`. A list of another length has no counterparts of its items, so all of it is masked but
 * what `keep` allows.
 */
export function maskDifferences(value: unknown, other: unknown, path: FieldPath = [], keep: Keep = {}): MaskedValue {
  if (Array.isArray(value) && Array.isArray(other) && value.length === other.length) {
    return maskItems(value, path, (item, index, at) => maskDifferences(item, other[index], at, keep));
  }
  const record = asRecord(value);
  const otherRecord = asRecord(other);
  if (record !== undefined && otherRecord !== undefined) {
    return maskEntries(record, path, (key, item, at) => {
      if (Object.hasOwn(otherRecord, key)) {
        return maskDifferences(item, otherRecord[key], at, keep);
      }
      return keep.key?.(key, at) === true ? maskLeaves(item, at, keep) : undefined;
    });
  }
  if (value === other) {
    return { value, masked: [] };
  }
  return typeof value === 'string' && typeof other === 'string'
    ? { value: maskLines(value, other), masked: [path] }
    : maskLeaves(value, path, keep);
}

/** Masks every key, text, number and boolean but those that `keep` allows. */
export function maskLeaves(value: unknown, path: FieldPath, keep: Keep = {}): MaskedValue {
  if (Array.isArray(value)) {
    return maskItems(value, path, (item, _index, at) => maskLeaves(item, at, keep));
  }
  const record = asRecord(value);
  if (record !== undefined) {
    return maskEntries(record, path, (key, item, at) =>
      keep.key?.(key, at) === true ? maskLeaves(item, at, keep) : undefined,
    );
  }
  const isLeaf = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return !isLeaf || keep.leaf?.(path, value) === true ? { value, masked: [] } : { value: mask, masked: [path] };
}

/**
 * Masks the lines that differ, so that a configuration file with one password in it can still be read; all of the text where
 * its lines have no counterparts.
 */
export function maskLines(text: string, other: string): string {
  const lines = text.split('\n');
  const others = other.split('\n');
  if (text === other || lines.length === 1 || lines.length !== others.length) {
    return text === other ? text : mask;
  }
  return lines.map((line, index) => (line === others[index] ? line : mask)).join('\n');
}

function maskItems(
  items: readonly unknown[],
  path: FieldPath,
  maskItem: (item: unknown, index: number, at: FieldPath) => MaskedValue,
): MaskedValue {
  const shown = items.map((item, index) => maskItem(item, index, [...path, index]));
  return { value: shown.map((item) => item.value), masked: shown.flatMap((item) => item.masked) };
}

/** `maskEntry` gives `undefined` for a key that must not be shown either. */
function maskEntries(
  record: Readonly<Record<string, unknown>>,
  path: FieldPath,
  maskEntry: (key: string, item: unknown, at: FieldPath) => MaskedValue | undefined,
): MaskedValue {
  const entries: [string, unknown][] = [];
  const masked: FieldPath[] = [];
  let hidden = 0;
  for (const [key, item] of Object.entries(record)) {
    const shown = maskEntry(key, item, [...path, key]);
    if (shown) {
      entries.push([key, shown.value]);
      masked.push(...shown.masked);
      continue;
    }
    hidden += 1;
    const name = hidden === 1 ? mask : `${mask} (${hidden})`;
    entries.push([name, maskLeaves(item, []).value]);
    masked.push([...path, name]); // the key is a place of its own: what stands below it may hold no leaf at all
  }
  return { value: Object.fromEntries(entries), masked };
}
