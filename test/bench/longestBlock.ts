/**
 * How long a piece of work keeps everything else in its process waiting, as an extension host would feel it: a timer that should
 * fire every few milliseconds is watched. Measures the thread that it runs in.
 */

const tickMs = 2;

export interface Blocked<T> {
  readonly result: T;
  readonly ms: number;
  /** Longest time between two turns of the event loop, milliseconds. Another process on the same core counts here. */
  readonly longestMs: number;
  /** The same as the thread's own time on a processor: what the code is to answer for, however busy the machine is. */
  readonly longestOwnMs: number;
}

export async function longestBlock<T>(work: () => Promise<T>): Promise<Blocked<T>> {
  let [longest, longestOwn] = [0, 0];
  let [turn, own] = [performance.now(), ownMs()];
  const look = (): void => {
    const [now, ownNow] = [performance.now(), ownMs()];
    longest = Math.max(longest, now - turn);
    longestOwn = Math.max(longestOwn, ownNow - own);
    [turn, own] = [now, ownNow];
  };
  const timer = setInterval(look, tickMs);
  const began = performance.now();
  try {
    const result = await work();
    const ms = performance.now() - began;
    look(); // the last stretch of work ends with no turn after it
    return { result, ms, longestMs: Math.max(0, longest - tickMs), longestOwnMs: longestOwn };
  } finally {
    clearInterval(timer);
  }
}

function ownMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
