/**
 * What is pending of one session's objects, looked for when something may have changed: one look at a time, and none for a question
 * that was answered. How one looks is handed in.
 */
import type { Clock } from '../base/clock.ts';
import { Coalescer } from '../base/coalescer.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { Emitter, type Event } from '../base/emitter.ts';
import { type Failure, isFailure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import type { ObjectKey } from '../flux/objectKey.ts';
import { pendingQuestion, type PendingSubject } from './appliedCommit.ts';
import type { PendingChange, PendingOptions } from './findPending.ts';

export interface Clones {
  /** `findPending` in those that are open now. */
  find(subjects: readonly PendingSubject[], options: PendingOptions): Promise<Map<ObjectKey, PendingChange>>;
  /** Another commit is checked out, or one was fetched. */
  readonly onDidChange: Event<void>;
}

export interface PendingChangesParts {
  readonly clones: Clones;
  /** All that are to be known of, as they are now. */
  readonly subjects: () => readonly PendingSubject[];
  readonly clock: Clock;
  readonly log: Log;
}

/** A push changes hundreds of objects within seconds: it is looked at once they have settled a little. */
const windowMs = 2_000;

export class PendingChanges implements Disposable {
  readonly #parts: PendingChangesParts;
  readonly #lifetime = new Disposables();
  readonly #ended = new AbortController();
  readonly #changed = this.#lifetime.add(new Emitter<void>());
  /** Something that `of` says is another. */
  readonly onDidChange = this.#changed.event;
  readonly #looks: Coalescer<'look'>;
  #found: ReadonlyMap<ObjectKey, PendingChange> = new Map();
  /** `undefined` when the clones have changed since, or could not be read. */
  #answered: string | undefined;
  #looking = false;
  #again = false;

  constructor(parts: PendingChangesParts) {
    this.#parts = parts;
    this.#looks = this.#lifetime.add(new Coalescer({ clock: parts.clock, windowMs, flush: () => void this.#look() }));
    this.#lifetime.add(parts.clones.onDidChange(() => this.lookAnew()));
    this.#lifetime.add({ dispose: () => this.#ended.abort() });
  }

  /** The same value as long as it says the same; `undefined` where nothing is pending, and where nobody can tell. */
  of(key: ObjectKey): PendingChange | undefined {
    return this.#found.get(key);
  }

  /** Objects may have changed. Returns at once. */
  look(): void {
    this.#looks.add('look');
  }

  /** Whatever was found before. */
  lookAnew(): void {
    this.#answered = undefined;
    this.look();
  }

  dispose(): void {
    this.#lifetime.dispose();
  }

  /** Never rejects: what cannot be told is not told. */
  async #look(): Promise<void> {
    if (this.#looking) {
      this.#again = true;
      return;
    }
    const { subjects, clones, log } = this.#parts;
    const { signal } = this.#ended;
    const asked = subjects();
    const question = pendingQuestion(asked);
    if (question === this.#answered) {
      return;
    }
    this.#looking = true;
    this.#answered = question;
    try {
      const failures = new Set<string>();
      const onFailure = ({ message }: Failure): void => void failures.add(message);
      this.#put(await clones.find(asked, { signal, onFailure }));
      failures.forEach((message) => log.info(`What is pending cannot be told of all: ${message}`));
    } catch (error) {
      this.#answered = undefined; // the next word of a change tries again
      if (!isFailure(error, 'cancelled')) {
        log.info(`What is pending cannot be told: ${error instanceof Error ? error.message : ''}`);
      }
    }
    this.#looking = false;
    if (this.#again) {
      this.#again = false;
      this.look();
    }
  }

  #put(found: Map<ObjectKey, PendingChange>): void {
    if (this.#ended.signal.aborted) {
      return;
    }
    let differs = found.size !== this.#found.size;
    for (const [key, change] of found) {
      const before = this.#found.get(key);
      if (before && JSON.stringify(before) === JSON.stringify(change)) {
        found.set(key, before);
      } else {
        differs = true;
      }
    }
    this.#found = found;
    if (differs) {
      this.#changed.fire();
    }
  }
}
