/**
 * Masks texts that are known to be secret wherever a tree holds them, for what has no render that tells where they went. Knows
 * texts alone; where they come from is the caller's matter.
 */
import { mask } from './maskDifferences.ts';
import { type MaskedTree, namesObject, type TextLine } from './maskedTree.ts';
import { TextFinder } from './textFinder.ts';
import { writtenForms } from './writtenForms.ts';

/** Shorter texts stand in others by chance; they are secret only where they are all of a text. */
const fewestWithin = 6;
/** Still shorter ones are `1`, `10` or `on`, and stand everywhere. */
const fewest = 3;

/** Words that stand everywhere. */
const tellsNothing = /^(?:true|false|null)$/i;

/** A line of a key or a certificate; other lines of files stand in other files too, but as whole lines. */
const tellingLine = /^\S{24,}$/;

export class KnownTexts {
  /** Secret where they are all of a text or of a line. */
  readonly #whole = new Set<string>();
  /** Secret wherever they stand. */
  readonly #parts: TextFinder;
  readonly #more: KnownTexts | undefined;

  /** `more`: is known besides. */
  constructor(texts: Iterable<string>, more?: KnownTexts) {
    this.#more = more;
    const parts = new Set<string>();
    for (const text of texts) {
      const whole = text.trim();
      if (whole.length < fewest || tellsNothing.test(whole) || whole.startsWith('ENC[')) {
        continue;
      }
      if (whole.length >= fewestWithin) {
        parts.add(whole);
      }
      const lines = whole.split('\n').map((line) => line.trim());
      const telling = lines.length === 1 ? lines : lines.filter((line) => line.length >= fewestWithin);
      telling.forEach((line) => this.#whole.add(line));
      telling.filter((line) => tellingLine.test(line)).forEach((line) => parts.add(line));
    }
    this.#parts = new TextFinder([...parts].flatMap(writtenForms));
  }

  /** `plain`: texts that are known to come from somewhere else too; a short secret, or a line of one, that is among them says nothing. */
  isIn(text: string, plain: ReadonlySet<string> = new Set()): boolean {
    return this.isWhole(text, plain) || this.isWithin(text);
  }

  /** Whether it is a secret or a line of one, as a whole. */
  isWhole(text: string, plain: ReadonlySet<string>): boolean {
    const trimmed = text.trim();
    return (this.#whole.has(trimmed) && !plain.has(trimmed)) || this.#more?.isWhole(trimmed, plain) === true;
  }

  /** Whether a secret stands in it that is long enough to stand nowhere by chance. */
  isWithin(text: string): boolean {
    return this.#parts.isIn(text) || this.#more?.isWithin(text) === true;
  }
}

/** What is shown beside the tree, and what is secret although it stands in it. */
export interface Known {
  readonly texts: KnownTexts;
  /** Keys that may be shown, whatever they hold. */
  readonly keys: ReadonlySet<string>;
  /** See `KnownTexts.isIn`. */
  readonly plain: ReadonlySet<string>;
}

export function maskKnownTexts(tree: MaskedTree, known: Known, path = ''): MaskedTree {
  switch (tree.form) {
    case 'plain':
      return isHeld(tree.value, known) && !namesObject(path) ? { form: 'masked', real: tree.value } : tree;
    case 'text':
      return maskLines(tree, known);
    case 'list':
      return { form: 'list', items: tree.items.map((item) => maskKnownTexts(item, known, `${path}[]`)) };
    case 'map':
      return maskMap(tree, known, path);
    case 'masked':
    case 'unstable':
      return tree;
  }
}

/** What is in none of the lines together is in none alone: mostly one look at them is enough. */
function maskLines(tree: Extract<MaskedTree, { form: 'text' }>, { texts, plain }: Known): MaskedTree {
  const isTold = texts.isWithin(shownLines(tree.lines));
  const isIn = (line: string): boolean => (isTold ? texts.isIn(line, plain) : texts.isWhole(line, plain));
  const found = new Set(tree.lines.filter((line) => !line.masked && isIn(line.real)));
  const lines =
    found.size === 0 ? tree.lines : tree.lines.map((line) => (found.has(line) ? { ...line, masked: true } : line));
  return isTold && texts.isIn(shownLines(lines), plain)
    ? { form: 'masked', real: tree.lines.map((line) => line.real).join('\n') } // it goes over several lines
    : { form: 'text', lines };
}

function shownLines(lines: readonly TextLine[]): string {
  return lines.flatMap((line) => (line.masked ? [] : line.real)).join('\n');
}

function isHeld(value: unknown, { texts, plain }: Known): boolean {
  return (typeof value === 'string' || typeof value === 'number') && texts.isIn(String(value), plain);
}

function maskMap(tree: Extract<MaskedTree, { form: 'map' }>, known: Known, path: string): MaskedTree {
  const entries = new Map<string, MaskedTree>();
  let hidden = [...tree.entries.keys()].filter((key) => key.startsWith(mask)).length;
  for (const [key, item] of tree.entries) {
    if (path === '' || path === 'metadata' || known.keys.has(key) || !known.texts.isIn(key)) {
      entries.set(key, maskKnownTexts(item, known, path === '' ? key : `${path}.${key}`));
      continue;
    }
    hidden += 1;
    entries.set(hidden === 1 ? mask : `${mask} (${hidden})`, { form: 'masked', real: [key, item] });
  }
  return { form: 'map', entries };
}
