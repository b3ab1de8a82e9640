/**
 * *Show in tree* from a file: the row of what the document at the cursor has become in the cluster, whatever its kind. An object of
 * an inventory has a row only below its open owner, which is opened for it. Changes nothing.
 */
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/disposables.ts';
import { Failure } from '../base/failure.ts';
import { inventoryOf } from '../flux/inventory.ts';
import { displayName, type ObjectId, type ObjectKey, objectKey } from '../flux/objectKey.ts';
import { findRepositoryRoot } from '../git/findRepositoryRoot.ts';
import { buildOfFlux } from '../manifests/buildOfFlux.ts';
import { fluxDocuments } from '../manifests/fluxDocuments.ts';
import type { StatedName } from '../manifests/objectPlaces.ts';
import type { TextSpan } from '../manifests/yamlNode.ts';
import type { Survey } from '../view/clusterSurvey.ts';
import { objectTitle } from '../view/fileOfObject.ts';
import { actionTarget } from './actionTarget.ts';
import type { ClusterViews } from './clusterViews.ts';
import { fileAppliers } from './fileAppliers.ts';
import { documentsOf } from './manifestLenses.ts';
import type { RepositoryFacts } from './repositoryFacts.ts';
import { openRepository } from './workspaceTexts.ts';

export interface RevealParts {
  readonly views: ClusterViews;
  readonly repositories: RepositoryFacts;
  readonly clock: Clock;
}

/** An inventory that takes longer is not waited for; its rows come all the same. */
const readingMs = 15_000;

/** A row, a lens, the file of the editor that was clicked; from the palette the document at the cursor, else what the user picks. */
export async function revealObject(argument: unknown, parts: RevealParts): Promise<void> {
  const document = documentOf(argument);
  const stated = document && (await chooseDocument(document));
  if (stated === 'none') {
    return;
  }
  if (document && stated) {
    const target = await targetOf(document, stated, parts);
    if (target) {
      await show(target, parts);
    }
    return;
  }
  if (argument instanceof vscode.Uri) {
    throw new Failure('notFound', 'the file in front states no object');
  }
  const target = await actionTarget(argument, parts.views);
  if (target && !(await parts.views.reveal(target.key))) {
    throw new Failure('notFound', 'the object is in no view');
  }
}

function documentOf(argument: unknown): vscode.TextDocument | undefined {
  if (argument instanceof vscode.Uri) {
    return vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === argument.toString());
  }
  return argument === undefined ? vscode.window.activeTextEditor?.document : undefined;
}

interface StatedDocument extends StatedName {
  readonly document: TextSpan;
}

/** `undefined` where the file states nothing; `none` where the user picks nothing. */
async function chooseDocument(document: vscode.TextDocument): Promise<StatedDocument | 'none' | undefined> {
  if (document.languageId !== 'yaml' || document.uri.scheme !== 'file') {
    return undefined;
  }
  const found: StatedDocument[] = [...fluxDocuments(document.getText()), ...documentsOf(document)]
    .map(({ group, kind, name, namespace = '', document: span }) => ({ group, kind, name, namespace, document: span }))
    .sort((a, b) => a.document.start - b.document.start);
  const editor = vscode.window.activeTextEditor;
  const cursor = editor?.document === document ? document.offsetAt(editor.selection.active) : -1;
  const here = found.find(({ document: { start, end } }) => cursor >= start && cursor < end);
  if (here || found.length < 2) {
    return here ?? found[0];
  }
  const items = found.map((stated) => ({ label: objectTitle(stated), stated }));
  return (await vscode.window.showQuickPick(items, { title: 'Which one of this file?' }))?.stated ?? 'none';
}

interface Target {
  readonly id: ObjectId;
  /** Whose inventory has it; `undefined` where only its name speaks for it. */
  readonly owner: ObjectId | undefined;
}

async function targetOf(
  { uri }: vscode.TextDocument,
  stated: StatedDocument,
  { views, repositories }: RevealParts,
): Promise<Target | undefined> {
  const owners = await fileAppliers(uri, { views, repositories });
  const { survey } = views;
  if (!survey) {
    throw new Failure('unreachable', 'no cluster is connected');
  }
  const applied = await appliedFrom(uri, stated, owners, { survey, repositories });
  const targets = applied.length > 0 ? applied : sameNames(stated, survey);
  const [only, another] = targets;
  if (!only) {
    const who =
      owners.length === 0 ? `nothing in ${survey.context} is known to build this file` : 'it is in no inventory';
    throw new Failure('notFound', `${objectTitle(stated)} is not in ${survey.context}: ${who}`);
  }
  if (!another) {
    return only;
  }
  const items = targets.map((target) => ({
    label: objectTitle(target.id),
    description: target.owner ? `applied by ${displayName(target.owner)}` : '',
    target,
  }));
  return (await vscode.window.showQuickPick(items, { title: `Which one on ${survey.context}?` }))?.target;
}

