/**
 * What SOPS has encrypted, without its keys: the keys of the data stay, every value becomes the mask that the flux CLI gives
 * them, and the ciphertext goes, as it tells nobody anything. Decrypts nothing.
 */
import { groupOf } from '../flux/kinds.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asRecord, asText } from '../flux/untyped.ts';
import type { FieldPath } from './desired.ts';

/** As in flux2 internal/build/build.go, `maskSopsData`. */
export const sopsMask = '**SOPS**';

export interface MaskedEncrypted {
  /** Fit to be shown, as far as encryption goes. */
  readonly object: KubernetesObject;
  /** Fit to be sent to a dry run: values have the form that the API expects of them. */
  readonly sendable: KubernetesObject;
  readonly masked: readonly FieldPath[];
  /** `file`: a generator put an encrypted file into it, whose content also decides about a hash in the name. */
  readonly encrypted: 'object' | 'file';
}

/** Signs of an encrypted file in any of SOPS's formats (kustomize-controller internal/decryptor, `sopsFormatToMarkerBytes`). */
const markers = ['"mac": "ENC[', 'sops_mac=ENC[', '[sops]', 'mac: ENC['];

/** `undefined` for what is not encrypted. */
export function maskEncrypted(object: KubernetesObject): MaskedEncrypted | undefined {
  const fields = asRecord(object) ?? {};
  const sops = asRecord(fields['sops']);
  const isSecret = object.kind === 'Secret' && groupOf(object.apiVersion) === '';
  if (sops !== undefined && (sops['mac'] !== undefined || sops['lastmodified'] !== undefined)) {
    const rest = Object.fromEntries(Object.entries(fields).filter(([key]) => key !== 'sops'));
    return isSecret ? maskSecret(rest, () => true, 'object') : maskLeavesOf(rest);
  }
  if (!isSecret) {
    return undefined;
  }
  const holdsFile = (value: unknown): boolean => {
    const text = Buffer.from(asText(value) ?? '', 'base64').toString('latin1');
    return markers.some((marker) => text.includes(marker));
  };
  const found = Object.values(asRecord(fields['data']) ?? {}).some(holdsFile);
  return found ? maskSecret(fields, holdsFile, 'file') : undefined;
}

function maskSecret(
  fields: Readonly<Record<string, unknown>>,
  hidden: (value: unknown) => boolean,
  encrypted: MaskedEncrypted['encrypted'],
): MaskedEncrypted {
  const isDocker = fields['type'] === 'kubernetes.io/dockerconfigjson';
  const sent = isDocker ? JSON.stringify({ mask: sopsMask }) : sopsMask; // the API server parses that type's value
  const shown: Record<string, unknown> = { ...fields };
  const sendable: Record<string, unknown> = { ...fields };
  const masked: FieldPath[] = [];
  for (const part of ['data', 'stringData']) {
    const values = asRecord(fields[part]);
    if (values === undefined) {
      continue;
    }
    const value = part === 'data' ? Buffer.from(sent).toString('base64') : sent;
    const entries = Object.entries(values);
    shown[part] = Object.fromEntries(entries.map(([key, one]) => [key, hidden(one) ? sopsMask : one]));
    sendable[part] = Object.fromEntries(entries.map(([key, one]) => [key, hidden(one) ? value : one]));
    masked.push(...entries.filter(([, one]) => hidden(one)).map(([key]) => [part, key]));
  }
  return { object: asObject(shown), sendable: asObject(sendable), masked, encrypted };
}

/** Of other kinds some values are encrypted, and SOPS marks each. */
function maskLeavesOf(fields: Readonly<Record<string, unknown>>): MaskedEncrypted {
  const masked: FieldPath[] = [];
  const walk = (value: unknown, path: FieldPath): unknown => {
    if (typeof value === 'string') {
      if (!value.includes('ENC[')) {
        return value;
      }
      masked.push(path);
      return sopsMask;
    }
    if (Array.isArray(value)) {
      return value.map((item, index) => walk(item, [...path, index]));
    }
    const record = asRecord(value);
    return record === undefined
      ? value
      : Object.fromEntries(Object.entries(record).map(([key, item]) => [key, walk(item, [...path, key])]));
  };
  const object = asObject(asRecord(walk(fields, [])) ?? {});
  return { object, sendable: object, masked, encrypted: 'object' };
}

/** Fields that a Kubernetes object must have were there before and are kept. */
function asObject(fields: Readonly<Record<string, unknown>>): KubernetesObject {
  return fields as unknown as KubernetesObject;
}
