/** The commands that ask the controllers for something: each finds its object and hands it to `objectActions.ts`. */
import type { ActionVerb } from '../cluster/actionResult.ts';
import type { ObjectKey } from '../flux/objectKey.ts';
import type { ObjectView } from '../view/clusterSurvey.ts';
import { type ChangeWord, changeWords } from '../view/objectRow.ts';
import { actionTarget } from './actionTarget.ts';
import type { ClusterViews } from './clusterViews.ts';
import { type ManyActionsParts, runOnMany } from './manyActions.ts';
import type { OperationHandler } from './operationHandler.ts';

export function actionHandlers(parts: ManyActionsParts) {
  const { views, actions } = parts;
  /** For a lens, a message, or one row. */
  const change =
    (verb: ActionVerb, word: ChangeWord): OperationHandler =>
    async (argument) => {
      const fits = (view: ObjectView): boolean => changeWords(view).includes(word);
      const target = await actionTarget(argument, views, fits);
      if (target) {
        await actions.run(verb, target.key, target.doubt);
      }
    };
  /** For as many rows as are selected, each object once: it stands in several rows where several things lead to it. */
  const changeAll =
    (verb: ActionVerb, word: ChangeWord): OperationHandler =>
    async (argument, selection) => {
      const keys = selectedKeys(selection, views);
      await (keys.length > 1 ? runOnMany(verb, word, keys, parts) : change(verb, word)(argument, selection));
    };
  return {
    reconcileObject: changeAll('reconcile', 'canReconcile'),
    reconcileObjectWithSource: changeAll('reconcileWithSource', 'canReconcileSource'),
    forceUpgrade: change('forceUpgrade', 'canForce'),
    suspendObject: changeAll('suspend', 'canSuspend'),
    resumeObject: changeAll('resume', 'canResume'),
  };
}

/** What VS Code hands over behind the row that was clicked; nothing where that row is not among the selected ones. */
function selectedKeys(selection: unknown, views: ClusterViews): readonly ObjectKey[] {
  const rows = Array.isArray(selection) ? selection.filter((row) => typeof row === 'string') : [];
  return [...new Set(rows.flatMap((row) => views.keyOfRow(row) ?? []))];
}
