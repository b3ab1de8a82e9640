/**
 * What a command acts on: the row that was clicked, the lens, the selection, or what the user picks. Always a key with its
 * context; never "the current object".
 */
import * as vscode from 'vscode';
import { Failure } from '../base/failure.ts';
import { displayName, type ObjectId, type ObjectKey, objectKey } from '../flux/objectKey.ts';
import { findItems } from '../view/findItems.ts';
import type { LensTarget } from '../view/lenses.ts';
import type { ObjectView } from '../view/clusterSurvey.ts';
import type { ClusterViews } from './clusterViews.ts';

/** The argument of a lens's command. */
export interface LensArgument {
  readonly context: string;
  readonly target: LensTarget;
  /** Of the document that it stands over; none where a message leads to the object. */
  readonly uri?: string;
}

/** Of a command that first does something with an object on the way to the one that is meant. */
export interface LinkArgument extends LensArgument {
  readonly link?: ObjectId;
}

export interface ActionTarget {
  readonly key: ObjectKey;
  /** Why it may not be what the user means; then the user is asked first. */
  readonly doubt: string | undefined;
}

/**
 * Resolves to `undefined` when the user picks nothing. `fits` limits what is offered; throws a Failure when nothing fits.
 */
export async function actionTarget(
  argument: unknown,
  views: ClusterViews,
  fits: (view: ObjectView) => boolean = () => true,
): Promise<ActionTarget | undefined> {
  if (typeof argument === 'string') {
    const key = views.keyOfRow(argument);
    if (key === undefined) {
      throw new Failure('notFound', 'the row has gone');
    }
    return { key, doubt: undefined };
  }
  if (isLensArgument(argument)) {
    return lensTarget(argument);
  }
  const key = await pickObject(views, fits);
  return key === undefined ? undefined : { key, doubt: undefined };
}

function isLensArgument(argument: unknown): argument is LensArgument {
  return typeof argument === 'object' && argument !== null && 'target' in argument && 'context' in argument;
}

async function lensTarget({ context, target }: LensArgument): Promise<ActionTarget | undefined> {
  switch (target.to) {
    case 'document':
    case 'nothing':
      return undefined;
    case 'object':
      return { key: objectKey(context, target.id), doubt: target.doubt };
    case 'choose': {
      const items = target.ids.map((id) => ({ label: displayName(id), description: id.kind, id }));
      const picked = await vscode.window.showQuickPick(items, { title: `Which one on ${context}?` });
      return picked && { key: objectKey(context, picked.id), doubt: target.doubt };
    }
  }
}

/** The quick pick over all Flux objects. */
export async function pickObject(
  views: ClusterViews,
  fits: (view: ObjectView) => boolean = () => true,
): Promise<ObjectKey | undefined> {
  const { survey } = views;
  if (!survey) {
    throw new Failure('unreachable', 'no cluster is connected');
  }
  const items = findItems(survey)
    .filter((item) => {
      const view = survey.views.get(item.key);
      return view !== undefined && fits(view);
    })
    .map((item) => ({
      label: item.label,
      description: item.description,
      iconPath: new vscode.ThemeIcon(
        item.icon.id,
        item.icon.color === undefined ? undefined : new vscode.ThemeColor(item.icon.color),
      ),
      key: item.key,
    }));
  if (items.length === 0) {
    throw new Failure('notFound', `no object on ${survey.context} fits`);
  }
  const picked = await vscode.window.showQuickPick(items, {
    title: `Flux objects on ${survey.context}`,
    matchOnDescription: true,
  });
  return picked?.key;
}
