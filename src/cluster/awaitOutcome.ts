/**
 * Waits until an object shows what was asked of it: by a watch of that one object, which costs one request however long it
 * takes, and by reading it now and then where watching is not possible. Decides nothing: `outcome` does.
 */
import { Backoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { type FailureReason, isFailure } from '../base/failure.ts';
import type { FluxObject } from '../flux/objects.ts';
import type { Outcome } from '../flux/outcomes.ts';
import type { ApiResource, ClusterApi } from './clusterApi.ts';

export interface AwaitParts {
  readonly api: ClusterApi;
  readonly clock: Clock;
}

export interface AwaitedObject {
  readonly resource: ApiResource;
  /** The object as the patch was answered: what comes after it is watched. */
  readonly start: FluxObject;
  /** Asked for every state; `undefined` stands for an object that is gone. */
  readonly outcome: (object: FluxObject | undefined) => Outcome;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export type Awaited =
  | Exclude<Outcome, { state: 'pending' }>
  /** `last` is the newest state that was seen. */
  | { readonly state: 'timedOut'; readonly last: FluxObject }
  | { readonly state: 'stopped' };

/** Throws a Failure only for what trying again does not mend: credentials, and the right to read the object. */
export async function awaitOutcome(parts: AwaitParts, awaited: AwaitedObject): Promise<Awaited> {
  const deadline = new AbortController();
  const timer = parts.clock.after(awaited.timeoutMs, () => deadline.abort());
  const either = AbortSignal.any([awaited.signal, deadline.signal]);
  const wait = new Wait(parts, awaited, either);
  try {
    return (await wait.run()) ?? ended(awaited.signal, wait.last);
  } catch (error) {
    if (either.aborted && isFailure(error, 'cancelled')) {
      return ended(awaited.signal, wait.last);
    }
    throw error;
  } finally {
    timer.dispose();
    deadline.abort(); // ends a watch that is still open
  }
}

function ended(stop: AbortSignal, last: FluxObject): Awaited {
  return stop.aborted ? { state: 'stopped' } : { state: 'timedOut', last };
}

type Decided = Exclude<Outcome, { state: 'pending' }>;

class Wait {
  readonly #parts: AwaitParts;
  readonly #awaited: AwaitedObject;
  readonly #signal: AbortSignal;
  readonly #backoff = new Backoff({ firstMs: 500, maxMs: 5_000 });
  last: FluxObject;

  constructor(parts: AwaitParts, awaited: AwaitedObject, signal: AbortSignal) {
    this.#parts = parts;
    this.#awaited = awaited;
    this.#signal = signal;
    this.last = awaited.start;
  }

  /** `undefined` when the signal ended it. */
  async run(): Promise<Decided | undefined> {
    let decided = this.#judge(this.last);
    while (!decided && !this.#signal.aborted) {
      decided = (await this.#watch()) ?? (await this.#readLater());
    }
    return decided;
  }

  async #watch(): Promise<Decided | undefined> {
    const { namespace = '', name, resourceVersion = '' } = this.last.metadata;
    const query = { namespace, resourceVersion, fieldSelector: `metadata.name=${name}` };
    try {
      for await (const event of this.#parts.api.watch(this.#awaited.resource, query, this.#signal)) {
        this.#backoff.reset();
        // A server that does not know the selector sends the others too.
        if (event.type === 'BOOKMARK' || event.object.metadata.name !== name) {
          continue;
        }
        const decided = this.#judge(event.type === 'DELETED' ? undefined : event.object);
        if (decided) {
          return decided;
        }
      }
    } catch (error) {
      this.#mayGoOn(error, 'watch');
    }
    return undefined;
  }

  /** A watch that ended or broke has missed something: what is there now is read before the next one. */
  async #readLater(): Promise<Decided | undefined> {
    await pause(this.#parts.clock, this.#backoff.next(), this.#signal);
    if (this.#signal.aborted) {
      return undefined;
    }
    const { namespace = '', name } = this.last.metadata;
    try {
      return this.#judge(await this.#parts.api.get(this.#awaited.resource, { namespace, name }, this.#signal));
    } catch (error) {
      if (isFailure(error, 'notFound')) {
        return this.#judge(undefined);
      }
      this.#mayGoOn(error, 'get');
      return undefined;
    }
  }

  #judge(object: FluxObject | undefined): Decided | undefined {
    this.last = object ?? this.last;
    const outcome = this.#awaited.outcome(object);
    return outcome.state === 'pending' ? undefined : outcome;
  }

  /** Throws what trying again does not mend. Whoever may not watch may still read. */
  #mayGoOn(error: unknown, verb: 'watch' | 'get'): void {
    const hopeless: readonly FailureReason[] = [
      'unauthorized',
      'cancelled',
      ...(verb === 'get' ? ['forbidden' as const] : []),
    ];
    if (!isFailure(error) || hopeless.includes(error.reason)) {
      throw error;
    }
  }
}

/** Resolves after `ms` milliseconds or when the signal aborts, whichever comes first. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      timer.dispose();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.after(ms, end);
    signal.addEventListener('abort', end, { once: true });
  });
}
