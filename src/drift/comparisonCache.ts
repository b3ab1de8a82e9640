/**
 * Results of comparisons, to be used again as long as neither side has changed. The caller keeps it as long as it likes, for one
 * cluster; it holds results alone, and of what was compared a keyed hash that tells nothing. Asks nobody.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { ObjectDifference } from './difference.ts';

interface Kept {
  readonly desired: string;
  readonly resourceVersion: string;
  readonly difference: ObjectDifference;
  readonly overridden: string | undefined;
}

export class ComparisonCache {
  readonly #key = randomBytes(32);
  readonly #kept = new Map<string, Kept>();

  get size(): number {
    return this.#kept.size;
  }

  /** Stands for all that a result depends on beside the live object. */
  fingerprint(parts: readonly unknown[]): string {
    return createHmac('sha256', this.#key).update(JSON.stringify(parts)).digest('base64');
  }

  /** `place` names the object and who applies it. */
  find(place: string, desired: string, resourceVersion: string | undefined): ObjectDifference | undefined {
    const kept = this.#kept.get(place);
    return kept?.desired === desired && kept.resourceVersion === resourceVersion ? kept.difference : undefined;
  }

  /** Whether anything is kept of what one owner applies. */
  knowsOf(owner: string): boolean {
    return [...this.#kept.keys()].some((place) => place.startsWith(owner));
  }

  knows(place: string, desired: string): boolean {
    return this.#kept.get(place)?.desired === desired;
  }

  /** `overridden`: see there. */
  keep(
    place: string,
    desired: string,
    resourceVersion: string,
    difference: ObjectDifference,
    overridden?: string,
  ): void {
    this.#kept.set(place, { desired, resourceVersion, difference, overridden });
  }

  /** Stands for the managers that the controller overrides, where the result depends on them; `undefined` where it does not. */
  overridden(place: string): string | undefined {
    return this.#kept.get(place)?.overridden;
  }
}
