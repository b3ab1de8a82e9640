/**
 * One rendered object as a tree that knows of every value what may be shown and what it is, so that two of them can be
 * compared and still be shown. Holds what Secrets held: a tree ends with the comparison and is neither kept nor printed.
 */
import { asList, asRecord } from '../flux/untyped.ts';
import type { DesiredObject, FieldPath } from './desired.ts';
import { mask } from './maskDifferences.ts';

/**
 * - `masked`: not to be shown. `real` is only good for asking whether two are equal
 * - `unstable`: another one with each render
 * - `text`: of several lines, of which some may be masked
 */
export type MaskedTree =
  | { readonly form: 'plain'; readonly value: unknown }
  | { readonly form: 'masked'; readonly real: unknown }
  | { readonly form: 'unstable' }
  | { readonly form: 'text'; readonly lines: readonly TextLine[] }
  | { readonly form: 'list'; readonly items: readonly MaskedTree[] }
  | { readonly form: 'map'; readonly entries: ReadonlyMap<string, MaskedTree> };

export interface TextLine {
  readonly real: string;
  readonly masked: boolean;
}

/** Stands for what no two renders have in common, and which therefore tells nothing. */
export const unstableText = '(differs with each render)';

/** The object without the masks that only another side knows of. */
export function maskedTree({ object, real, masked, unstable }: DesiredObject): MaskedTree {
  return grow(object, real.reveal(), placesOf(masked), placesOf(unstable));
}

/** As it is shown. */
export function shownTree(tree: MaskedTree): unknown {
  switch (tree.form) {
    case 'plain':
      return tree.value;
    case 'masked':
      return mask;
    case 'unstable':
      return unstableText;
    case 'text':
      return tree.lines.map((line) => (line.masked ? mask : line.real)).join('\n');
    case 'list':
      return tree.items.map(shownTree);
    case 'map':
      return Object.fromEntries([...tree.entries].map(([key, item]) => [key, shownTree(item)]));
  }
}

/** As it is, to be compared with another one. What is unstable is equal to all that is. */
export function realTree(tree: MaskedTree): unknown {
  switch (tree.form) {
    case 'plain':
      return tree.value;
    case 'masked':
      return tree.real;
    case 'unstable':
      return unstableText;
    case 'text':
      return tree.lines.map((line) => line.real).join('\n');
    case 'list':
      return tree.items.map(realTree);
    case 'map':
      return Object.fromEntries([...tree.entries].map(([key, item]) => [key, realTree(item)]));
  }
}

export function hasMask(tree: MaskedTree): boolean {
  switch (tree.form) {
    case 'masked':
      return true;
    case 'text':
      return tree.lines.some((line) => line.masked);
    case 'list':
      return tree.items.some(hasMask);
    case 'map':
      return [...tree.entries.values()].some(hasMask);
    case 'plain':
    case 'unstable':
      return false;
  }
}

/** For where nobody knows what is masked: all masks are equal, so that nothing is said of a change. */
export function uncompared(tree: MaskedTree): MaskedTree {
  switch (tree.form) {
    case 'masked':
      return { form: 'masked', real: undefined };
    case 'text':
      return tree.lines.some((line) => line.masked) ? { form: 'masked', real: undefined } : tree;
    case 'list':
      return { form: 'list', items: tree.items.map(uncompared) };
    case 'map':
      return { form: 'map', entries: new Map([...tree.entries].map(([key, item]) => [key, uncompared(item)])) };
    case 'plain':
    case 'unstable':
      return tree;
  }
}

/** Adds every masked text and line to `found`. Words that stand everywhere tell nothing and are left out. */
export function collectSecrets(tree: MaskedTree, found: Set<string>): void {
  const add = (text: unknown): void => {
    if (typeof text === 'string' && !/^\s*(?:true|false|null)?\s*$/.test(text)) {
      found.add(text.trim());
    }
  };
  switch (tree.form) {
    case 'masked':
      add(tree.real);
      break;
    case 'text':
      tree.lines.filter((line) => line.masked).forEach((line) => add(line.real));
      break;
    case 'list':
      tree.items.forEach((item) => collectSecrets(item, found));
      break;
    case 'map':
      tree.entries.forEach((item) => collectSecrets(item, found));
      break;
    case 'plain':
    case 'unstable':
  }
}

