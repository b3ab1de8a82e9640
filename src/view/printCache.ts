/**
 * Printed objects, kept from one text to the next: after a keystroke nearly all objects are the same, and to print one costs
 * far more than to recognise it.
 */
import type { PrintObject } from './appliedText.ts';

export class PrintCache {
  readonly #print: PrintObject;
  #before: ReadonlyMap<string, string> = new Map();
  #now = new Map<string, string>();

  constructor(print: PrintObject) {
    this.#print = print;
  }

  /** A new text begins: what the text before last had and the last had not is forgotten. */
  begin(): void {
    this.#before = this.#now;
    this.#now = new Map();
  }

  readonly print: PrintObject = (object) => {
    const key = JSON.stringify(object);
    const text = this.#now.get(key) ?? this.#before.get(key) ?? this.#print(object);
    this.#now.set(key, text);
    return text;
  };
}