/** What the inventories of those that build the file have of the document, under the names that it gets on its way. */
async function appliedFrom(
  uri: vscode.Uri,
  stated: StatedName,
  owners: readonly ObjectId[],
  { survey, repositories }: { readonly survey: Survey; readonly repositories: RepositoryFacts },
): Promise<Target[]> {
  const root = await findRepositoryRoot(uri.fsPath);
  const file = await repositories.of(uri);
  if (root === undefined || !file || owners.length === 0) {
    return [];
  }
  const { becomes, namingsOf } = await import('../manifests/yamlBundle.ts');
  const { texts } = await openRepository(root);
  const found: Target[] = [];
  for (const owner of owners) {
    const object = survey.views.get(objectKey(survey.context, owner))?.object;
    const entries = object ? inventoryOf(object) : [];
    if (!object || typeof entries === 'string') {
      continue; // on another cluster
    }
    const namings = await namingsOf(texts, file.filePath, [buildOfFlux(object)]);
    const ids = entries.map(({ id }) => id).filter((id) => namings.some((naming) => becomes(stated, naming, id)));
    found.push(...ids.map((id) => ({ id, owner })));
  }
  return found;
}

/** Flux objects of that name: of another path, or of who does not say what it builds. To look at one harms nobody. */
function sameNames({ group, kind, name, namespace }: StatedName, { views }: Survey): Target[] {
  return [...views.values()]
    .map(({ id }) => id)
    .filter((id) => id.group === group && id.kind === kind && id.name === name)
    .filter((id) => namespace === '' || id.namespace === namespace)
    .map((id) => ({ id, owner: undefined }));
}

async function show({ id, owner }: Target, parts: RevealParts): Promise<void> {
  const { views } = parts;
  const { survey } = views;
  if (!survey) {
    throw new Failure('unreachable', 'no cluster is connected');
  }
  const key = objectKey(survey.context, id);
  if (survey.views.has(key) && (await views.reveal(key))) {
    return;
  }
  if (!owner || !(await views.reveal(objectKey(survey.context, owner)))) {
    throw new Failure('notFound', `${objectTitle(id)} is in no view`);
  }
  await showBelow(key, objectKey(survey.context, owner), id, parts);
}

/** Opens the owner's inventory, and waits until it has been read. */
async function showBelow(key: ObjectKey, owner: ObjectKey, id: ObjectId, { views, clock }: RevealParts): Promise<void> {
  const [own = ''] = views.models.cluster.rowsOf.get(owner) ?? [];
  const group = `${own}|objects`;
  const { rows } = views.models.cluster;
  await views.openRow(rows.has(group) ? group : own);
  const row = await untilRead(() => views.models.cluster.rowsOf.get(key)?.[0], { views, clock, owner });
  if (row === undefined) {
    throw new Failure('notFound', `the objects of its owner were read, and ${objectTitle(id)} is not among them`);
  }
  await views.openRow(row);
}

/** The first answer; `undefined` once all of the owner's objects have been read and drawn without one, or after a while. */
function untilRead(
  answer: () => string | undefined,
  { views, clock, owner }: { readonly views: ClusterViews; readonly clock: Clock; readonly owner: ObjectKey },
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const held: Disposable[] = [];
    const end = (found: string | undefined): void => {
      held.forEach((one) => one.dispose());
      resolve(found);
    };
    const look = (): void => {
      const found = answer();
      const inventory = views.open?.inventory.get(owner);
      const isRead =
        inventory !== undefined &&
        inventory.state !== 'loading' &&
        !(inventory.state === 'loaded' && inventory.entries.some(({ state }) => state === 'loading'));
      if (found !== undefined || isRead || views.open === undefined) {
        end(found);
      }
    };
    held.push(
      views.onDidSurvey(look),
      clock.after(readingMs, () => end(answer())),
    );
    views.redraw(); // what was read already is looked at once it is drawn
  });
}
