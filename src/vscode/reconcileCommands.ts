/**
 * The commands that bring an object to what stands in Git, and those that make a release try again. Each finds its object, says
 * what is to be known before, and hands it to `objectActions.ts`.
 */
import * as vscode from 'vscode';
import { Failure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import { objectKey, parseObjectKey } from '../flux/objectKey.ts';
import type { Settings } from '../settings.ts';
import type { ObjectView } from '../view/clusterSurvey.ts';
import { type ChangeWord, changeWords } from '../view/objectRow.ts';
import { type ActionTarget, actionTarget, type LensArgument, type LinkArgument } from './actionTarget.ts';
import type { ClusterViews } from './clusterViews.ts';
import type { ObjectActions } from './objectActions.ts';
import type { OperationHandler } from './operationHandler.ts';
import type { RepositoryFacts } from './repositoryFacts.ts';
import { askUnseen, type Unseen } from './unseenFile.ts';

export interface ReconcileParts {
  readonly views: ClusterViews;
  readonly actions: ObjectActions;
  readonly repositories: RepositoryFacts;
  readonly settings: () => Settings;
  readonly log: Log;
}

export function reconcileHandlers(parts: ReconcileParts) {
  const { views, actions } = parts;
  const fits =
    (word: ChangeWord) =>
    (view: ObjectView): boolean =>
      changeWords(view).includes(word);
  const reconcileFromRoot: OperationHandler = async (argument) => {
    const target = await actionTarget(argument, views, fits('canReconcileFromRoot'));
    const session = views.open?.session;
    const unseen = target ? await unseenOf(argument, target, parts) : 'declined';
    if (target && unseen !== 'declined') {
      await actions.run('reconcileFromRoot', target.key, target.doubt, { answered: unseen === 'agreed', session });
    }
  };
  const resetRelease: OperationHandler = async (argument) => {
    const target = await actionTarget(argument, views, fits('canForce'));
    if (target) {
      await actions.run('resetRelease', target.key, target.doubt);
    }
  };
  return { reconcileFromRoot, resetRelease, resumeAndReconcile: (argument: unknown) => resumeLink(argument, parts) };
}

/** Only who begins in a file looks at one; who is in doubt of its object is asked about that instead. */
async function unseenOf(
  argument: unknown,
  { key, doubt }: ActionTarget,
  { views, repositories, settings, log }: ReconcileParts,
): Promise<Unseen> {
  const { uri } = (argument ?? {}) as Partial<LensArgument>;
  const parsed = parseObjectKey(key);
  if (uri === undefined || doubt !== undefined || !parsed || settings().readOnly) {
    return 'seen';
  }
  const { context, ...id } = parsed;
  return askUnseen(vscode.Uri.parse(uri), id, context, { repositories, survey: views.survey, log });
}

/** The link is asked about as any object that is resumed; the rest goes on as the user has begun it. */
async function resumeLink(argument: unknown, { views, actions }: ReconcileParts): Promise<void> {
  const { link, context } = argument as Partial<LinkArgument>;
  const target = await actionTarget(argument, views);
  if (!link || context === undefined || !target) {
    throw new Failure('invalid', 'nothing was named that is to be resumed');
  }
  const resumed = await actions.run('resume', objectKey(context, link));
  // What fails after it was resumed is met again on the way, where it says which step it is.
  const isResumed = resumed?.state === 'succeeded' || (resumed?.state === 'failed' && !resumed.failure);
  if (isResumed) {
    await actions.run('reconcileFromRoot', target.key, target.doubt);
  }
}
