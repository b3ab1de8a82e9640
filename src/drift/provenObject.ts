/**
 * An object that Helm has stored, with a mask wherever nothing proves that it comes from plain text: a template may have made anything
 * of a Secret, and the manifest has no origins. Proven is what a render of the release shows at the same place, and what is made of
 * plain words. Pure; decides nothing about whether Secrets take part.
 */
import { isDeepStrictEqual } from 'node:util';
import { Sealed } from '../base/sealed.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asRecord, asText, fieldAt } from '../flux/untyped.ts';
import type { DesiredObject, FieldPath } from '../render/desired.ts';
import { mask } from '../render/maskDifferences.ts';
import { namesObject } from '../render/maskedTree.ts';
import type { KnownTexts } from '../render/maskKnownTexts.ts';
import { isFreeKey, maskAlways } from '../render/originMask.ts';
import type { PlainWords } from './plainWords.ts';

export interface PlainProof {
  readonly words: PlainWords;
  /** Secret whatever proves them. */
  readonly known: KnownTexts;
}

export interface ProvenObject {
  readonly desired: DesiredObject;
  /** Values and keys that are masked for want of a proof, and not because they are known to be secret. */
  readonly unproven: number;
}

/** `render`: the same object of a render of the release, which tells where Secrets went. */
export function provenObject(
  stored: KubernetesObject,
  render: DesiredObject | undefined,
  proof: PlainProof,
): ProvenObject {
  const walk = new Walk(proof);
  const shown = walk.value(stored, render?.object, []) as KubernetesObject;
  const masked = maskAlways({ object: shown, masked: walk.masked });
  return { desired: { ...masked, real: new Sealed(stored), unstable: [] }, unproven: walk.unproven };
}

class Walk {
  readonly masked: FieldPath[] = [];
  unproven = 0;
  readonly #proof: PlainProof;

  constructor(proof: PlainProof) {
    this.#proof = proof;
  }

  /** `other`: what the render shows there; `undefined` where it has nothing. */
  value(value: unknown, other: unknown, path: FieldPath): unknown {
    const items = asList(value);
    if (items) {
      return items.map((item, at) => this.value(item, counterpart(item, at, items.length, other), [...path, at]));
    }
    const record = asRecord(value);
    if (record) {
      return this.#entries(record, other, path);
    }
    if ((typeof value !== 'string' && typeof value !== 'number') || namesObject(path.join('.'))) {
      return value; // a switch tells nothing
    }
    const shown = this.#text(String(value), other);
    if (shown === undefined) {
      return value;
    }
    this.masked.push(path);
    return shown;
  }

  #entries(record: Readonly<Record<string, unknown>>, other: unknown, path: FieldPath): unknown {
    const others = asRecord(other);
    const isWhollyMasked = other === mask;
    let hidden = 0;
    const entries = Object.entries(record).map(([key, item]): [string, unknown] => {
      const at = [...path, key];
      if ((others && Object.hasOwn(others, key)) || !isFreeKey(at) || this.#isPlain(key)) {
        return [key, this.value(item, isWhollyMasked ? mask : others?.[key], at)];
      }
      hidden += 1;
      const name = hidden === 1 ? mask : `${mask} (${hidden})`;
      this.masked.push([...path, name]);
      return [name, mask];
    });
    return Object.fromEntries(entries);
  }

  /** With its masks; `undefined`: it may be shown as it is. */
  #text(text: string, other: unknown): string | undefined {
    if (String(other) === text) {
      return undefined;
    }
    const lines = text.split('\n');
    const told = typeof other === 'string' ? other.split('\n') : [];
    const plain = new Set(told);
    const shown = told.includes(mask)
      ? lines.map((line) => (plain.has(line) ? line : mask)) // a line that the render masks may be any that differs
      : lines.map((line) => (plain.has(line) || this.#isPlain(line) ? line : mask));
    return shown.includes(mask) ? shown.join('\n') : undefined;
  }

  #isPlain(text: string): boolean {
    const { known, words } = this.#proof;
    if (known.isIn(text)) {
      return false;
    }
    const isProven = words.proves(text);
    this.unproven += Number(!isProven);
    return isProven;
  }
}

/** By name where it has one; by its place where both lists are as long; else the same one. */
function counterpart(item: unknown, at: number, length: number, other: unknown): unknown {
  const others = asList(other);
  if (!others) {
    return other === mask ? mask : undefined;
  }
  const name = asText(fieldAt(item, 'name'));
  const named = name === undefined ? undefined : others.find((one) => fieldAt(one, 'name') === name);
  return named ?? (others.length === length ? others[at] : others.find((one) => isDeepStrictEqual(one, item)));
}
