/**
 * Objects of the API as YAML text, in the order in which a person writes a manifest. Knows no kind: what is to be left out or
 * masked has been so before.
 */
import { isRecord } from '../base/isRecord.ts';
import { stringify } from 'yaml';

/** Fields that lead a manifest, in this order; then come all others as they are, and the status last. */
const leading = ['apiVersion', 'kind', 'metadata', 'type', 'spec', 'data'];
const leadingOfMetadata = ['name', 'namespace', 'labels', 'annotations'];

/**
 * Ends with a line break. Long texts are not folded, and nothing becomes an alias: both would hinder comparing. Texts that a
 * reader of YAML 1.1 (the API server's) or of 1.2 would take for something else are quoted.
 */
export function printYaml(object: Readonly<Record<string, unknown>>): string {
  const { metadata } = object;
  const inOrder: Readonly<Record<string, unknown>> = isRecord(metadata)
    ? { ...object, metadata: ordered(metadata, leadingOfMetadata) }
    : object;
  return stringify(ordered(inOrder, leading), {
    lineWidth: 0,
    aliasDuplicateObjects: false,
    // The library breaks a quoted text over lines so that a line of spaces in it reads as something else (yaml 2.9.1).
    doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
    version: '1.1',
    compat: 'core',
  });
}

function ordered(
  record: Readonly<Record<string, unknown>>,
  first: readonly string[],
): Readonly<Record<string, unknown>> {
  const rank = ([name]: [string, unknown]): number => {
    const index = first.indexOf(name);
    return index >= 0 ? index : name === 'status' ? first.length + 1 : first.length;
  };
  const entries = Object.entries(record).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.sort((a, b) => rank(a) - rank(b)));
}
