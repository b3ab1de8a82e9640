/** The same action on many objects: a few at a time, with a stop after which nothing more is begun. Knows no action. */
import type { ActionResult } from './actionResult.ts';

export type ManyResult = ActionResult | { readonly state: 'notBegun' };

/** The API server and the controllers have others to serve. */
const atOnce = 4;

/**
 * The results in the order of the items; `notBegun` for those whose turn had not come when the signal aborted. Rejects with what
 * `work` rejects with, after all that had begun has ended.
 */
export async function runMany<T>(
  items: readonly T[],
  signal: AbortSignal,
  work: (item: T) => Promise<ActionResult>,
  ended: (count: number) => void,
): Promise<readonly ManyResult[]> {
  const results = items.map((): ManyResult => ({ state: 'notBegun' }));
  const turns = items.entries();
  let done = 0;
  const takeTurns = async (): Promise<void> => {
    for (const [index, item] of turns) {
      if (signal.aborted) {
        return;
      }
      results[index] = await work(item);
      done += 1;
      ended(done);
    }
  };
  const workers = Array.from({ length: Math.min(atOnce, items.length) }, takeTurns);
  const settled = await Promise.allSettled(workers);
  const broken = settled.find((one) => one.status === 'rejected');
  if (broken) {
    throw broken.reason;
  }
  return results;
}
