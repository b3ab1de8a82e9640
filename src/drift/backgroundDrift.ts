/**
 * Comparisons that were made once, made again when one of their objects has changed: those of one session, while their inventories
 * are seen. Begins none that nobody has asked for, asks nothing by the clock, and says what it finds to the store alone.
 */
import type { Clock } from '../base/clock.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { isFailure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import { type InventoryItem, inventoryOf } from '../flux/inventory.ts';
import { type ObjectKey, objectKey } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import type { DriftStore } from './driftStore.ts';
import { appliedMark, type KeptComparison } from './keptComparison.ts';

/** A Kustomization or HelmRelease whose inventory is seen, as it is now. */
export interface SeenOwner {
  readonly key: ObjectKey;
  readonly object: FluxObject;
}

export interface BackgroundDriftParts {
  readonly context: string;
  readonly store: DriftStore;
  /** These are to be heard of, and no others. */
  readonly watch: (items: readonly InventoryItem[]) => void;
  /** Compares anew. Throws a Failure. */
  readonly compare: (owner: ObjectKey, signal: AbortSignal) => Promise<KeptComparison>;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is edited is most often edited again, and a rollout changes many objects: compared once it is quiet for that long. */
const settleMs = 3_000;

export class BackgroundDrift implements Disposable {
  readonly #parts: BackgroundDriftParts;
  readonly #lifetime = new Disposables();
  readonly #ended = new AbortController();
  #seen: ReadonlyMap<ObjectKey, FluxObject> = new Map();
  /** Who has an object in its inventory. */
  #owners: ReadonlyMap<ObjectKey, readonly ObjectKey[]> = new Map();
  readonly #due = new Map<ObjectKey, Disposable>();
  readonly #queue = new Set<ObjectKey>();
  readonly #owed = new Set<ObjectKey>();
  /** The mark of an owner that a comparison was begun for, so that none that fails is begun again and again. */
  readonly #triedMarks = new Map<ObjectKey, string>();
  #running: { readonly key: ObjectKey; readonly abort: AbortController } | undefined;

  constructor(parts: BackgroundDriftParts) {
    this.#parts = parts;
    this.#lifetime.add({ dispose: () => this.#ended.abort() });
    this.#lifetime.add({ dispose: () => this.#due.forEach((timer) => timer.dispose()) });
  }

  /** The owners whose inventories are seen now; of these only such as were compared count. None lets all rest. */
  see(owners: readonly SeenOwner[]): void {
    if (this.#lifetime.disposed) {
      return;
    }
    const compared = owners.filter(({ key }) => this.#parts.store.get(key) !== undefined);
    this.#seen = new Map(compared.map(({ key, object }) => [key, object]));
    this.#letRest();
    this.#watchObjects();
    for (const { key, object } of compared) {
      this.#lookAtMark(key, object);
      if (this.#owed.delete(key)) {
        this.#later(key);
      }
    }
  }

  /** An object of the cluster is another than before. */
  changed(key: ObjectKey): void {
    for (const owner of this.#owners.get(key) ?? []) {
      this.#later(owner);
    }
  }

  dispose(): void {
    this.#lifetime.dispose();
  }

  /** What is no longer seen is owed until it is: its change is told once. */
  #letRest(): void {
    const unseen = [...this.#queue, ...this.#due.keys()].filter((key) => !this.#seen.has(key));
    for (const key of unseen) {
      this.#queue.delete(key);
      this.#due.get(key)?.dispose();
      this.#due.delete(key);
      this.#owed.add(key);
    }
    if (this.#running && !this.#seen.has(this.#running.key)) {
      this.#owed.add(this.#running.key);
      this.#running.abort.abort();
    }
  }

  #watchObjects(): void {
    const owners = new Map<ObjectKey, ObjectKey[]>();
    const items = new Map<ObjectKey, InventoryItem>();
    for (const [key, object] of this.#seen) {
      const inventory = inventoryOf(object);
      for (const item of typeof inventory === 'string' ? [] : inventory) {
        const id = objectKey(this.#parts.context, item.id);
        items.set(id, item);
        owners.set(id, [...(owners.get(id) ?? []), key]);
      }
    }
    this.#owners = owners;
    this.#parts.watch([...items.values()]);
  }

  /** It was applied again: what had been found no longer counts, and often there is nothing to find any more. */
  #lookAtMark(key: ObjectKey, object: FluxObject): void {
    const mark = appliedMark(object);
    if (this.#parts.store.get(key)?.mark !== mark && this.#triedMarks.get(key) !== mark) {
      this.#triedMarks.set(key, mark);
      this.#later(key);
    }
  }

  #later(key: ObjectKey): void {
    this.#due.get(key)?.dispose();
    this.#due.set(
      key,
      this.#parts.clock.after(settleMs, () => {
        this.#due.delete(key);
        this.#queue.add(key);
        void this.#work();
      }),
    );
  }

  /** One at a time; never rejects. */
  async #work(): Promise<void> {
    while (!this.#running && !this.#ended.signal.aborted) {
      const [key] = this.#queue;
      if (key === undefined) {
        return;
      }
      this.#queue.delete(key);
      const abort = new AbortController();
      this.#running = { key, abort };
      await this.#compare(key, AbortSignal.any([abort.signal, this.#ended.signal]));
      this.#running = undefined;
    }
  }

  async #compare(key: ObjectKey, signal: AbortSignal): Promise<void> {
    const { store, compare, log, context } = this.#parts;
    const before = store.get(key);
    try {
      const result = await compare(key, signal);
      // One that the user has asked for meanwhile is as new, and shown.
      if (!signal.aborted && store.get(key) === before) {
        store.put(key, result);
      }
    } catch (error) {
      if (!isFailure(error)) {
        log.error(`${context}: a comparison in the background failed unexpectedly`, error);
      } else if (error.reason !== 'cancelled') {
        log.info(`${context}: not compared again in the background: ${error.message}`);
      }
    }
  }
}
