/**
 * The commands that bring an object to what stands in Git, and those that make a release try again. Each finds its object, says
 * what is to be known before, and hands it to `objectActions.ts`.
 */
import { Failure } from '../base/failure.ts';
import { objectKey } from '../flux/objectKey.ts';
import type { ObjectView } from '../view/clusterSurvey.ts';
import { type ChangeWord, changeWords } from '../view/objectRow.ts';
import { actionTarget, type LinkArgument } from './actionTarget.ts';
import type { ClusterViews } from './clusterViews.ts';
import type { ObjectActions } from './objectActions.ts';
import type { OperationHandler } from './operationHandler.ts';

export interface ReconcileParts {
  readonly views: ClusterViews;
  readonly actions: ObjectActions;
}

export function reconcileHandlers(parts: ReconcileParts) {
  const { views, actions } = parts;
  const fits =
    (word: ChangeWord) =>
    (view: ObjectView): boolean =>
      changeWords(view).includes(word);
  const reconcileFromRoot: OperationHandler = async (argument) => {
    const target = await actionTarget(argument, views, fits('canReconcileFromRoot'));
    if (target) {
      await actions.run('reconcileFromRoot', target.key, target.doubt);
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
