/**
 * The texts of a Flux object that go into what is made of it, and the same object with some of them scrambled: those that parents have
 * put into it from Secrets, which the object as it lives cannot tell from its author's. Decides for none of them where it comes from.
 */
import type { KubernetesObject } from '../flux/objects.ts';
import { asList, asRecord } from '../flux/untyped.ts';
import { mask } from './maskDifferences.ts';
import { scramble } from './scramble.ts';
import { secretTwin, type Twin } from './twin.ts';

/** Fields whose texts stand in what is made of it. Others say how and where, and names tell no secret. */
export const contentFields: readonly (readonly string[])[] = [
  ['postBuild', 'substitute'],
  ['commonMetadata'],
  ['patches'],
  ['images'],
  ['values'],
  ['postRenderers'],
];

/** Of a line of a patch, which is YAML or JSON in a text: what stands behind its key. */
export function valueInLine(line: string): string {
  const [, value = ''] = /^\s*(?:- +)*(?:[^\s:]+:\s+)?(.*?),?$/.exec(line) ?? [];
  return value.replace(/^(["'])(.*)\1$/, '$2');
}

/** With its counterpart for tracing secrets. `inherited`: texts and values of lines in the fields above, and numbers as texts. */
export function markInherited(object: KubernetesObject, inherited: ReadonlySet<string>): Twin<KubernetesObject> {
  return secretTwin(object, changeContents(object, inherited, scramble));
}

/** The object with a mask in place of each of the texts. */
export function maskInherited<T extends KubernetesObject>(object: T, inherited: ReadonlySet<string>): T {
  return changeContents(object, inherited, () => mask);
}

type Change = (text: string) => string;

function changeContents<T extends KubernetesObject>(object: T, texts: ReadonlySet<string>, change: Change): T {
  if (object.spec === undefined) {
    return object;
  }
  const changed = (value: unknown): unknown => changeTexts(value, texts, change);
  const spec = contentFields.reduce<unknown>((all, path) => changeAt(all, path, changed), object.spec);
  return { ...object, spec };
}

function changeAt(value: unknown, [key, ...rest]: readonly string[], change: (value: unknown) => unknown): unknown {
  const record = asRecord(value);
  if (key === undefined) {
    return change(value);
  }
  return record && Object.hasOwn(record, key) ? { ...record, [key]: changeAt(record[key], rest, change) } : value;
}

function changeTexts(value: unknown, texts: ReadonlySet<string>, change: Change): unknown {
  if (typeof value === 'number' && texts.has(String(value))) {
    const other = change(String(value));
    return Number.isFinite(Number(other)) ? Number(other) : other;
  }
  if (typeof value === 'string') {
    return changeLines(value, texts, change);
  }
  const list = asList(value);
  if (list) {
    return list.map((item) => changeTexts(item, texts, change));
  }
  const record = asRecord(value);
  return record
    ? Object.fromEntries(Object.entries(record).map(([key, item]) => [key, changeTexts(item, texts, change)]))
    : value;
}

function changeLines(text: string, texts: ReadonlySet<string>, change: Change): string {
  if (!text.includes('\n')) {
    return texts.has(text) ? change(text) : text;
  }
  const lines = text.split('\n').map((line) => {
    const value = valueInLine(line);
    const at = line.lastIndexOf(value);
    return texts.has(value) && value !== ''
      ? `${line.slice(0, at)}${change(value)}${line.slice(at + value.length)}`
      : line;
  });
  return lines.join('\n');
}
