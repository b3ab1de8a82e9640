/**
 * Builds that were made before, so that following an edit costs the builds that it changes. What Secrets went into is kept
 * for one render only and gone with the next one.
 */
export class BuildCache<T> {
  readonly #size: number;
  /** The least recently used first. */
  readonly #plain = new Map<string, T>();
  #secret = new Map<string, T>();
  #used = new Map<string, T>();

  constructor(size: number) {
    this.#size = size;
  }

  /** Forgets what held secrets and was not asked for since the last call. */
  beginRender(): void {
    this.#secret = this.#used;
    this.#used = new Map();
  }

  get(key: string): T | undefined {
    const secret = this.#used.get(key) ?? this.#secret.get(key);
    if (secret !== undefined) {
      this.#used.set(key, secret);
      return secret;
    }
    const plain = this.#plain.get(key);
    if (plain !== undefined) {
      this.#plain.delete(key);
      this.#plain.set(key, plain);
    }
    return plain;
  }

  set(key: string, value: T, holdsSecret: boolean): void {
    if (holdsSecret) {
      this.#used.set(key, value);
      return;
    }
    this.#plain.set(key, value);
    for (const oldest of [...this.#plain.keys()].slice(0, Math.max(0, this.#plain.size - this.#size))) {
      this.#plain.delete(oldest);
    }
  }
}
