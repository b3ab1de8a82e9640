/**
 * Long work in slices, so that others on the same thread get their turn: a key that is typed must not wait for a large file.
 * Knows nothing of the work.
 */
import { setImmediate } from 'node:timers/promises';
import { cancelled } from './failure.ts';

export interface TurnsOptions {
  /** How long others wait at most, in milliseconds, as far as the steps of the work are short. */
  readonly sliceMs: number;
  /** Names the work in `Failure('cancelled')`: `Reading the repository`. */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds from any moment on. Default: the machine's. */
  readonly now?: (() => number) | undefined;
}

export class Turns {
  readonly #options: TurnsOptions;
  readonly #now: () => number;
  #ends: number;

  constructor(options: TurnsOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#ends = this.#now() + options.sliceMs;
  }

  /** Between two steps of the work: gives others their turn when it is theirs. Throws `Failure('cancelled')`. */
  async take(): Promise<void> {
    if (this.#isOver) {
      await setImmediate();
      this.#ends = this.#now() + this.#options.sliceMs;
    }
    if (this.#options.signal?.aborted === true) {
      throw cancelled(this.#options.what);
    }
  }

  /** Does work that yields after each step. Throws what the work throws, and `Failure('cancelled')`. */
  async run<T>(work: Iterator<void, T>): Promise<T> {
    for (;;) {
      const step = work.next();
      if (step.done === true) {
        return step.value;
      }
      if (this.#isOver) {
        await this.take();
      }
    }
  }

  get #isOver(): boolean {
    return this.#now() > this.#ends;
  }
}

/** The same work in one go, where nobody waits. */
export function allSteps<T>(work: Iterator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) {
      return step.value;
    }
  }
}
