/**
 * Work that is asked for more often than it can be done: one run at a time, and one more after it for all that was asked meanwhile.
 * Must not decide when to ask; a run that fails is told and holds up none after it.
 */
import type { Disposable } from './disposables.ts';

export class RepeatedRun implements Disposable {
  readonly #run: () => Promise<void>;
  readonly #failed: (error: unknown) => void;
  #isRunning = false;
  #isAsked = false;
  #disposed = false;

  constructor(run: () => Promise<void>, failed: (error: unknown) => void) {
    this.#run = run;
    this.#failed = failed;
  }

  /** Begins nothing within the call: who asks may be in the middle of a change of its own. */
  ask(): void {
    this.#isAsked = true;
    if (!this.#isRunning && !this.#disposed) {
      this.#isRunning = true;
      void this.#runAll();
    }
  }

  /** The run that goes on is its own to end. */
  dispose(): void {
    this.#disposed = true;
  }

  async #runAll(): Promise<void> {
    await Promise.resolve();
    while (this.#isAsked && !this.#disposed) {
      this.#isAsked = false;
      try {
        await this.#run();
      } catch (error) {
        this.#failed(error);
      }
    }
    this.#isRunning = false;
  }
}
