/**
 * Another text of the same shape: what stands in for a secret when the same thing is rendered a second time, so that the
 * places which differ are the places that the secret reached. Knows nothing of what is rendered and keeps no state: equal
 * texts give equal texts, so that a template which compares two secrets decides as it did.
 */
import { asRecord } from '../flux/untyped.ts';
import type { DataSource } from './engineProtocol.ts';

/** What YAML reads as something else than text: to change it would change the type, and so what a template does with it. */
const typedWord = /^(?:true|false|yes|no|on|off|null|~)?$/i;
/** The same inside a longer text, which may be JSON. */
const innerWord = /^(?:true|false|null)$/;
/** A quantity or a duration keeps its unit, or a chart's schema would refuse it. */
const measured = /^(?<amount>\d+(?:\.\d+)?)(?<unit>ns|us|ms|[smhd]|[kKMGTPE]i?|%)$/;

/**
 * Letters become other letters, digits other digits, everything else stays: hosts stay hosts, numbers numbers, hexadecimal
 * text and base64 what they are. Booleans, null and the empty text stay as they are.
 */
export function scramble(text: string): string {
  if (typedWord.test(text.trim())) {
    return text;
  }
  const { amount, unit } = measured.exec(text)?.groups ?? {};
  if (amount !== undefined && unit !== undefined) {
    return scramble(amount) + unit;
  }
  const changed = text.replaceAll(/[\p{L}\p{N}]+/gu, (word) => (innerWord.test(word) ? word : scrambleWord(word)));
  return changed === text ? text.replaceAll(/\S/gu, 'x') : changed;
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

/** A source of variables with every value scrambled; names stay, for they are what the repository refers to. */
export function scrambleData(source: DataSource): DataSource {
  const { data } = source;
  return data === undefined
    ? source
    : { ...source, data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, scramble(value)])) };
}

/**
 * A JSON value with every text and number in it scrambled. `keepKey` says which keys stay, by the keys above and the key
 * itself; the default keeps all.
 */
export function scrambleTree(
  value: unknown,
  keepKey: (path: readonly string[]) => boolean = () => true,
  path: readonly string[] = [],
): unknown {
  if (typeof value === 'string') {
    return scramble(value);
  }
  if (typeof value === 'number') {
    const other = Number(scramble(String(value)));
    return Number.isFinite(other) ? other : value + 1;
  }
  if (Array.isArray(value)) {
    return value.map((item) => scrambleTree(item, keepKey, path));
  }
  const record = asRecord(value);
  if (record === undefined) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(record).map(([key, item]) => {
      const below = [...path, key];
      return [keepKey(below) ? key : scramble(key), scrambleTree(item, keepKey, below)];
    }),
  );
}
