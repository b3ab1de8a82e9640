/**
 * What is done with objects of a cluster, before it is loaded: its commands and the provider of its documents. A window that only
 * looks pays for nothing else of it.
 */
import * as vscode from 'vscode';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { whyScheme } from '../view/whyAddress.ts';
import type { CommandHandler } from './commandBorder.ts';
import type { OperationCommand } from './commandIds.ts';
import type { Operations } from './operations.ts';

/** The commands that load it, with what each tries. */
const attempts = {
  reconcileObject: 'Reconcile',
  reconcileObjectWithSource: 'Reconcile with source',
  reconcileFromRoot: 'Reconcile from the root',
  resumeAndReconcile: 'Resume and reconcile',
  resetRelease: 'Reset and reconcile',
  forceUpgrade: 'Force an upgrade',
  suspendObject: 'Suspend',
  resumeObject: 'Resume',
  whyObject: 'Why?',
  refreshAnswer: 'Look again',
  openFile: 'Open file',
  revealObject: 'Show in tree',
  followCommit: 'Follow my commit',
  stopFollowing: 'Stop following',
  showFollowed: 'Show the followed commit',
  reconcileFollowed: 'Reconcile the source',
  fetchFollowed: 'Fetch the clone',
} as const satisfies Record<OperationCommand, string>;

export class LazyOperations implements Disposable {
  readonly #disposables = new Disposables();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<vscode.Uri>());
  readonly #load: () => Promise<Operations>;
  #loaded: Promise<Operations> | undefined;

  constructor(load: () => Promise<Operations>) {
    this.#load = load;
    this.#disposables.add(
      vscode.workspace.registerTextDocumentContentProvider(whyScheme, {
        onDidChange: this.#changed.event,
        provideTextDocumentContent: (uri) => this.#provide(uri),
      }),
    );
  }

  get handlers(): Readonly<Record<OperationCommand, CommandHandler>> {
    const handler = (command: OperationCommand): CommandHandler => ({
      attempt: attempts[command],
      run: async (...args) => (await this.#once()).run(command, args),
    });
    return {
      reconcileObject: handler('reconcileObject'),
      reconcileObjectWithSource: handler('reconcileObjectWithSource'),
      reconcileFromRoot: handler('reconcileFromRoot'),
      resumeAndReconcile: handler('resumeAndReconcile'),
      resetRelease: handler('resetRelease'),
      forceUpgrade: handler('forceUpgrade'),
      suspendObject: handler('suspendObject'),
      resumeObject: handler('resumeObject'),
      whyObject: handler('whyObject'),
      refreshAnswer: handler('refreshAnswer'),
      openFile: handler('openFile'),
      revealObject: handler('revealObject'),
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

  /** Tabs that were open when the window was reloaded ask for their texts before anybody runs a command. */
  async #provide(uri: vscode.Uri): Promise<string> {
    try {
      return await (await this.#once()).whyText(uri);
    } catch (error) {
      const said = error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : 'It cannot be told';
      return `${said}. Look again with the button above.\n`;
    }
  }

  async #once(): Promise<Operations> {
    this.#loaded ??= this.#load().then((operations) => {
      this.#disposables.add(operations);
      this.#disposables.add(operations.onDidChangeWhy((uri) => this.#changed.fire(uri)));
      return operations;
    });
    try {
      return await this.#loaded;
    } catch (error) {
      this.#loaded = undefined; // whoever asks next tries again
      throw error;
    }
  }
}
