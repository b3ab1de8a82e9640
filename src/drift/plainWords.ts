/**
 * Words that are known to stand in plain text: in a chart, in values that no Secret gave. A text of such words alone was not made of
 * a Secret, neither as it is nor hashed, cut or in capitals. Knows nothing of where the words come from.
 */
import type { Turns } from '../base/turns.ts';

/** What is read of a text before others get their turn: some milliseconds. */
const sliceLength = 64 * 1024;

const word = /[\p{L}\p{N}]+/gu;

export class PlainWords {
  readonly #words: ReadonlySet<string>;

  /** A chart has some MiB. Throws `Failure('cancelled')`. */
  static async of(texts: Iterable<string>, turns: Turns): Promise<PlainWords> {
    const words = new Set<string>();
    for (const text of texts) {
      for (let at = 0; at < text.length; at += sliceLength) {
        // A word that is cut is two that may be proven: of a chart's own text both tell nothing.
        wordsOf(text.slice(at, at + sliceLength)).forEach((one) => words.add(one));
        await turns.take();
      }
    }
    return new PlainWords(words);
  }

  constructor(words: ReadonlySet<string>) {
    this.#words = words;
  }

  /** Whether each word of it is known, in whatever case; of a text without words there is nothing to know. */
  proves(text: string): boolean {
    return wordsOf(text).every((one) => this.#words.has(one));
  }
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(word) ?? [];
}
