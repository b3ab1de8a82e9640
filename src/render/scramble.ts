/**
 * Another text of the same shape: what stands in for a secret when the same thing is rendered a second time, so that the
 * places which differ are the places that the secret reached. Knows nothing of what is rendered and keeps no state: equal
 * texts give equal texts, so that a template which compares two secrets decides as it did.
 */
import { asRecord } from '../flux/untyped.ts';

/** A secret that says nothing: there is no other way to say it. */
const nothing = /^(?:null|~)?$/i;

/**
 * Switches, each with its opposite. To turn one may take objects out of a render, or make a chart refuse it: then it can be
 * rendered with switches `kept`, and whoever shows that hides switches by other means.
 */
export interface ScrambleOptions {
  readonly switches: 'turned' | 'kept';
}

const turned: ScrambleOptions = { switches: 'turned' };

const opposites: ReadonlyMap<string, string> = new Map([
  ['true', 'false'],
  ['false', 'true'],
  ['yes', 'no'],
  ['no', 'yes'],
  ['on', 'off'],
  ['off', 'on'],
]);

/** Words of a longer text that is JSON. */
const innerWord = /^(?:true|false|null)$/;
/** A quantity or a duration keeps its unit, or a chart's schema would refuse it; a number keeps its power of ten. */
const measured = /^(?<amount>[-+]?\d+(?:\.\d+)?)(?<unit>ns|us|ms|[smhd]|[kKMGTPE]i?|%|[eE][-+]?\d+)$/;

/**
 * Letters become other letters, digits other digits, everything else stays: hosts stay hosts, numbers numbers, hexadecimal
 * text and base64 what they are. `true` becomes `false`. What is empty or null stays as it is.
 */
export function scramble(text: string, options: ScrambleOptions = turned): string {
  const trimmed = text.trim();
  if (nothing.test(trimmed)) {
    return text;
  }
  const opposite = oppositeOf(trimmed);
  if (opposite !== undefined) {
    return options.switches === 'kept' ? text : text.replace(trimmed, opposite);
  }
  const { amount, unit } = measured.exec(text)?.groups ?? {};
  if (amount !== undefined && unit !== undefined) {
    return scramble(amount) + unit;
  }
  const changed = text.replaceAll(/[\p{L}\p{N}]+/gu, (word) => scrambleInner(word, options));
  return changed === text ? text.replaceAll(/\S/gu, 'x') : changed;
}

/** In the same case; `undefined` for what is no switch. */
function oppositeOf(word: string): string | undefined {
  const opposite = opposites.get(word.toLowerCase());
  if (opposite === undefined || word === word.toLowerCase()) {
    return opposite;
  }
  return word === word.toUpperCase() ? opposite.toUpperCase() : opposite.charAt(0).toUpperCase() + opposite.slice(1);
}

function scrambleInner(word: string, { switches }: ScrambleOptions): string {
  if (!innerWord.test(word)) {
    return scrambleWord(word);
  }
  return (switches === 'kept' ? undefined : opposites.get(word)) ?? word;
}

function scrambleWord(word: string): string {
  let previousIsDigit = false;
  return Array.from(word, (character) => {
    const isDigit = /\d/.test(character);
    const changed = isDigit ? scrambleDigit(character, !previousIsDigit) : scrambleLetter(character);
    previousIsDigit = isDigit;
    return changed;
  }).join('');
}

/**
 * A first digit becomes no zero and, but for 1, a smaller one; those after it become 0 to 4: so the numbers of an IP address
 * stay below 256 and a port below 65536.
 */
function scrambleDigit(digit: string, first: boolean): string {
  const value = Number(digit);
  if (first) {
    return String(value < 2 ? value + 1 : value - 1);
  }
  return String(value < 5 ? (value + 1) % 5 : value - 5);
}

/** `a` to `f` stay among themselves: a digest or a UUID stays one. */
function scrambleLetter(letter: string): string {
  const lower = letter.toLowerCase();
  const ring = ['abcdef', 'ghijklmnopqrstuvwxyz'].find((letters) => letters.includes(lower));
  if (ring === undefined) {
    return letter === 'ø' ? 'å' : 'ø';
  }
  const next = ring[(ring.indexOf(lower) + 1) % ring.length] ?? lower;
  return letter === lower ? next : next.toUpperCase();
}

/**
 * What a Secret holds, by its keys, which stay. `before`: the same texts as a build with scrambled secrets has them. What is
 * another text there stays as it is there: scrambled a second time, it might come to be what it was.
 */
export function scrambleTexts(
  texts: Readonly<Record<string, string>>,
  before: Readonly<Record<string, string>> = texts,
): Readonly<Record<string, string>> {
  const scrambled = Object.entries(texts).map(([key, text]): [string, string] => {
    const other = before[key] ?? text;
    return [key, other === text ? scramble(text) : other];
  });
  const more = Object.entries(before).filter(([key]) => !Object.hasOwn(texts, key)); // keys that a secret gave
  return Object.fromEntries<string>([...scrambled, ...more]);
}

/**
 * A JSON value with every text, number and switch in it scrambled. `keepKey` says which keys stay, by the keys above and the key
 * itself; the default keeps all.
 */
export function scrambleTree(
  value: unknown,
  options: ScrambleOptions & { readonly keepKey?: (path: readonly string[]) => boolean } = turned,
  path: readonly string[] = [],
): unknown {
  if (typeof value === 'string') {
    return scramble(value, options);
  }
  if (typeof value === 'number') {
    return scrambleNumber(value);
  }
  if (typeof value === 'boolean') {
    return options.switches === 'kept' ? value : !value;
  }
  if (Array.isArray(value)) {
    return value.map((item) => scrambleTree(item, options, path));
  }
  const record = asRecord(value);
  if (record === undefined) {
    return value;
  }
  const { keepKey = () => true } = options;
  return Object.fromEntries(
    Object.entries(record).map(([key, item]) => {
      const below = [...path, key];
      return [keepKey(below) ? key : scramble(key), scrambleTree(item, options, below)];
    }),
  );
}

function scrambleNumber(value: number): number {
  const other = Number(scramble(String(value)));
  return Number.isFinite(other) && other !== value ? other : value / 2;
}
