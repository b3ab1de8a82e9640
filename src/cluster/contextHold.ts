/**
 * Keeps a session open for who needs one context and no other: holds it while that context is the open one or the one that would be
 * opened, and never opens another. Knows nothing of what it is held for.
 */
import { type Disposable, Disposables } from '../base/disposables.ts';
import type { Log } from '../base/log.ts';
import { RepeatedRun } from '../base/repeatedRun.ts';
import type { SessionManager } from './sessionManager.ts';

export interface ContextHoldParts {
  readonly sessions: Pick<SessionManager, 'acquire' | 'connection' | 'contexts' | 'onDidChangeSession'>;
  readonly context: string;
  readonly log: Log;
}

export class ContextHold implements Disposable {
  readonly #parts: ContextHoldParts;
  readonly #disposables = new Disposables();
  readonly #looks: RepeatedRun;
  #hold: Disposable | undefined;

  constructor(parts: ContextHoldParts) {
    this.#parts = parts;
    const { sessions, context, log } = parts;
    this.#looks = this.#disposables.add(
      new RepeatedRun(
        () => this.#look(),
        (error) => log.error(`whether ${context} is the chosen context cannot be told`, error),
      ),
    );
    this.#disposables.add(sessions.onDidChangeSession(() => this.#looks.ask()));
    this.#disposables.add({ dispose: () => this.#release() });
    this.#looks.ask();
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #look(): Promise<void> {
    const { sessions, context } = this.#parts;
    const { connection } = sessions;
    if (connection.state === 'disconnected' && this.#hold) {
      return; // its files are read again by the manager when they change, for as long as somebody holds
    }
    // Asked before it is held: to hold while nothing is open opens whatever is chosen, be it nobody's here.
    const open = connection.state === 'disconnected' ? (await sessions.contexts()).chosen : connection.context;
    if (open !== context) {
      this.#release();
    } else if (!this.#disposables.disposed) {
      this.#hold ??= sessions.acquire();
    }
  }

  #release(): void {
    this.#hold?.dispose();
    this.#hold = undefined;
  }
}
