/**
 * What goes with one session while it is open: who reads inventories, which rights are known, where rows have settled.
 * Ends with the session, so that nothing of one cluster is shown in the tree of another.
 */
import type { Clock } from '../base/clock.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import type { Log } from '../base/log.ts';
import type { ClusterSession } from '../cluster/clusterSession.ts';
import { ControllerEvents } from '../cluster/controllerEvents.ts';
import { InventoryReader } from '../cluster/inventoryReader.ts';
import { PatchRights } from '../cluster/patchRights.ts';
import { DriftStore } from '../drift/driftStore.ts';
import { type Clones, PendingChanges } from '../drift/pendingChanges.ts';
import { pendingSubjects } from '../drift/pendingSubjects.ts';
import type { ObjectKey } from '../flux/objectKey.ts';
import { SettledOrder } from '../view/settledOrder.ts';

export class OpenCluster implements Disposable {
  readonly session: ClusterSession;
  readonly inventory: InventoryReader;
  readonly rights: PatchRights;
  readonly drift: DriftStore;
  readonly events: ControllerEvents;
  readonly pending: PendingChanges;
  readonly clusterOrder = new SettledOrder();
  readonly sourcesOrder = new SettledOrder();
  readonly #disposables = new Disposables();
  /** Open inventories by the id of their row. */
  readonly #expanded = new Map<string, { readonly key: ObjectKey; readonly hold: Disposable }>();

  /** `changed` is called when anything that a tree shows may have changed, and never after the end. */
  constructor(parts: {
    readonly session: ClusterSession;
    readonly clock: Clock;
    readonly log: Log;
    readonly clones: Clones;
    readonly changed: () => void;
  }) {
    const { session, clock, log, clones, changed } = parts;
    this.session = session;
    const { api, namespaces } = session;
    this.inventory = this.#disposables.add(new InventoryReader({ api, state: session, clock, log }));
    this.rights = this.#disposables.add(new PatchRights({ api, namespaces, log }));
    this.drift = this.#disposables.add(new DriftStore());
    this.events = this.#disposables.add(new ControllerEvents({ api, namespaces, clock, log }));
    const subjects = () => pendingSubjects(session);
    this.pending = this.#disposables.add(new PendingChanges({ clones, subjects, clock, log }));
    this.#disposables.add(session.onDidChangeObjects(() => this.pending.look()));
    this.pending.look();
    this.#disposables.add(this.pending.onDidChange(changed));
    this.#disposables.add(session.onDidChangeStatus(() => this.#statusChanged()));
    this.#disposables.add(this.events.onDidChange(changed));
    this.#statusChanged();
    this.#disposables.add(session.onDidChangeObjects(changed));
    this.#disposables.add(session.onDidChangeStatus(changed));
    this.#disposables.add(this.inventory.onDidChange(changed));
    this.#disposables.add(this.rights.onDidChange(changed));
    this.#disposables.add(this.drift.onDidChange(changed));
  }

  /** What nobody answers is not asked for. */
  #statusChanged(): void {
    if (this.session.connection.state === 'connected') {
      this.events.start();
    }
  }

  /** The row is open, and shows that owner's objects; `undefined` when it shows none (any more). */
  setExpanded(rowId: string, key: ObjectKey | undefined): void {
    const known = this.#expanded.get(rowId);
    if (known?.key === key) {
      return;
    }
    if (key === undefined) {
      this.#expanded.delete(rowId);
    } else {
      this.#expanded.set(rowId, { key, hold: this.inventory.expand(key) });
    }
    known?.hold.dispose();
  }

  /** Whose inventories are open. */
  get openInventories(): ReadonlySet<ObjectKey> {
    return new Set([...this.#expanded.values()].map(({ key }) => key));
  }

  /** Forgets rows that are no longer there, as the tree of now has them. */
  keepExpanded(keyOf: (rowId: string) => ObjectKey | undefined): void {
    for (const rowId of [...this.#expanded.keys()]) {
      this.setExpanded(rowId, keyOf(rowId));
    }
  }

  /** Reads the objects of open rows and the rights anew; the session's own lists are the session's. */
  refresh(): void {
    this.inventory.refresh();
    this.rights.refresh();
  }

  dispose(): void {
    for (const { hold } of this.#expanded.values()) {
      hold.dispose();
    }
    this.#expanded.clear();
    this.#disposables.dispose();
  }
}
