/**
 * The actions that are running and those that have just ended, by object: what lenses and tree show of them. It starts none
 * and knows no cluster; whoever starts an action gives the work.
 */
import type { Clock } from '../base/clock.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { Emitter } from '../base/emitter.ts';
import { isFailure } from '../base/failure.ts';
import type { ObjectKey } from '../flux/objectKey.ts';
import type { ActionResult, ActionVerb } from './actionResult.ts';

/** Milliseconds that a result is shown. */
const resultKeptMs = 10_000;

export interface RunningAction {
  readonly state: 'running';
  readonly verb: ActionVerb;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** What it is doing, `''` until it says so. */
  readonly message: string;
  /** Stops waiting. What was sent goes on in the cluster. */
  cancel(): void;
}

export interface EndedAction {
  readonly state: 'ended';
  readonly verb: ActionVerb;
  /** When it ended, milliseconds since the epoch. */
  readonly since: number;
  readonly result: ActionResult;
}

export type ActionEntry = RunningAction | EndedAction;

/** The work of an action: `report` says what it is doing. Must end soon after the signal. */
export type ActionWork = (signal: AbortSignal, report: (message: string) => void) => Promise<ActionResult>;

export class RunningActions implements Disposable {
  readonly #clock: Clock;
  readonly #entries = new Map<ObjectKey, ActionEntry>();
  readonly #aborts = new Map<ObjectKey, AbortController>();
  readonly #changes = new Emitter<ReadonlySet<ObjectKey>>();
  readonly #lifetime = new Disposables();

  /** Keys whose entry came, changed or went. */
  readonly onDidChange = this.#changes.event;

  constructor(parts: { clock: Clock }) {
    this.#clock = parts.clock;
    this.#lifetime.add(this.#changes);
  }

  get(key: ObjectKey): ActionEntry | undefined {
    return this.#entries.get(key);
  }

  /** All entries, those that have just ended included. */
  all(): ReadonlyMap<ObjectKey, ActionEntry> {
    return this.#entries;
  }

  /**
   * Runs an action and shows it until 10 s after its end. An action that still runs on the same object is stopped first:
   * the newest is what the user wants. `signal` stops this one as `cancel` does. Rejects only with what is no Failure.
   */
  async run(key: ObjectKey, verb: ActionVerb, work: ActionWork, signal?: AbortSignal): Promise<ActionResult> {
    this.#aborts.get(key)?.abort();
    const abort = new AbortController();
    const either = signal ? AbortSignal.any([signal, abort.signal]) : abort.signal;
    if (this.#lifetime.disposed) {
      abort.abort();
    } else {
      this.#aborts.set(key, abort);
    }
    const isCurrent = (): boolean => this.#aborts.get(key) === abort;
    const since = this.#clock.now();
    const show = (message: string): void => {
      if (isCurrent()) {
        this.#set(key, { state: 'running', verb, since, message, cancel: () => abort.abort() });
      }
    };
    show('');
    try {
      const result = await settled(work(either, show));
      if (isCurrent()) {
        this.#keepFor(key, { state: 'ended', verb, since: this.#clock.now(), result });
      }
      return result;
    } catch (error) {
      if (isCurrent()) {
        this.#set(key, undefined);
      }
      throw error;
    } finally {
      if (isCurrent()) {
        this.#aborts.delete(key);
      }
    }
  }

  /** Stops all waiting. Nothing fires afterwards. */
  dispose(): void {
    this.#lifetime.dispose();
    for (const abort of this.#aborts.values()) {
      abort.abort();
    }
    this.#aborts.clear();
    this.#entries.clear();
  }

  #keepFor(key: ObjectKey, entry: EndedAction): void {
    this.#set(key, entry);
    const timer = this.#lifetime.add(
      this.#clock.after(resultKeptMs, () => {
        this.#lifetime.release(timer);
        if (this.#entries.get(key) === entry) {
          this.#set(key, undefined);
        }
      }),
    );
  }

  #set(key: ObjectKey, entry: ActionEntry | undefined): void {
    if (entry) {
      this.#entries.set(key, entry);
    } else {
      this.#entries.delete(key);
    }
    this.#changes.fire(new Set([key]));
  }
}

/** A Failure that escaped an action is its result all the same. */
async function settled(work: Promise<ActionResult>): Promise<ActionResult> {
  try {
    return await work;
  } catch (error) {
    if (isFailure(error)) {
      return { state: 'failed', message: error.message, failure: error };
    }
    throw error;
  }
}
