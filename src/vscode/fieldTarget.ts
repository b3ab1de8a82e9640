/**
 * Which field of a drift, or which HelmRelease, a command is about: the row that was clicked, the diff in front, or what the user
 * picks of what the last comparisons have found. Compares nothing.
 */
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { Failure } from '../base/failure.ts';
import type { KeptComparison, KeptDifference, KeptField } from '../drift/keptComparison.ts';
import { displayName, type ObjectId, type ObjectKey, objectKey, parseObjectKey } from '../flux/objectKey.ts';
import { asRecord, asText } from '../flux/untyped.ts';
import { fieldChoices } from '../view/fieldEdit.ts';
import type { ClusterViews } from './clusterViews.ts';
import { renderTarget, type RenderTarget, type RenderTargetParts } from './renderTarget.ts';
import type { ShownDiffs } from './shownDiffs.ts';

export interface FieldTargetParts extends Omit<RenderTargetParts, 'views'> {
  readonly views: ClusterViews;
  readonly shown: ShownDiffs;
  readonly clock: Clock;
}

export interface FieldTarget {
  /** The Kustomization or HelmRelease whose drift it is. */
  readonly owner: ObjectKey;
  readonly difference: KeptDifference;
  readonly field: KeptField;
}

/** Resolves to `undefined` when the user picks nothing. Throws a Failure where no such field is known any more. */
export async function fieldTarget(argument: unknown, parts: FieldTargetParts): Promise<FieldTarget | undefined> {
  const row = typeof argument === 'string' ? parts.views.models.cluster.rows.get(argument) : undefined;
  if (row?.field) {
    const { owner, object, path } = row.field;
    const compared = comparedOf(owner, parts);
    const difference = compared?.differences.find(({ id }) => objectKey(compared.context, id) === object);
    const field = difference?.fields.find((each) => JSON.stringify(each.path) === JSON.stringify(path));
    if (!difference || !field) {
      throw new Failure('notFound', 'the field is no longer known to differ: compare again');
    }
    return { owner, difference, field };
  }
  const owner = row?.key ?? ownerArgument(argument) ?? parts.shown.frontKey ?? (await pickOwner(parts));
  return owner === undefined ? undefined : pickField(owner, parts);
}

/** What the list of a comparison hands over: its Kustomization or HelmRelease. */
export interface OwnerArgument {
  readonly owner: ObjectKey;
}

export function ownerArgument(argument: unknown): ObjectKey | undefined {
  const owner = argument instanceof vscode.Uri ? undefined : asText(asRecord(argument)?.['owner']);
  return owner as ObjectKey | undefined;
}

/** Which document states the object of that key: as for a row of the tree. Throws a Failure where no open folder has it. */
export function statedTarget(key: ObjectKey, parts: FieldTargetParts): Promise<RenderTarget | undefined> {
  const views = { keyOfRow: () => key, survey: parts.views.survey };
  return renderTarget('', 'applied', { ...parts, views });
}

function comparedOf(owner: ObjectKey, { views }: FieldTargetParts): KeptComparison | undefined {
  return views.survey?.views.get(owner)?.compared;
}

async function pickOwner(parts: FieldTargetParts): Promise<ObjectKey | undefined> {
  const known = [...(parts.views.survey?.views.values() ?? [])].filter(
    ({ compared }) => compared && fieldChoices(compared, 0).length > 0,
  );
  if (known.length === 0) {
    throw new Failure('notFound', 'no drift is known: run Diff and compare for drift first');
  }
  const items = known.map(({ key, id }) => ({ label: displayName(id), description: id.kind, key }));
  return items.length === 1 ? items[0]?.key : (await vscode.window.showQuickPick(items, { title: 'Drift of' }))?.key;
}

async function pickField(owner: ObjectKey, parts: FieldTargetParts): Promise<FieldTarget | undefined> {
  const compared = comparedOf(owner, parts);
  const choices = compared ? fieldChoices(compared, parts.clock.now()) : [];
  if (choices.length === 0) {
    throw new Failure('notFound', 'no field is known to differ: compare for drift again');
  }
  const options = { title: `Which field of ${nameOf(parseObjectKey(owner))}?`, matchOnDescription: true };
  const picked = choices.length === 1 ? choices[0] : await vscode.window.showQuickPick(choices, options);
  return picked && { owner, difference: picked.difference, field: picked.field };
}

function nameOf(id: ObjectId | undefined): string {
  return id ? `${id.kind} ${displayName(id)}` : 'the drift';
}
