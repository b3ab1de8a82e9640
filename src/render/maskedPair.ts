/**
 * Two states of one object, masked together. Each side arrives masked by the origin of its own values; here the masks of one
 * are laid on the other, for a secret that becomes a literal would else be read on the new side. Knows no kind of object.
 */
import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../flux/objects.ts';
import type { DesiredObject } from './desired.ts';
import { mask } from './maskDifferences.ts';
import {
  type MaskedTree,
  type TextLine,
  collectSecrets,
  hasMask,
  maskSecretsIn,
  maskedTree,
  realTree,
  shownTree,
} from './maskedTree.ts';

/** Stands on the new side of a masked value that is another one than on the old side. */
export const maskChanged = `${mask} (changed)`;

export interface MaskedPair {
  readonly before: KubernetesObject;
  readonly after: KubernetesObject;
  /** Whether anything but what is unstable differs, masked values included. */
  readonly differs: boolean;
}

type Pair = readonly [before: unknown, after: unknown];
type Form<F extends MaskedTree['form']> = Extract<MaskedTree, { form: F }>;

export function maskPair(before: DesiredObject, after: DesiredObject): MaskedPair {
  const trees = [maskedTree(before), maskedTree(after)] as const;
  const secrets = new Set<string>();
  trees.forEach((tree) => collectSecrets(tree, secrets));
  const [shownBefore, shownAfter] = pairTrees(maskSecretsIn(trees[0], secrets), maskSecretsIn(trees[1], secrets));
  return {
    before: shownBefore as KubernetesObject,
    after: shownAfter as KubernetesObject,
    differs: !isDeepStrictEqual(shownBefore, shownAfter),
  };
}

/** Both as they are shown beside each other: where one is masked, the other is too. */
export function pairTrees(old: MaskedTree, next: MaskedTree): Pair {
  if (old.form === 'unstable' || next.form === 'unstable') {
    return [shownTree({ form: 'unstable' }), shownTree({ form: 'unstable' })];
  }
  if (old.form === 'map' && next.form === 'map') {
    return pairMaps(old, next);
  }
  if (old.form === 'list' && next.form === 'list') {
    return pairLists(old, next);
  }
  const lines = old.form === 'text' && next.form === 'text' ? pairLines(old.lines, next.lines) : undefined;
  if (lines) {
    return lines;
  }
  return hasMask(old) || hasMask(next) ? pairMasked(old, next) : [shownTree(old), shownTree(next)];
}

function pairMasked(old: MaskedTree, next: MaskedTree): Pair {
  return [mask, isDeepStrictEqual(realTree(old), realTree(next)) ? mask : maskChanged];
}

function pairMaps(old: Form<'map'>, next: Form<'map'>): Pair {
  const before: [string, unknown][] = [];
  const paired = new Map<string, unknown>();
  for (const [key, item] of old.entries) {
    const counterpart = next.entries.get(key);
    const [left, right] = counterpart ? pairTrees(item, counterpart) : [shownTree(item), undefined];
    before.push([key, left]);
    paired.set(key, right);
  }
  const after = [...next.entries].map(([key, item]) => [key, paired.has(key) ? paired.get(key) : shownTree(item)]);
  return [Object.fromEntries(before), Object.fromEntries(after)];
}

function pairLists(old: Form<'list'>, next: Form<'list'>): Pair {
  const before = old.items.map(shownTree);
  const after = next.items.map(shownTree);
  for (const [from, to] of counterpartItems(old.items, next.items)) {
    const [left, right] = [old.items[from], next.items[to]];
    if (left && right) {
      [before[from], after[to]] = pairTrees(left, right);
    }
  }
  return [before, after];
}

/** By name where all have one, as the API merges them; else by position, the masked ones among themselves. */
function counterpartItems(
  old: readonly MaskedTree[],
  next: readonly MaskedTree[],
): readonly (readonly [number, number])[] {
  const [oldNames, nextNames] = [namesOf(old), namesOf(next)];
  if (oldNames && nextNames) {
    return [...oldNames].flatMap(([name, from]) => {
      const to = nextNames.get(name);
      return to === undefined ? [] : [[from, to] as const];
    });
  }
  const isMasked = (tree: MaskedTree): boolean => tree.form === 'masked';
  const inTurn =
    old.length !== next.length && old.some(isMasked) && maskedInTurn(old.map(isMasked), next.map(isMasked));
  return inTurn || old.slice(0, next.length).map((_item, at) => [at, at] as const);
}

/** Positions by name; `undefined` where not all items have a name of their own. */
export function namesOf(items: readonly MaskedTree[]): ReadonlyMap<unknown, number> | undefined {
  const names = items.map((item) => {
    const name = item.form === 'map' ? item.entries.get('name') : undefined;
    return name && realTree(name);
  });
  const positions = new Map(names.map((name, at) => [name, at]));
  return positions.size === items.length && names.every((name) => typeof name === 'string') ? positions : undefined;
}

/** `undefined` where the lines that are masked on one side cannot be found on the other: then none may be shown. */
function pairLines(old: readonly TextLine[], next: readonly TextLine[]): Pair | undefined {
  const counterparts =
    maskedInTurn(
      old.map((line) => line.masked),
      next.map((line) => line.masked),
    ) ?? (old.length === next.length ? old.map((_line, at) => [at, at] as const) : undefined);
  if (!counterparts) {
    return undefined;
  }
  const before = old.map((line) => (line.masked ? mask : line.real));
  const after = next.map((line) => (line.masked ? mask : line.real));
  for (const [from, to] of counterparts) {
    const [left, right] = [old[from], next[to]];
    if (left?.masked === true || right?.masked === true) {
      before[from] = mask;
      after[to] = left?.real === right?.real ? mask : maskChanged;
    }
  }
  return [before.join('\n'), after.join('\n')];
}

/** The first masked one with the first, and so on; `undefined` when one side has more of them. */
function maskedInTurn(
  old: readonly boolean[],
  next: readonly boolean[],
): readonly (readonly [number, number])[] | undefined {
  const [from, to] = [old, next].map((side) => side.flatMap((masked, at) => (masked ? [at] : [])));
  return from?.length === to?.length ? from?.map((at, turn) => [at, to?.[turn] ?? at] as const) : undefined;
}
