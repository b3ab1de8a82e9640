/**
 * Something that is rendered twice where Secrets go into it: as it is, and with scrambled secrets, which shows where they went.
 * Carries the pair through one build after the other; compares and masks nothing itself.
 */

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

/** `change` must not throw. */
export function mapTwin<T, U>(twin: Twin<T>, change: (value: T) => U | undefined): Twin<U | undefined> {
  const real = change(twin.real);
  if (!twin.secret) {
    return plainTwin(real);
  }
  return { real, scrambled: twin.scrambled === undefined ? undefined : change(twin.scrambled), secret: true };
}
