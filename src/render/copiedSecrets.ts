/**
 * For builds that may copy what a Secret of their own files holds to other objects: the other texts that a second build is made
 * with, and what that build must have in common with the first. Builds and masks nothing.
 */
import type { KubernetesObject } from '../flux/objects.ts';
import { asRecord } from '../flux/untyped.ts';
import { kindKey } from './kindKey.ts';
import { scramble } from './scramble.ts';

/** By each text the one that stands in for it. */
export function scrambledTexts(copied: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(copied.map((text) => [text, scramble(text)]));
}

/** What kustomize appends to names of what it generates: ten of these characters (api/hasher/hasher.go, encode). */
const hashed = /^(?<base>.+)-[2456789bcdfghkmt]{10}$/;

/**
 * The scrambled objects with the names of the real ones where two differ in the hash of their content alone, and so in texts
 * that name them: the hash is told of every generated Secret, and nothing would be found again by another one.
 */
export function withHashesOf(
  real: readonly KubernetesObject[],
  scrambled: readonly KubernetesObject[],
): readonly KubernetesObject[] {
  const names = new Map<string, string>();
  const others = byBase(scrambled);
  for (const [base, own] of byBase(real)) {
    const counterparts = others.get(base) ?? [];
    if (counterparts.length === own.length) {
      counterparts.forEach((name, at) => names.set(name, own[at] ?? name));
    }
  }
  const changed = [...names].filter(([name, own]) => name !== own);
  return changed.length === 0 ? scrambled : scrambled.map((object) => rename(object, changed) as KubernetesObject);
}

/** Names with a hash, in their order. */
function byBase(objects: readonly KubernetesObject[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const object of objects) {
    const { name, namespace = '' } = object.metadata;
    const base = hashed.exec(name)?.groups?.['base'];
    if (base !== undefined) {
      const key = `${kindKey(object)}\n${namespace}\n${base}`;
      found.set(key, [...(found.get(key) ?? []), name]);
    }
  }
  return found;
}

function rename(value: unknown, names: readonly (readonly [name: string, own: string])[]): unknown {
  if (typeof value === 'string') {
    return names.reduce((text, [name, own]) => text.replaceAll(name, own), value);
  }
  if (Array.isArray(value)) {
    return value.map((item) => rename(item, names));
  }
  const record = asRecord(value);
  return record === undefined
    ? value
    : Object.fromEntries(Object.entries(record).map(([key, item]) => [key, rename(item, names)]));
}