const identity: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata.name', 'metadata.namespace']);

/** What names an object stands in its title and in the key that finds its counterpart. `path`: keys from the root with dots between. */
export function namesObject(path: string): boolean {
  return identity.has(path);
}

/** The same tree, with the texts and lines masked that are one of `secrets`. */
export function maskSecretsIn(tree: MaskedTree, secrets: ReadonlySet<string>, path = ''): MaskedTree {
  switch (tree.form) {
    case 'plain':
      return typeof tree.value === 'string' && secrets.has(tree.value.trim()) && !namesObject(path)
        ? { form: 'masked', real: tree.value }
        : tree;
    case 'text':
      return {
        form: 'text',
        lines: tree.lines.map((line) => ({ ...line, masked: line.masked || secrets.has(line.real.trim()) })),
      };
    case 'list':
      return { form: 'list', items: tree.items.map((item) => maskSecretsIn(item, secrets, `${path}[]`)) };
    case 'map': {
      const entries = [...tree.entries].map(
        ([key, item]) => [key, maskSecretsIn(item, secrets, path === '' ? key : `${path}.${key}`)] as const,
      );
      return { form: 'map', entries: new Map(entries) };
    }
    case 'masked':
    case 'unstable':
      return tree;
  }
}

/** Places in a value as a tree: `here` is a place itself, others lie below. */
interface Places {
  here: boolean;
  readonly below: Map<string | number, Places>;
}

function placesOf(paths: readonly FieldPath[]): Places {
  const root: Places = { here: false, below: new Map() };
  for (const path of paths) {
    let place = root;
    for (const key of path) {
      const next = place.below.get(key) ?? { here: false, below: new Map() };
      place.below.set(key, next);
      place = next;
    }
    place.here = true;
  }
  return root;
}

function grow(shown: unknown, real: unknown, masked?: Places, unstable?: Places): MaskedTree {
  if (masked?.here === true) {
    return growMasked(shown, real);
  }
  if (unstable?.here === true) {
    return { form: 'unstable' };
  }
  const items = asList(shown);
  if (items) {
    const reals = asList(real) ?? [];
    return {
      form: 'list',
      items: items.map((item, at) => grow(item, reals[at], masked?.below.get(at), unstable?.below.get(at))),
    };
  }
  const record = asRecord(shown);
  if (record) {
    return growMap(record, asRecord(real) ?? {}, masked, unstable);
  }
  return typeof shown === 'string' && shown.includes('\n')
    ? { form: 'text', lines: shown.split('\n').map((line) => ({ real: line, masked: false })) }
    : { form: 'plain', value: shown };
}

function growMasked(shown: unknown, real: unknown): MaskedTree {
  if (typeof shown === 'string' && typeof real === 'string' && shown !== mask) {
    const lines = shown.split('\n');
    const reals = real.split('\n');
    if (lines.length === reals.length) {
      return { form: 'text', lines: reals.map((line, at) => ({ real: line, masked: line !== lines[at] })) };
    }
  }
  return { form: 'masked', real };
}

function growMap(
  shown: Readonly<Record<string, unknown>>,
  real: Readonly<Record<string, unknown>>,
  masked: Places | undefined,
  unstable: Places | undefined,
): MaskedTree {
  // A key that is masked is none of the real ones: what is hidden so is compared as a whole.
  const hidden = Object.entries(real).filter(([key]) => !Object.hasOwn(shown, key));
  const entries = Object.entries(shown).map(([key, value]): [string, MaskedTree] => [
    key,
    Object.hasOwn(real, key)
      ? grow(value, real[key], masked?.below.get(key), unstable?.below.get(key))
      : { form: 'masked', real: hidden },
  ]);
  return { form: 'map', entries: new Map(entries) };
}
