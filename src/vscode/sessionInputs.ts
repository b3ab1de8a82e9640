/**
 * What rendering may ask of the connected cluster, for as long as it is connected: another session is another cluster, and
 * nothing that was read of the one before is used for it. Opens no session by itself.
 */
import type { Clock } from '../base/clock.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { Emitter } from '../base/emitter.ts';
import type { Log } from '../base/log.ts';
import { LiveClusterInputs } from '../cluster/clusterInputs.ts';
import type { ClusterSession } from '../cluster/clusterSession.ts';
import type { SessionManager } from '../cluster/sessionManager.ts';
import type { ClusterInputs } from '../render/desired.ts';

export class SessionInputs implements Disposable {
  readonly #parts: { readonly sessions: SessionManager; readonly clock: Clock; readonly log: Log };
  readonly #disposables = new Disposables();
  readonly #changed = this.#disposables.add(new Emitter<void>());
  /** A cluster came, went or was changed for another; not when an object of it changed. */
  readonly onDidChange = this.#changed.event;
  #open: { readonly session: ClusterSession; readonly inputs: LiveClusterInputs } | undefined;
  #status: Disposable | undefined;
  #shown: ClusterInputs | undefined;

  constructor(parts: { readonly sessions: SessionManager; readonly clock: Clock; readonly log: Log }) {
    this.#parts = parts;
    this.#disposables.add(parts.sessions.onDidChangeSession(() => this.#sessionChanged()));
    this.#disposables.add({ dispose: () => this.#status?.dispose() });
    this.#sessionChanged();
  }

  /** `undefined` while no cluster answers. */
  get current(): ClusterInputs | undefined {
    const { session } = this.#parts.sessions;
    if (session?.connection.state !== 'connected') {
      return undefined;
    }
    if (this.#open?.session !== session) {
      const { clock, log } = this.#parts;
      this.#open = { session, inputs: new LiveClusterInputs({ api: session.api, clock, log }) };
    }
    return this.#open.inputs;
  }

  dispose(): void {
    this.#disposables.dispose();
    this.#open = undefined;
  }

  #sessionChanged(): void {
    this.#status?.dispose();
    this.#status = this.#parts.sessions.session?.onDidChangeStatus(() => this.#tellChange());
    this.#tellChange();
  }

  #tellChange(): void {
    const now = this.current;
    if (now === undefined && this.#parts.sessions.session !== this.#open?.session) {
      this.#open = undefined; // artifacts of a cluster that is gone are only memory
    }
    if (now !== this.#shown) {
      this.#shown = now;
      this.#changed.fire();
    }
  }
}
