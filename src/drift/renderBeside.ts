/** Renders what is desired while the cluster is asked what lives: the one needs nothing of the other. Compares nothing. */
import { type Clock, systemClock } from '../base/clock.ts';
import type { Disposable } from '../base/disposables.ts';
import type { FluxObject } from '../flux/objects.ts';
import { ComparisonStart, type ComparisonStartParts } from './comparisonStart.ts';

export interface BesideParts extends ComparisonStartParts {
  /** The Flux Kustomization as it lives. Called a second time where the render took long; the signal ends it. */
  readonly readLive: (signal: AbortSignal) => Promise<FluxObject | undefined>;
}

/** What lives, and what else was asked for it. */
export interface LiveBeside {
  readonly live: FluxObject | undefined;
  /** For the comparison; else the caller disposes it. */
  readonly start: ComparisonStart;
}

export interface RenderedBeside<T> extends LiveBeside {
  readonly rendered: T;
}

/** A person may have been asked something: what was read so long ago is read again. */
const freshMs = 30_000;

/** Reads what lives from the moment it is made; nobody waits for that before `read`. Whoever makes it disposes it. */
export class ReadBeside implements Disposable {
  readonly #parts: ComparisonStartParts & { readonly clock: Clock };
  readonly #readLive: BesideParts['readLive'];
  readonly #began: number;
  readonly #ended = new AbortController();
  readonly #reading: Promise<FluxObject | undefined>;
  #start: ComparisonStart;

  constructor({ readLive, clock = systemClock(), ...parts }: BesideParts) {
    this.#parts = { ...parts, clock };
    this.#readLive = readLive;
    this.#began = clock.now();
    this.#start = new ComparisonStart(this.#parts);
    this.#reading = this.#readAhead(this.#start);
    // Its failure is told to who waits for it, which nobody does where the render fails.
    this.#reading.catch(() => undefined);
  }

  /** To be called when the render is done, once. Throws what `readLive` does; `start` is disposed with this. */
  async read(): Promise<LiveBeside> {
    if (this.#parts.clock.now() - this.#began > freshMs) {
      this.#start.dispose();
      const live = await this.#readLive(this.#ended.signal);
      this.#start = new ComparisonStart(this.#parts);
      return { live, start: this.#start };
    }
    return { live: await this.#reading, start: this.#start };
  }

  /** Ends what is under way. */
  dispose(): void {
    this.#ended.abort();
    this.#start.dispose();
  }

  async #readAhead(start: ComparisonStart): Promise<FluxObject | undefined> {
    const live = await this.#readLive(this.#ended.signal);
    start.readAhead(live);
    return live;
  }
}

/** Throws what `render` throws, else what `readLive` does; nothing is left to be disposed then. */
export async function renderBeside<T>(parts: BesideParts, render: () => Promise<T>): Promise<RenderedBeside<T>> {
  const beside = new ReadBeside(parts);
  try {
    const rendered = await render();
    return { rendered, ...(await beside.read()) };
  } catch (error) {
    beside.dispose();
    throw error;
  }
}
