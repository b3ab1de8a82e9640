/**
 * Keeps rows where they are until their new rank has held for a while, so that nothing jumps under the pointer while a
 * reconcile passes through its states. Remembers ranks by row id; asks no clock.
 */

interface Place {
  /** The rank that the row is sorted by. */
  settled: number;
  /** The rank that it would have now. */
  wanted: number;
  /** Since when it is wanted, in milliseconds since the epoch. */
  since: number;
  /** The last round in which the row was there. */
  round: number;
}

export class SettledOrder {
  readonly #settleMs: number;
  readonly #places = new Map<string, Place>();
  #round = 0;

  /** `settleMs`: how long a new rank must hold before the row moves. */
  constructor(settleMs = 3000) {
    this.#settleMs = settleMs;
  }

  /** The rank to sort a row by. A row that was not there in the round before takes its rank at once. */
  rankOf(id: string, wanted: number, now: number): number {
    const place = this.#places.get(id);
    if (!place) {
      this.#places.set(id, { settled: wanted, wanted, since: now, round: this.#round });
      return wanted;
    }
    place.round = this.#round;
    if (place.wanted !== wanted) {
      place.wanted = wanted;
      place.since = now;
    }
    if (place.wanted !== place.settled && now - place.since >= this.#settleMs) {
      place.settled = place.wanted;
    }
    return place.settled;
  }

  /**
   * Ends a round: forgets the rows that were not asked for. Returns when the next row is due to move, in milliseconds since
   * the epoch, `undefined` when all are in their places.
   */
  endRound(): number | undefined {
    let due: number | undefined;
    for (const [id, place] of this.#places) {
      if (place.round !== this.#round) {
        this.#places.delete(id);
      } else if (place.wanted !== place.settled) {
        due = Math.min(due ?? Number.POSITIVE_INFINITY, place.since + this.#settleMs);
      }
    }
    this.#round += 1;
    return due;
  }
}
