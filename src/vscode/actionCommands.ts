/** The commands that ask the controllers for something: each finds its object and hands it to `objectActions.ts`. */
import type { ActionVerb } from '../cluster/actionResult.ts';
import type { ObjectView } from '../view/clusterSurvey.ts';
import { type ChangeWord, changeWords } from '../view/objectRow.ts';
import { actionTarget } from './actionTarget.ts';
import type { ClusterViews } from './clusterViews.ts';
import type { ObjectActions } from './objectActions.ts';
import type { OperationHandler } from './operationHandler.ts';

export function actionHandlers({ views, actions }: { readonly views: ClusterViews; readonly actions: ObjectActions }) {
  const change =
    (verb: ActionVerb, word: ChangeWord): OperationHandler =>
    async (argument) => {
      const fits = (view: ObjectView): boolean => changeWords(view).includes(word);
      const target = await actionTarget(argument, views, fits);
      if (target) {
        await actions.run(verb, target.key, target.doubt);
      }
    };
  return {
    reconcileObject: change('reconcile', 'canReconcile'),
    reconcileObjectWithSource: change('reconcileWithSource', 'canReconcileSource'),
    forceUpgrade: change('forceUpgrade', 'canForce'),
    suspendObject: change('suspend', 'canSuspend'),
    resumeObject: change('resume', 'canResume'),
  };
}
