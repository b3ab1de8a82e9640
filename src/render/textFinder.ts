/**
 * Tells whether a text holds one of many others, in one pass over it: files of thousands of lines are asked about hundreds of texts,
 * in a process that must not stand still. Knows nothing of what the texts are.
 */

/** Characters of a text that are looked up at once. */
const startLength = 6;
const factor = 0x01000193;
/** What the first of `startLength` characters is multiplied by, to be taken out of the sum again. */
const leading = Array.from({ length: startLength - 1 }).reduce<number>((power) => Math.imul(power, factor), 1);
const filterBits = 0xffff;

export class TextFinder {
  /** Texts by the sum of their first characters. */
  readonly #starts = new Map<number, string[]>();
  /** Whether any begins with a sum of these last bits: mostly none does, and the map need not be asked. */
  readonly #filter = new Uint8Array(filterBits + 1);
  /** Too short to be looked up. */
  readonly #short: string[] = [];

  constructor(texts: Iterable<string>) {
    for (const text of new Set(texts)) {
      if (text.length < startLength) {
        this.#short.push(text);
        continue;
      }
      const sum = sumOf(text);
      const others = this.#starts.get(sum);
      if (others) {
        others.push(text);
      } else {
        this.#starts.set(sum, [text]);
        this.#filter[sum & filterBits] = 1;
      }
    }
  }

  get any(): boolean {
    return this.#short.length + this.#starts.size > 0;
  }

  /** The empty text is in each. */
  isIn(text: string): boolean {
    return this.#short.some((one) => text.includes(one)) || (text.length >= startLength && this.#isLongIn(text));
  }

  #isLongIn(text: string): boolean {
    if (this.#starts.size === 0) {
      return false;
    }
    let sum = sumOf(text);
    for (let at = 0; ; at += 1) {
      if (this.#filter[sum & filterBits] === 1 && this.#isAt(text, at, sum)) {
        return true;
      }
      const next = at + startLength;
      if (next >= text.length) {
        return false;
      }
      // Without the character that is left behind, with the one that comes in.
      sum = Math.imul(sum - Math.imul(text.charCodeAt(at), leading), factor) + text.charCodeAt(next);
      sum |= 0;
    }
  }

  #isAt(text: string, at: number, sum: number): boolean {
    return this.#starts.get(sum)?.some((one) => text.startsWith(one, at)) === true;
  }
}

/** Of the first characters, as 32 bits. */
function sumOf(text: string): number {
  let sum = 0;
  for (let at = 0; at < startLength; at += 1) {
    sum = (Math.imul(sum, factor) + text.charCodeAt(at)) | 0;
  }
  return sum;
}
