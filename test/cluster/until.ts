/** Waiting for what sends no event: programs that come up, files that appear. For objects of the API use `waitFor`. */
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks every 50 ms until the answer is neither false nor undefined, and resolves to it. An error of `ask` counts as "not
 * yet" and is told when time is up. An aborted signal ends it.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | false | undefined> | T | false | undefined,
  options: { readonly seconds?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<T> {
  const seconds = options.seconds ?? 30;
  const end = Date.now() + seconds * 1000;
  let last: unknown;
  while (Date.now() < end) {
    options.signal?.throwIfAborted();
    try {
      const answer = await ask();
      if (answer !== false && answer !== undefined) {
        return answer;
      }
      last = answer;
    } catch (error) {
      last = error;
    }
    await pause(50);
  }
  throw new Error(`${what}: not so after ${seconds} s (${last instanceof Error ? last.message : String(last)})`);
}
