/**
 * Keeps what was rendered of one object up to date while its files are edited: waits for a quiet moment, lets the newest win,
 * keeps the last good result beside an error. Knows neither who edits nor who looks.
 */
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposables.ts';
import { Emitter } from '../base/emitter.ts';
import { isFailure } from '../base/failure.ts';

/** What readers see. Before the first render has ended there is neither a result nor an error. */
export interface Followed<T> {
  /** The newest that could be rendered. */
  readonly result: T | undefined;
  /** Why what there is now could not be. */
  readonly error: unknown;
}

export interface FollowedRenderParts<T> {
  readonly render: (signal: AbortSignal) => Promise<T>;
  readonly clock: Clock;
}

/** So long nothing may change before it is rendered: shorter than a person notices, longer than between two keys. */
const quietMs = 100;
/**
 * A render that a newer one makes useless may go on for so long: to end it ends the engine's instance with all that it has
 * loaded, which costs more than nearly any render.
 */
const graceMs = 2_000;

interface Run<T> {
  readonly began: number;
  readonly controller: AbortController;
  readonly ended: Promise<Followed<T>>;
}

export class FollowedRender<T> implements Disposable {
  readonly #parts: FollowedRenderParts<T>;
  readonly #changed = new Emitter<void>();
  /** There is something new in `state`. */
  readonly onDidChange = this.#changed.event;
  #state: Followed<T> | undefined;
  #running: Run<T> | undefined;
  /** What it gives is older than the state. */
  #overtaken: Run<T> | undefined;
  #wait: Disposable | undefined;
  /** What is under way began before the last change. */
  #again = false;
  #disposed = false;

  /** `initial`: what the caller has rendered already. */
  constructor(parts: FollowedRenderParts<T>, initial?: Followed<T>) {
    this.#parts = parts;
    this.#state = initial;
  }

  /** `undefined` before the first render has ended. */
  get state(): Followed<T> | undefined {
    return this.#state;
  }

  /** What there is, rendered first where nothing has been. Never rejects. */
  async current(): Promise<Followed<T>> {
    return this.#state ?? (this.#running ?? this.#start()).ended;
  }

  /**
   * Takes over what was rendered elsewhere just now. A render that is under way must not write over it when it ends; as it may
   * know of a change that the other did not, it is repeated.
   */
  replace(state: Followed<T>): void {
    if (this.#running) {
      this.#overtaken = this.#running;
      this.#again = true;
    }
    this.#state = state;
    this.#changed.fire();
  }

  /** Something that goes into the render has changed. */
  touch(): void {
    if (this.#disposed) {
      return;
    }
    this.#wait?.dispose();
    this.#wait = this.#parts.clock.after(quietMs, () => this.#due());
  }

  dispose(): void {
    this.#disposed = true;
    this.#wait?.dispose();
    this.#running?.controller.abort();
    this.#changed.dispose();
  }

  #due(): void {
    this.#wait = undefined;
    const run = this.#running;
    if (!run) {
      this.#start();
      return;
    }
    this.#again = true;
    const left = run.began + graceMs - this.#parts.clock.now();
    if (left <= 0) {
      run.controller.abort();
    } else {
      this.#wait = this.#parts.clock.after(left, () => {
        if (this.#running === run) {
          run.controller.abort();
        }
      });
    }
  }

  #start(): Run<T> {
    const controller = new AbortController();
    const run: Run<T> = {
      began: this.#parts.clock.now(),
      controller,
      ended: this.#render(controller.signal).then((state) => this.#ended(run, state)),
    };
    this.#running = run;
    return run;
  }

  async #render(signal: AbortSignal): Promise<Followed<T> | undefined> {
    try {
      return { result: await this.#parts.render(signal), error: undefined };
    } catch (error) {
      const superseded = signal.aborted && isFailure(error, 'cancelled');
      return superseded ? undefined : { result: this.#state?.result, error };
    }
  }

  /** An older result is shown all the same, for who never stops typing would see none; a cancelled one has nothing to show. */
  async #ended(run: Run<T>, own: Followed<T> | undefined): Promise<Followed<T>> {
    const isOvertaken = this.#overtaken === run;
    const state = isOvertaken ? this.#state : own;
    if (this.#running === run) {
      this.#running = undefined;
    }
    if (this.#disposed) {
      return { result: undefined, error: undefined };
    }
    if (state && !isOvertaken) {
      this.#state = state;
      this.#changed.fire();
    }
    if (this.#again) {
      this.#again = false;
      this.#wait?.dispose();
      this.#wait = undefined;
      const next = this.#start();
      return state ?? next.ended;
    }
    return state ?? { result: undefined, error: undefined };
  }
}
