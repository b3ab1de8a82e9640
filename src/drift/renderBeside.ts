/** Renders what is desired while the cluster is asked what lives: the one needs nothing of the other. Compares nothing. */
import { type Clock, systemClock } from '../base/clock.ts';
import type { FluxObject } from '../flux/objects.ts';
import { ComparisonStart, type ComparisonStartParts } from './comparisonStart.ts';

export interface BesideParts extends ComparisonStartParts {
  /** The Flux Kustomization as it lives. Called a second time where the render took long. */
  readonly readLive: () => Promise<FluxObject | undefined>;
}

export interface RenderedBeside<T> {
  readonly rendered: T;
  readonly live: FluxObject | undefined;
  /** For the comparison; else the caller disposes it. */
  readonly start: ComparisonStart;
}

/** A person may have been asked something: what was read so long ago is read again. */
const freshMs = 30_000;

/** Throws what `render` throws, else what `readLive` does; nothing is left to be disposed then. */
export async function renderBeside<T>(
  { readLive, clock = systemClock(), ...parts }: BesideParts,
  render: () => Promise<T>,
): Promise<RenderedBeside<T>> {
  const began = clock.now();
  const start = new ComparisonStart({ ...parts, clock });
  try {
    const reading = readAhead(start, readLive);
    const rendered = await render();
    if (clock.now() - began <= freshMs) {
      return { rendered, live: await reading, start };
    }
    start.dispose();
    return { rendered, ...(await readAnew({ ...parts, clock }, readLive)) };
  } catch (error) {
    start.dispose();
    throw error;
  }
}

/** Its failure is told to who waits for it, which nobody does where the render fails. */
function readAhead(start: ComparisonStart, readLive: BesideParts['readLive']): Promise<FluxObject | undefined> {
  const reading = readLive().then((live) => {
    start.readAhead(live);
    return live;
  });
  reading.catch(() => undefined);
  return reading;
}

async function readAnew(
  parts: ComparisonStartParts & { readonly clock: Clock },
  readLive: BesideParts['readLive'],
): Promise<Pick<RenderedBeside<unknown>, 'live' | 'start'>> {
  const live = await readLive();
  return { live, start: new ComparisonStart(parts) };
}
