/**
 * Something that is rendered twice where Secrets go into it: as it is, and with scrambled secrets, which shows where they went.
 * Carries the pair through one build after the other; compares and masks nothing itself.
 */
import { isDeepStrictEqual } from 'node:util';

export interface Twin<T> {
  /** Never to be shown where `secret` is set. */
  readonly real: T;
  /** The same object as `real` where no Secret went into it; `undefined` where it cannot be made with scrambled secrets. */
  readonly scrambled: T | undefined;
  /** Whether something of a Secret may be in `real`. */
  readonly secret: boolean;
}

export function plainTwin<T>(value: T): Twin<T> {
  return { real: value, scrambled: value, secret: false };
}

/** Of a build that Secrets went into; where the two are equal, none went into this part of it. */
export function secretTwin<T>(real: T, scrambled: T | undefined): Twin<T> {
  return isDeepStrictEqual(real, scrambled) ? plainTwin(real) : { real, scrambled, secret: true };
}

/** `change` must not throw. */
export function mapTwin<T, U>(twin: Twin<T>, change: (value: T) => U | undefined): Twin<U | undefined> {
  const real = change(twin.real);
  return twin.secret
    ? secretTwin(real, twin.scrambled === undefined ? undefined : change(twin.scrambled))
    : plainTwin(real);
}
