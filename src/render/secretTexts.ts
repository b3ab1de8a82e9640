/**
 * The texts of Secrets that take part in one render, gathered as they are read, so that no message quotes one. Lives as long as
 * the render; is never shown, logged or kept.
 */
import { isDeepStrictEqual } from 'node:util';
import { isFailure } from '../base/failure.ts';
import { asRecord } from '../flux/untyped.ts';
import { redact, redactError, type RedactOptions } from './redact.ts';

export class SecretTexts {
  readonly #texts = new Set<string>();

  get any(): boolean {
    return this.#texts.size > 0;
  }

  get all(): readonly string[] {
    return [...this.#texts];
  }

  /** A text, or every text, number and switch in a value. */
  add(value: unknown): void {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      this.#texts.add(String(value));
    } else if (Array.isArray(value)) {
      value.forEach((item) => this.add(item));
    } else {
      Object.values(asRecord(value) ?? {}).forEach((item) => this.add(item));
    }
  }

  /** What a value has otherwise than the same value made with scrambled secrets. */
  addDifferences(real: unknown, scrambled: unknown): void {
    if (isDeepStrictEqual(real, scrambled)) {
      return;
    }
    const record = asRecord(real);
    const other = asRecord(scrambled);
    if (Array.isArray(real) && Array.isArray(scrambled) && real.length === scrambled.length) {
      real.forEach((item, index) => this.addDifferences(item, scrambled[index]));
    } else if (record && other) {
      for (const [key, item] of Object.entries(record)) {
        if (!Object.hasOwn(other, key)) {
          this.add(key);
        }
        this.addDifferences(item, other[key]);
      }
    } else {
      this.add(real);
    }
  }

  redact(message: string, options?: RedactOptions): string {
    return this.any ? redact(message, this.all, options) : message;
  }

  /** What was thrown, with dots for secrets in message and stack. A cause is dropped: it may quote them too. */
  redacted(error: unknown): unknown {
    if (!this.any || !(error instanceof Error) || isFailure(error, 'cancelled')) {
      return error;
    }
    return redactError(error, this.all);
  }
}
