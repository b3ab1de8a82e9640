/** The turns that a comparison gives to all else in its process while it works. */
import { Turns } from '../base/turns.ts';

/** A key that is typed, or a row that is drawn, does not wait longer, as far as the single steps are short. */
const sliceMs = 5;

/** `signal` ends the comparison at the next turn. */
export function comparisonTurns(signal?: AbortSignal): Turns {
  return new Turns({ sliceMs, what: 'the comparison', signal });
}
