/**
 * What is done with objects of a cluster, as a bundle of its own: loaded by the first command that needs it
 * (`lazyOperations.ts`). Maps each of its commands to a handler; the handlers are made beside what they belong to.
 */
import type { Event, Memento, Uri } from 'vscode';
import { type Disposable, Disposables } from '../base/disposables.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { RunningActions } from '../cluster/runningActions.ts';
import type { SessionManager } from '../cluster/sessionManager.ts';
import type { Settings } from '../settings.ts';
import { actionHandlers } from './actionCommands.ts';
import type { ClusterViews } from './clusterViews.ts';
import type { OperationCommand } from './commandIds.ts';
import { CommitFollower } from './commitFollower.ts';
import { followHandlers } from './followCommands.ts';
import { ObjectActions } from './objectActions.ts';
import type { OperationHandler } from './operationHandler.ts';
import type { OpenClones } from './openClones.ts';
import { placeHandlers } from './placeCommands.ts';
import { reconcileHandlers } from './reconcileCommands.ts';
import type { RepositoryFacts } from './repositoryFacts.ts';
import { openWhyDocuments, whyHandlers } from './whyCommands.ts';

export interface OperationsParts {
  readonly sessions: SessionManager;
  readonly running: RunningActions;
  readonly views: ClusterViews;
  readonly clones: OpenClones;
  readonly repositories: RepositoryFacts;
  readonly settings: () => Settings;
  readonly memory: Memento;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Operations extends Disposable {
  run(command: OperationCommand, args: readonly unknown[]): Promise<void>;
  /** The answer to *Why?* of this address; rejects with a Failure. */
  whyText(uri: Uri): Promise<string>;
  /** Addresses whose answer was read anew. */
  readonly onDidChangeWhy: Event<Uri>;
}

/** The caller disposes it. */
export function openOperations(parts: OperationsParts): Operations {
  const disposables = new Disposables();
  const actions = new ObjectActions(parts);
  const follower = disposables.add(new CommitFollower(parts));
  const documents = disposables.add(openWhyDocuments(parts));
  const handlers: Readonly<Record<OperationCommand, OperationHandler>> = {
    ...actionHandlers({ ...parts, actions }),
    ...reconcileHandlers({ ...parts, actions }),
    ...whyHandlers({ ...parts, documents }),
    ...followHandlers({ ...parts, follower }),
    ...placeHandlers(parts),
  };
  return {
    run: (command, [argument, selection]) => handlers[command](argument, selection),
    whyText: (uri) => documents.text(uri),
    onDidChangeWhy: documents.onDidChange,
    dispose: () => disposables.dispose(),
  };
}
