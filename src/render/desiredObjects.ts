/**
 * Built objects as they are handed out: sealed as they would be sent, and masked as they may be shown. The one place where the
 * two are made of one another.
 */
import { Sealed } from '../base/sealed.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { displayName, idOf } from '../flux/objectKey.ts';
import type { DesiredObject, RenderNote } from './desired.ts';
import { maskEncrypted } from './maskEncrypted.ts';
import type { MaskedObjects } from './maskedObject.ts';
import { maskByOrigin, maskEverything, maskSecretKinds } from './originMask.ts';
import type { Twin } from './twin.ts';

export interface DesiredObjects {
  readonly objects: readonly DesiredObject[];
  readonly notes: readonly RenderNote[];
}

/** For where Secrets cannot be traced: their texts that went in, and names that may be shown, see `maskEverything`. */
export interface Untraced {
  readonly secrets: readonly string[];
  readonly stated: ReadonlySet<string>;
}

export function maskTwin(twin: Twin<readonly KubernetesObject[]>, { secrets, stated }: Untraced): MaskedObjects {
  if (!twin.secret) {
    return maskSecretKinds(twin.real);
  }
  return twin.scrambled === undefined
    ? maskEverything(twin.real, secrets, stated)
    : maskByOrigin(twin.real, twin.scrambled);
}

/** `decrypts`: the Kustomization has a decryption, without which Flux refuses what is encrypted. */
export function desiredObjects(
  built: Twin<readonly KubernetesObject[]>,
  untraced: Untraced,
  decrypts: boolean,
): DesiredObjects {
  const { objects, notes } = maskTwin(built, untraced);
  const more: RenderNote[] = [];
  const desired = objects.map((shown, index): DesiredObject => {
    const real = built.real[index] ?? shown.object;
    // Masked by origin first: a variable may stand beside what is encrypted.
    const encrypted = maskEncrypted(real, shown);
    if (encrypted === undefined) {
      return { object: shown.object, real: new Sealed(real), masked: shown.masked, unstable: [] };
    }
    more.push(...encryptedNotes(shown.object, encrypted.encrypted, decrypts));
    const { object, sendable, masked } = encrypted;
    return { object, real: new Sealed(sendable), masked, unstable: [], encrypted: true };
  });
  return { objects: desired, notes: [...notes, ...more] };
}

function encryptedNotes(object: KubernetesObject, encrypted: 'object' | 'file', decrypts: boolean): RenderNote[] {
  const title = `${object.kind} ${displayName(idOf(object))}`;
  if (encrypted === 'file') {
    const message = `${title} is generated of an encrypted file: a hash in its name is that of the ciphertext.`;
    return [{ severity: 'approximate', message }];
  }
  return decrypts
    ? []
    : [
        {
          severity: 'approximate',
          message: `${title} is encrypted and the Kustomization has no spec.decryption: kustomize-controller refuses it.`,
        },
      ];
}
