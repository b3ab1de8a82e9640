/** Reads what a Secret holds, for who masks the same elsewhere. Decides nothing about which of it is telling, and shows nothing. */
import { isSecret } from '../flux/isSecret.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asRecord, asText } from '../flux/untyped.ts';

/**
 * One text for each value, decoded; nothing for other kinds. Of bytes that are no text the base64, for so a copy of them is written
 * wherever it stands in an object.
 */
export function textsOfSecret(object: KubernetesObject): readonly string[] {
  if (!isSecret(object)) {
    return [];
  }
  const { data, stringData } = asRecord(object) ?? {};
  return [
    ...Object.values(asRecord(data) ?? {}).flatMap((text) => decoded(asText(text) ?? '')),
    ...Object.values(asRecord(stringData) ?? {}).flatMap((text) => asText(text) ?? []),
  ];
}

function decoded(base64: string): readonly string[] {
  const bytes = Buffer.from(base64, 'base64');
  const text = bytes.toString('utf8');
  return text === '' ? [] : [Buffer.from(text, 'utf8').equals(bytes) ? text : bytes.toString('base64')];
}
