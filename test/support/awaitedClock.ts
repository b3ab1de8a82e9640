/** A clock turned by hand that also tells when somebody begins to wait: then, and not before, may a test turn it. */
import { ManualClock } from './manualClock.ts';

export class AwaitedClock extends ManualClock {
  #begun: { readonly fits: (ms: number) => boolean; readonly resolve: () => void }[] = [];

  override after(ms: number, callback: () => void) {
    const timer = super.after(ms, callback);
    const told = this.#begun.filter(({ fits }) => fits(ms));
    this.#begun = this.#begun.filter((waiting) => !told.includes(waiting));
    for (const { resolve } of told) {
      resolve();
    }
    return timer;
  }

  /** Resolves when the next wait of a fitting length begins. Ask before what leads to it. */
  nextWait(fits: (ms: number) => boolean = () => true): Promise<void> {
    return new Promise((resolve) => this.#begun.push({ fits, resolve }));
  }
}
