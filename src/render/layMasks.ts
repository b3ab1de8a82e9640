/**
 * Lays the masks of a rendered object on another state of the same object: what lives in a cluster, what a dry-run answers, old
 * values of a release. That state has no render of its own that tells where secrets went, and it may be older than the secrets
 * of today, so in doubt it is masked. Knows no kind of object.
 */
import { isDeepStrictEqual } from 'node:util';
import { alignItems } from './alignItems.ts';
import { mask } from './maskDifferences.ts';
import { namesOf } from './maskedPair.ts';
import { hasMask, type MaskedTree, realTree } from './maskedTree.ts';

type Form<F extends MaskedTree['form']> = Extract<MaskedTree, { form: F }>;

/**
 * `onto` with the masks of `from`. A masked place of `from` that `onto` has not may stand there under another name or in another
 * position (a key that was renamed in Git); so what is only in `onto` beside it is masked too, unless `stays`, the state that
 * follows on `onto`, has it as well: then nobody has renamed it.
 */
export function layMasks(onto: MaskedTree, from: MaskedTree, stays?: MaskedTree): MaskedTree {
  if (from.form === 'unstable') {
    return from;
  }
  if (onto.form === 'masked' || !(hasMask(from) || hasUnstable(from))) {
    return onto;
  }
  if (from.form === 'map' && onto.form === 'map') {
    return layOnMap(onto, from, stays?.form === 'map' ? stays : undefined);
  }
  if (from.form === 'list' && onto.form === 'list') {
    return layOnList(onto, from, stays?.form === 'list' ? stays : undefined);
  }
  const lines = from.form === 'text' ? linesOf(onto) : undefined;
  if (from.form === 'text' && lines) {
    const laid = layOnUnnamed(lines, linesOf(from) ?? []);
    return {
      form: 'text',
      lines: laid.map((line) => ({ real: String(realTree(line)), masked: line.form === 'masked' })),
    };
  }
  return masked(onto);
}

/** With its keys: where the same may stand under another name, its form is no secret. */
function maskedBelow(tree: MaskedTree): MaskedTree {
  switch (tree.form) {
    case 'map':
      return { form: 'map', entries: new Map([...tree.entries].map(([key, item]) => [key, maskedBelow(item)])) };
    case 'list':
      return { form: 'list', items: tree.items.map(maskedBelow) };
    default:
      return masked(tree);
  }
}

function masked(tree: MaskedTree): Form<'masked'> {
  return tree.form === 'masked' ? tree : { form: 'masked', real: realTree(tree) };
}

function hasUnstable(tree: MaskedTree): boolean {
  switch (tree.form) {
    case 'unstable':
      return true;
    case 'list':
      return tree.items.some(hasUnstable);
    case 'map':
      return [...tree.entries.values()].some(hasUnstable);
    case 'plain':
    case 'masked':
    case 'text':
      return false;
  }
}

function layOnMap(onto: Form<'map'>, from: Form<'map'>, stays: Form<'map'> | undefined): MaskedTree {
  const hidden = hiddenKeys(from);
  const missing = [...from.entries].some(([key, item]) => !isMaskedKey(key) && !onto.entries.has(key) && hasMask(item));
  const entries = new Map<string, MaskedTree>();
  const gone: [string, unknown][] = [];
  for (const [key, item] of onto.entries) {
    const counterpart = isMaskedKey(key) ? undefined : from.entries.get(key);
    const next = stays?.entries.get(key);
    const remains = next !== undefined && isDeepStrictEqual(realTree(next), realTree(item));
    if (counterpart) {
      entries.set(key, layMasks(item, counterpart, next));
    } else if (hidden.has(key) || (hidden.size > 0 && !remains)) {
      gone.push([key, realTree(item)]);
    } else {
      entries.set(key, missing && !remains ? maskedBelow(item) : item);
    }
  }
  gone.forEach((_entry, at) => entries.set(at === 0 ? mask : `${mask} (${at + 1})`, { form: 'masked', real: gone }));
  return { form: 'map', entries };
}

function isMaskedKey(key: string): boolean {
  return key.startsWith(mask);
}

