/**
 * The last net under masking by origin: what a Secret holds is masked in the other objects of the same build as well, however it
 * came there (replacements of kustomize, a value that a chart writes twice). Knows texts alone, not where they came from.
 */
import { displayName, idOf } from '../flux/objectKey.ts';
import type { KubernetesObject } from '../flux/objects.ts';
import { asRecord, asText } from '../flux/untyped.ts';
import type { DesiredObject, FieldPath, RenderNote } from './desired.ts';
import { mask } from './maskDifferences.ts';
import type { MaskedObject, MaskedObjects } from './maskedObject.ts';
import { information } from './renderNote.ts';
import { TextFinder } from './textFinder.ts';
import { textsOfSecret } from './textsOfSecret.ts';
import { writtenForms } from './writtenForms.ts';

/** Shorter texts stand everywhere: a port, a user `admin`. */
const fewest = 6;
/** Objects that a note names. */
const mostNamed = 3;
/** A line of a key or a certificate, which a template may have indented; other lines of files stand everywhere too. */
const tellingLine = /^\S{24,}$/;

/** Tells whether a text holds what a Secret holds. */
export class HeldTexts {
  readonly #texts: TextFinder;

  /** `shown` beside `real`: what is a part of the name that is shown of a Secret is no secret. */
  constructor(real: readonly KubernetesObject[], shown: readonly MaskedObject[]) {
    const texts = real.flatMap((object, index) => untoldTexts(object, shown[index]?.object));
    this.#texts = new TextFinder(texts.flatMap(writtenForms));
  }

  get any(): boolean {
    return this.#texts.any;
  }

  isIn(text: string): boolean {
    return this.#texts.isIn(text);
  }

  /** Without the lines that hold one; all of it is masked where one goes over several lines. */
  without(text: string): string {
    if (!this.isIn(text)) {
      return text;
    }
    const lines = text.split('\n').map((line) => (this.isIn(line) ? mask : line));
    const rest = lines.join('\n');
    return lines.length === 1 || this.isIn(rest) ? mask : rest;
  }
}

/** What Secrets of a render hold, for who masks what has no render. What is encrypted is not known. */
export function textsHeldBy(objects: readonly DesiredObject[]): readonly string[] {
  return objects.flatMap(({ object, real, encrypted }) =>
    encrypted === true ? [] : untoldTexts(real.reveal(), object),
  );
}

/** `shown`: the object as it may be shown. */
function untoldTexts(object: KubernetesObject, shown: KubernetesObject | undefined): readonly string[] {
  const { name = '', namespace = '' } = asRecord(shown?.metadata) ?? {};
  const isTold = (text: string): boolean => [name, namespace].some((told) => asText(told)?.includes(text) === true);
  return tellingTexts(object).filter((text) => !isTold(text));
}

/**
 * Masks more of what is shown, and says how much: what a Secret holds may be a plain word, and a reader must know why it is not
 * there. `real` is beside `shown`.
 */
export function maskHeld(real: readonly KubernetesObject[], shown: readonly MaskedObject[]): MaskedObjects {
  const held = new HeldTexts(real, shown);
  if (!held.any) {
    return { objects: shown, notes: [] };
  }
  const found = shown.map((one) => maskObject(one, held));
  const touched = found.filter(({ more }) => more > 0);
  return { objects: found.map(({ object }) => object), notes: touched.length === 0 ? [] : [heldNote(touched)] };
}

function heldNote(touched: readonly FoundObject[]): RenderNote {
  const values = touched.reduce((sum, { more }) => sum + more, 0);
  const names = touched
    .slice(0, mostNamed)
    .map(({ object: { object } }) => `${object.kind} ${displayName(idOf(object))}`);
  const others = touched.length - names.length;
  const where = others === 0 ? names.join(', ') : `${names.join(', ')} and ${others} more`;
  const what = values === 1 ? '1 value is masked' : `${values} values are masked`;
  return information(`${what} because a Secret of the same render holds the same text: in ${where}.`);
}

interface FoundObject {
  readonly object: MaskedObject;
  /** How many values and keys are masked that were not. */
  readonly more: number;
}

/** Whole texts and telling lines of them. */
function tellingTexts(object: KubernetesObject): readonly string[] {
  const whole = textsOfSecret(object).map((text) => text.trim());
  const lines = whole.flatMap((text) => text.split('\n').map((line) => line.trim()));
  return [...whole, ...lines.filter((line) => tellingLine.test(line))].filter(
    (text) => text.length >= fewest && !text.startsWith('ENC['), // ciphertext of SOPS is known to all
  );
}

function maskObject(shown: MaskedObject, held: HeldTexts): FoundObject {
  const masked: FieldPath[] = [];
  const gone: FieldPath[] = [];
  const walk = (value: unknown, path: FieldPath): unknown => {
    if (Array.isArray(value)) {
      return value.map((item, index) => walk(item, [...path, index]));
    }
    const record = asRecord(value);
    if (record) {
      return walkEntries(record, path);
    }
    const text = typeof value === 'number' ? String(value) : asText(value);
    if (text === undefined || isType(path) || !held.isIn(text)) {
      return value;
    }
    masked.push(path);
    return held.without(text);
  };
  const walkEntries = (record: Readonly<Record<string, unknown>>, path: FieldPath): unknown => {
    let hidden = Object.keys(record).filter((key) => key.startsWith(mask)).length;
    const entries = Object.entries(record).map(([key, item]): [string, unknown] => {
      if (isOfEveryObject(path) || !held.isIn(key)) {
        return [key, walk(item, [...path, key])];
      }
      hidden += 1;
      const name = hidden === 1 ? mask : `${mask} (${hidden})`;
      gone.push([...path, key]);
      masked.push([...path, name]);
      return [name, mask];
    });
    return Object.fromEntries(entries);
  };
  const object = walk(shown.object, []);
  if (masked.length === 0) {
    return { object: shown, more: 0 };
  }
  const replaced = [...gone, ...masked];
  const kept = shown.masked.filter((path) => !replaced.some((place) => place.every((key, at) => key === path[at])));
  return { object: { object: object as KubernetesObject, masked: [...kept, ...masked] }, more: masked.length };
}

function isType(path: FieldPath): boolean {
  return path.length === 1 && (path[0] === 'apiVersion' || path[0] === 'kind');
}

/** Fields that the API gives all objects: a Secret may well hold the word `metadata`. */
function isOfEveryObject(path: FieldPath): boolean {
  return path.length === 0 || (path.length === 1 && path[0] === 'metadata');
}
