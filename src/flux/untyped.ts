/**
 * Reading of data whose shape nobody guarantees: fields of custom resources, of objects of any kind, of YAML.
 * Each reader gives the value in the wanted type or `undefined`; none converts, none throws.
 */
import { isRecord } from '../base/isRecord.ts';

export function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return isRecord(value) ? value : undefined;
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function asFlag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

export function asList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** The value at a path of field names, `undefined` where a step is missing or no record. Looks at own fields only. */
export function fieldAt(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const name of path) {
    const record = asRecord(here);
    if (record === undefined || !Object.hasOwn(record, name)) {
      return undefined;
    }
    here = record[name];
  }
  return here;
}