/** Keys that are masked in `from`: below each masked one it holds all of them, see `maskedTree`. */
function hiddenKeys(from: Form<'map'>): ReadonlySet<string> {
  const hidden = new Set<string>();
  for (const [key, item] of from.entries) {
    if (isMaskedKey(key) && item.form === 'masked' && Array.isArray(item.real)) {
      item.real.forEach((entry: unknown) => Array.isArray(entry) && hidden.add(String(entry[0])));
    }
  }
  return hidden;
}

function layOnList(onto: Form<'list'>, from: Form<'list'>, stays: Form<'list'> | undefined): MaskedTree {
  const [names, fromNames] = [namesOf(onto.items), namesOf(from.items)];
  if (!names || !fromNames) {
    return { form: 'list', items: layOnUnnamed(onto.items, from.items) };
  }
  const staysNames = (stays && namesOf(stays.items)) ?? new Map<unknown, number>();
  const missing = [...fromNames].some(([name, at]) => !names.has(name) && isMaskedAt(from.items, at));
  const items = [...names].map(([name, at]): MaskedTree => {
    const item = onto.items[at] ?? { form: 'plain', value: undefined };
    const counterpart = from.items[fromNames.get(name) ?? -1];
    const next = stays?.items[staysNames.get(name) ?? -1];
    if (counterpart) {
      return layMasks(item, counterpart, next);
    }
    const remains = next !== undefined && isDeepStrictEqual(realTree(next), realTree(item));
    return missing && !remains ? maskedBelow(item) : item;
  });
  return { form: 'list', items };
}

function isMaskedAt(items: readonly MaskedTree[], at: number): boolean {
  const item = items[at];
  return item !== undefined && hasMask(item);
}

/**
 * Items that are equal on both sides, in their order, are each other's counterparts. Where a masked item of `from` has none, it
 * may be any that has none either: all of these are masked as it is, but those that `from` shows as well, wherever.
 */
function layOnUnnamed(onto: readonly MaskedTree[], from: readonly MaskedTree[]): readonly MaskedTree[] {
  const keys = onto.map(keyOfItem);
  const fromKeys = from.map(keyOfItem);
  const counterparts = new Map(alignItems(keys, fromKeys));
  const matched = new Set(counterparts.values());
  const lost = from.filter((item, at) => !matched.has(at) && (hasMask(item) || hasUnstable(item)));
  // Of files of thousands of lines mostly all have a counterpart, or none was lost.
  const isAsked = lost.length > 0 && counterparts.size < onto.length;
  const shown = new Set(isAsked ? fromKeys.filter((_key, at) => !isMaskedAt(from, at)) : []);
  const labels = isAsked ? shownLabels(from) : new Set<string>();
  return onto.map((item, at) => {
    const counterpart = from[counterparts.get(at) ?? -1];
    if (counterpart) {
      return layMasks(item, counterpart);
    }
    const isPlain = !isAsked || shown.has(keys[at] ?? '') || labels.has(labelOf(item) ?? '');
    return isPlain ? item : lost.reduce((laid, one) => layMasks(laid, one), item);
  });
}

/** Of a line or an argument the text itself: JSON of thousands takes its time. A text that is like another item's JSON is preceded. */
function keyOfItem(item: MaskedTree): string {
  const real = realTree(item);
  return typeof real === 'string' ? `'${real}` : JSON.stringify([real]);
}

/** What a line or an argument says that it sets: `--port` of `--port=80`. */
function labelOf(item: MaskedTree): string | undefined {
  const text = realTree(item);
  return typeof text === 'string' ? /^\s*([^\s:=]+)\s*[:=]/.exec(text)?.[1] : undefined;
}

/** Labels of items that are shown and of none that is masked: another value of one is as plain as the one that is shown. */
function shownLabels(items: readonly MaskedTree[]): ReadonlySet<string> {
  const labels = new Set(items.flatMap((item) => (hasMask(item) ? [] : (labelOf(item) ?? []))));
  items.filter(hasMask).forEach((item) => labels.delete(labelOf(item) ?? ''));
  return labels;
}

/** `undefined` for what is no text. */
function linesOf(tree: MaskedTree): readonly MaskedTree[] | undefined {
  if (tree.form === 'text') {
    return tree.lines.map((line) =>
      line.masked ? { form: 'masked', real: line.real } : { form: 'plain', value: line.real },
    );
  }
  return tree.form === 'plain' && typeof tree.value === 'string' ? [{ form: 'plain', value: tree.value }] : undefined;
}
