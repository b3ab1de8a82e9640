/**
 * What SOPS has encrypted, without its keys: the keys of the data stay, every encrypted value becomes the mask that the flux
 * CLI gives them, and the ciphertext goes, as it tells nobody anything. Decrypts nothing, and brings nothing back that was
 * masked before.
 */
import { isSecret } from '../flux/isSecret.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asRecord, asText } from '../flux/untyped.ts';
import type { FieldPath } from './desired.ts';
import { mask, type MaskedValue } from './maskDifferences.ts';
import type { MaskedObject } from './maskedObject.ts';

/** As in flux2 internal/build/build.go, `maskSopsData`. */
export const sopsMask = '**SOPS**';

export interface MaskedEncrypted {
  /** Fit to be shown, if what was masked before was, as far as it is not encrypted. */
  readonly object: KubernetesObject;
  /** Fit to be sent to a dry run: values have the form that the API expects of them. */
  readonly sendable: KubernetesObject;
  /** By the keys of `object`, with what was masked before. */
  readonly masked: readonly FieldPath[];
  /** `file`: a generator put an encrypted file into it, whose content also decides about a hash in the name. */
  readonly encrypted: 'object' | 'file';
}

/** Signs of an encrypted file in any of SOPS's formats (kustomize-controller internal/decryptor, `sopsFormatToMarkerBytes`). */
const markers = ['"mac": "ENC[', 'sops_mac=ENC[', '[sops]', 'mac: ENC['];

/**
 * `undefined` for what is not encrypted. `shown` is the object as it may be shown without regard to encryption: what is
 * masked in it stays masked.
 */
export function maskEncrypted(
  object: KubernetesObject,
  shown: MaskedObject = { object, masked: [] },
): MaskedEncrypted | undefined {
  const fields = asRecord(object) ?? {};
  const sops = asRecord(fields['sops']);
  if (sops !== undefined && (sops['mac'] !== undefined || sops['lastmodified'] !== undefined)) {
    const rest = withoutSops(fields);
    return isSecret(object) ? maskSecret(rest, () => true, 'object', shown) : maskLeavesOf(rest, shown);
  }
  if (!isSecret(object)) {
    return undefined;
  }
  const holdsFile = (value: unknown): boolean => {
    const text = Buffer.from(asText(value) ?? '', 'base64').toString('latin1');
    return markers.some((marker) => text.includes(marker));
  };
  const found = Object.values(asRecord(fields['data']) ?? {}).some(holdsFile);
  return found ? maskSecret(fields, holdsFile, 'file', shown) : undefined;
}

function maskSecret(
  fields: Readonly<Record<string, unknown>>,
  hidden: (value: unknown) => boolean,
  encrypted: MaskedEncrypted['encrypted'],
  before: MaskedObject,
): MaskedEncrypted {
  const isDocker = fields['type'] === 'kubernetes.io/dockerconfigjson';
  const sent = isDocker ? JSON.stringify({ mask: sopsMask }) : sopsMask; // the API server parses that type's value
  const shown: Record<string, unknown> = withoutSops(asRecord(before.object) ?? {});
  const sendable: Record<string, unknown> = { ...fields };
  const masked: FieldPath[] = [];
  for (const part of ['data', 'stringData']) {
    const values = asRecord(fields[part]);
    if (values === undefined) {
      continue;
    }
    const value = part === 'data' ? Buffer.from(sent).toString('base64') : sent;
    sendable[part] = Object.fromEntries(Object.entries(values).map(([key, one]) => [key, hidden(one) ? value : one]));
    // A key may be masked: then it is none of the object's. What stands beside an encrypted file is of a Secret as well.
    const keys = Object.keys(asRecord(shown[part]) ?? {});
    const isHidden = (key: string): boolean => Object.hasOwn(values, key) && hidden(values[key]);
    shown[part] = Object.fromEntries(keys.map((key) => [key, isHidden(key) ? sopsMask : mask]));
    masked.push(...keys.map((key) => [part, key]));
  }
  return { object: asObject(shown), sendable: asObject(sendable), masked: union(before.masked, masked), encrypted };
}

/** Of other kinds some values are encrypted, and SOPS marks each. */
function maskLeavesOf(fields: Readonly<Record<string, unknown>>, before: MaskedObject): MaskedEncrypted {
  const shown = maskCiphertext(withoutSops(asRecord(before.object) ?? {}));
  return {
    object: asObject(asRecord(shown.value) ?? {}),
    sendable: asObject(asRecord(maskCiphertext(fields).value) ?? {}),
    masked: union(before.masked, shown.masked),
    encrypted: 'object',
  };
}

function maskCiphertext(fields: Readonly<Record<string, unknown>>): MaskedValue {
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
  return { value: walk(fields, []), masked };
}

function withoutSops(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== 'sops'));
}

/** Each place once; what is no longer there is not masked in it either. */
function union(before: readonly FieldPath[], now: readonly FieldPath[]): readonly FieldPath[] {
  const all = [...before, ...now].filter(([first]) => first !== 'sops');
  return [...new Map(all.map((path) => [JSON.stringify(path), path])).values()];
}

/** Fields that a Kubernetes object must have were there before and are kept. */
function asObject(fields: Readonly<Record<string, unknown>>): KubernetesObject {
  return fields as unknown as KubernetesObject;
}
