/**
 * Masks every switch that an object shows: for a render whose Secrets hold switches that could not be turned, so that nothing
 * tells which of those in the objects are theirs. Knows neither the secrets nor where they went.
 */
import { asRecord } from '../flux/untyped.ts';
import type { FieldPath } from './desired.ts';
import { mask } from './maskDifferences.ts';
import type { MaskedObject } from './maskedObject.ts';

const holdsSwitch = /(?<![\p{L}\p{N}])(?:true|false|yes|no|on|off)(?![\p{L}\p{N}])/iu;

/** The lines that hold one are masked. */
export function withoutSwitches(text: string): string {
  return text
    .split('\n')
    .map((line) => (holdsSwitch.test(line) ? mask : line))
    .join('\n');
}

export function maskSwitches({ object, masked }: MaskedObject): MaskedObject {
  const more: FieldPath[] = [];
  const walk = (value: unknown, path: FieldPath): unknown => {
    if (Array.isArray(value)) {
      return value.map((item, index) => walk(item, [...path, index]));
    }
    const record = asRecord(value);
    if (record) {
      return Object.fromEntries(Object.entries(record).map(([key, item]) => [key, walk(item, [...path, key])]));
    }
    const shown = typeof value === 'boolean' ? mask : typeof value === 'string' ? withoutSwitches(value) : value;
    if (shown !== value) {
      more.push(path);
    }
    return shown;
  };
  const { apiVersion, kind, metadata, ...rest } = object;
  const { name, namespace, ...further } = metadata;
  const shown = walk({ metadata: further, ...rest }, []) as { readonly metadata: object };
  const names = { name, ...(namespace === undefined ? {} : { namespace }) };
  const all = [...masked, ...more].map((path) => [JSON.stringify(path), path] as const);
  return {
    object: { apiVersion, kind, ...shown, metadata: { ...names, ...shown.metadata } },
    masked: [...new Map(all).values()],
  };
}
