/** Random numbers that are the same in every run, for property tests: a failure names its seed. */

export interface SeededRandom {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  pick<T>(items: readonly T[]): T;
  text(alphabet: string, length: number): string;
}

/** Marsaglia's xorshift, 32 bits. */
export function seededRandom(seed: number): SeededRandom {
  let state = (seed * 2654435761 + 1) >>> 0 || 1;
  const below = (limit: number): number => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % limit;
  };
  return {
    below,
    pick: (items) => items[below(items.length)]!,
    text: (alphabet, length) => Array.from({ length }, () => alphabet[below(alphabet.length)]!).join(''),
  };
}
