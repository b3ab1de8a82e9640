/**
 * The objects of those appliers that the user has expanded: whether each is there, and its health. Reads one by one what an
 * inventory lists, a few at a time, and only while somebody looks. Of Secrets it asks for metadata alone. Writes nothing.
 */
import type { Clock } from '../base/clock.ts';
import { Coalescer } from '../base/coalescer.ts';
import { type Disposable, Disposables, toDisposable } from '../base/disposables.ts';
import { Emitter } from '../base/emitter.ts';
import { isFailure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import { type InventoryItem, inventoryOf } from '../flux/inventory.ts';
import type { ObjectKey } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import type { ClusterApi } from './clusterApi.ts';
import type { ClusterState } from './clusterState.ts';
import { type EntryFound, InventoryFetch } from './inventoryFetch.ts';
import { lookUpReleaseObjects } from './releaseLookUp.ts';

export type InventoryEntryView = EntryFound | (InventoryItem & { readonly state: 'loading' });

export type InventoryView =
  /** Nothing is known yet of the look-up; entries of an inventory are told one by one instead. */
  | { readonly state: 'loading' }
  /** `spec.kubeConfig`: the objects are on another cluster, so nothing is fetched and nothing can be missing. */
  | { readonly state: 'remote' }
  /** A HelmRelease of a Flux before 2.8; `lookUpByLabels` finds its objects when the user asks. */
  | { readonly state: 'notReported' }
  | { readonly state: 'failed'; readonly message: string }
  | {
      readonly state: 'loaded';
      /** In the order of the inventory. */
      readonly entries: readonly InventoryEntryView[];
      /** What is not in the list and why, in a sentence. */
      readonly note?: string;
    };

/** Changes of an owner come in bursts (progressing, conditions, token): its objects are read again after them, once. */
const rereadAfterMs = 1_000;
const parallelRequests = 8;

interface Shelf {
  /** How many look at it. */
  users: number;
  readonly abort: AbortController;
  view: InventoryView;
  /** The owner's version that the view was read for. */
  version: string | undefined;
  reading: boolean;
  /** The owner changed while its objects were being read. */
  again: boolean;
  lookedUp: boolean;
}

export class InventoryReader implements Disposable {
  readonly #api: ClusterApi;
  readonly #state: ClusterState;
  readonly #log: Log;
  readonly #fetch: InventoryFetch;
  readonly #shelves = new Map<ObjectKey, Shelf>();
  readonly #changes = new Emitter<ReadonlySet<ObjectKey>>();
  readonly #lifetime = new Disposables();
  readonly #rereads: Coalescer<ObjectKey>;
  readonly #told: Coalescer<ObjectKey>;

  /** Owners whose view changed. */
  readonly onDidChange = this.#changes.event;

  constructor(parts: { api: ClusterApi; state: ClusterState; clock: Clock; log: Log }) {
    this.#api = parts.api;
    this.#state = parts.state;
    this.#log = parts.log;
    this.#fetch = new InventoryFetch({ ...parts, parallel: parallelRequests });
    const { clock } = parts;
    this.#told = this.#lifetime.add(
      new Coalescer<ObjectKey>({ clock, windowMs: 100, flush: (keys) => this.#changes.fire(keys) }),
    );
    this.#rereads = this.#lifetime.add(
      new Coalescer<ObjectKey>({
        clock,
        windowMs: rereadAfterMs,
        flush: (keys) => keys.forEach((key) => this.#update(key)),
      }),
    );
    this.#lifetime.add(this.#changes);
    this.#lifetime.add(this.#state.onDidChangeObjects((keys) => this.#noticeOwners(keys)));
  }

  /**
   * Reads an owner's objects, and again when the owner changes, until the result is disposed. What was read is kept as long
   * as anybody looks.
   */
  expand(key: ObjectKey): Disposable {
    if (this.#lifetime.disposed) {
      return toDisposable(() => undefined);
    }
    const known = this.#shelves.get(key);
    const shelf = known ?? newShelf();
    shelf.users += 1;
    if (!known) {
      this.#shelves.set(key, shelf);
      this.#update(key);
    }
    return toDisposable(() => {
      shelf.users -= 1;
      if (shelf.users === 0) {
        this.#drop(key, shelf);
      }
    });
  }

  /** `undefined` for an owner that nobody has expanded. */
  get(key: ObjectKey): InventoryView | undefined {
    return this.#shelves.get(key)?.view;
  }

  /** Reads the objects of all expanded owners anew, looks up again what was looked up. */
  refresh(): void {
    for (const [key, shelf] of this.#shelves) {
      shelf.version = undefined;
      this.#update(key);
      if (shelf.lookedUp) {
        shelf.lookedUp = false;
        void this.lookUpByLabels(key);
      }
    }
  }

  /**
   * Finds the objects of an expanded HelmRelease by the labels that helm-controller puts on them: a list request for each
   * kind that releases usually have, so only when the user asks. Does nothing for an owner that nobody has expanded.
   */
  async lookUpByLabels(key: ObjectKey): Promise<void> {
    const shelf = this.#shelves.get(key);
    const owner = this.#state.get(key);
    if (!shelf || !owner || shelf.lookedUp) {
      return;
    }
    shelf.lookedUp = true;
    this.#show(key, shelf, { state: 'loading' });
    try {
      const found = await lookUpReleaseObjects(
        { fetch: this.#fetch, api: this.#api, namespaces: this.#state.namespaces },
        owner,
        shelf.abort.signal,
      );
      this.#show(key, shelf, { state: 'loaded', ...found });
    } catch (error) {
      shelf.lookedUp = false;
      this.#showFailure(key, shelf, error);
    }
  }

  /** Nothing fires afterwards, and what is under way is cancelled. */
  dispose(): void {
    this.#lifetime.dispose();
    for (const [key, shelf] of this.#shelves) {
      this.#drop(key, shelf);
    }
  }

  #drop(key: ObjectKey, shelf: Shelf): void {
    shelf.abort.abort();
    if (this.#shelves.get(key) === shelf) {
      this.#shelves.delete(key);
    }
  }

  #noticeOwners(keys: ReadonlySet<ObjectKey>): void {
    for (const key of keys) {
      if (this.#shelves.has(key)) {
        this.#rereads.add(key);
      }
    }
  }

  #update(key: ObjectKey): void {
    const shelf = this.#shelves.get(key);
    const owner = this.#state.get(key);
    if (!shelf || !owner || shelf.version === versionOf(owner)) {
      return; // an owner that is gone keeps its last objects until its row goes
    }
    if (shelf.reading) {
      shelf.again = true;
      return;
    }
    shelf.version = versionOf(owner);
    const { controllers } = this.#state;
    const inventory = inventoryOf(owner, controllers.state === 'known' ? controllers.fluxVersion : undefined);
    if (typeof inventory === 'string') {
      if (!(inventory === 'notReported' && shelf.lookedUp)) {
        this.#show(key, shelf, { state: inventory });
      }
      return;
    }
    shelf.lookedUp = false;
    void this.#read(key, shelf, inventory);
  }

  /** Entries that were known before keep what was known until the new answer is there: nothing flickers. */
  async #read(key: ObjectKey, shelf: Shelf, items: readonly InventoryItem[]): Promise<void> {
    const before = new Map(
      (shelf.view.state === 'loaded' ? shelf.view.entries : []).map((entry) => [entry.encoded, entry]),
    );
    const entries = new Map<string, InventoryEntryView>(
      items.map((item) => [item.encoded, before.get(item.encoded) ?? { ...item, state: 'loading' }]),
    );
    const show = (): void => this.#show(key, shelf, { state: 'loaded', entries: [...entries.values()] });
    const failed = new AbortController();
    const signal = AbortSignal.any([shelf.abort.signal, failed.signal]);
    shelf.reading = true;
    show();
    try {
      await Promise.all(
        items.map(async (item) => {
          const found = await this.#fetch.fetch(item, signal);
          if (signal.aborted) {
            return; // what failed for all is shown, not what came after it
          }
          entries.set(item.encoded, found);
          show();
        }),
      );
    } catch (error) {
      failed.abort();
      this.#showFailure(key, shelf, error);
    }
    shelf.reading = false;
    if (shelf.again) {
      shelf.again = false;
      this.#update(key);
    }
  }

  #showFailure(key: ObjectKey, shelf: Shelf, error: unknown): void {
    if (isFailure(error, 'cancelled')) {
      return; // nobody looks any more
    }
    if (!isFailure(error)) {
      this.#log.error(`${this.#state.context}: reading the objects of an inventory failed unexpectedly`, error);
    }
    const message = error instanceof Error ? error.message : String(error);
    this.#show(key, shelf, { state: 'failed', message });
  }

  #show(key: ObjectKey, shelf: Shelf, view: InventoryView): void {
    if (this.#shelves.get(key) === shelf && !shelf.abort.signal.aborted) {
      shelf.view = view;
      this.#told.add(key);
    }
  }
}

function newShelf(): Shelf {
  return {
    users: 0,
    abort: new AbortController(),
    view: { state: 'loading' },
    version: undefined,
    reading: false,
    again: false,
    lookedUp: false,
  };
}

function versionOf(owner: FluxObject): string {
  return `${owner.metadata.uid ?? ''}/${owner.metadata.resourceVersion ?? ''}`;
}
