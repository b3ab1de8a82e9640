/**
 * What is done with objects of a cluster, before it is loaded: its commands. A window that only looks pays for nothing else
 * of it.
 */
import { type Disposable, Disposables } from '../base/disposables.ts';
import type { CommandHandler } from './commandBorder.ts';
import type { OperationCommand } from './commandIds.ts';
import type { Operations } from './operations.ts';

/** The commands that load it, with what each tries. */
const attempts = {
  reconcileObject: 'Reconcile',
  reconcileObjectWithSource: 'Reconcile with source',
  forceUpgrade: 'Force an upgrade',
  suspendObject: 'Suspend',
  resumeObject: 'Resume',
  followCommit: 'Follow my commit',
  stopFollowing: 'Stop following',
  showFollowed: 'Show the followed commit',
  reconcileFollowed: 'Reconcile the source',
  fetchFollowed: 'Fetch the clone',
} as const satisfies Record<OperationCommand, string>;

export class LazyOperations implements Disposable {
  readonly #disposables = new Disposables();
  readonly #load: () => Promise<Operations>;
  #loaded: Promise<Operations> | undefined;

  constructor(load: () => Promise<Operations>) {
    this.#load = load;
  }

  get handlers(): Readonly<Record<OperationCommand, CommandHandler>> {
    const handler = (command: OperationCommand): CommandHandler => ({
      attempt: attempts[command],
      run: async (...args) => (await this.#once()).run(command, args),
    });
    return {
      reconcileObject: handler('reconcileObject'),
      reconcileObjectWithSource: handler('reconcileObjectWithSource'),
      forceUpgrade: handler('forceUpgrade'),
      suspendObject: handler('suspendObject'),
      resumeObject: handler('resumeObject'),
      followCommit: handler('followCommit'),
      stopFollowing: handler('stopFollowing'),
      showFollowed: handler('showFollowed'),
      reconcileFollowed: handler('reconcileFollowed'),
      fetchFollowed: handler('fetchFollowed'),
    };
  }

  /** Something goes on from before a reload. */
  async resume(): Promise<void> {
    await this.#once();
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #once(): Promise<Operations> {
    this.#loaded ??= this.#load().then((operations) => this.#disposables.add(operations));
    try {
      return await this.#loaded;
    } catch (error) {
      this.#loaded = undefined; // whoever asks next tries again
      throw error;
    }
  }
}
