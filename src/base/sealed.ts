/**
 * A value that must not be printed: it came from a Secret, or may hold what did. Prints as dots wherever text is made of it
 * (a template, JSON, a log, an inspector) and gives itself up only to who asks by name. Knows nothing of what it holds.
 */
import { inspect } from 'node:util';

const dots = '•••';

/** Sealed values live in the memory of `cluster`, `render` and `drift` of one process and are revealed nowhere else. */
export class Sealed<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  /** Goes on with what a function makes of the value, sealed as well. */
  map<U>(change: (value: T) => U): Sealed<U> {
    return new Sealed(change(this.#value));
  }

  toString(): string {
    return dots;
  }

  toJSON(): string {
    return dots;
  }

  [Symbol.toPrimitive](): string {
    return dots;
  }

  [inspect.custom](): string {
    return dots;
  }
}
