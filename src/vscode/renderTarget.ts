/**
 * Which object a rendering command is about: the lens or the row that was clicked, the document under the cursor, the rendered
 * document in front, or what the user picks. Finds it in the files; renders nothing.
 */
import * as vscode from 'vscode';
import { Failure } from '../base/failure.ts';
import { otherRepositoryOf } from '../flux/documentMatch.ts';
import { displayName, idOf, type ObjectId, type ObjectKey, objectKey, parseObjectKey } from '../flux/objectKey.ts';
import { asRecord, asText } from '../flux/untyped.ts';
import { type FluxDocument, fluxDocuments } from '../manifests/fluxDocuments.ts';
import type { FluxName } from '../render/desired.ts';
import type { Renderer } from '../render/renderer.ts';
import { fluxNameText, type RenderedAspect } from '../view/renderedSubject.ts';
import type { ClusterViews } from './clusterViews.ts';
import { type DocumentArgument, nameOf } from './documentArgument.ts';
import { type RenderedObject, subjectOf } from './renderedDocuments.ts';
import type { WorkspaceState } from './workspaceState.ts';

/** The `namespace` of its name is empty where the file does not say one. */
export type RenderTarget = RenderedObject;

export interface RenderTargetParts {
  readonly views: Pick<ClusterViews, 'keyOfRow' | 'survey'>;
  readonly workspace: WorkspaceState;
  readonly renderer: Renderer;
}

/** Kinds that have something to show. */
const kindsOf: Readonly<Record<RenderedAspect, readonly FluxName['kind'][]>> = {
  applied: ['Kustomization', 'HelmRelease'],
  values: ['HelmRelease'],
  variables: ['Kustomization'],
};

/** Resolves to `undefined` when the user picks nothing. Throws a Failure that says why there is nothing to show. */
export async function renderTarget(
  argument: unknown,
  aspect: RenderedAspect,
  parts: RenderTargetParts,
): Promise<RenderTarget | undefined> {
  const kinds = kindsOf[aspect];
  if (isTarget(argument)) {
    return argument;
  }
  const ofDocument = readDocumentArgument(argument);
  if (ofDocument) {
    return inFile(vscode.Uri.parse(ofDocument.uri), ofDocument.name, parts);
  }
  if (typeof argument === 'string') {
    return ofRow(argument, parts);
  }
  const editor = vscode.window.activeTextEditor;
  const uri = argument instanceof vscode.Uri ? argument : editor?.document.uri;
  const shown = uri && subjectOf(uri);
  if (shown && kinds.includes(shown.name.kind)) {
    return shown;
  }
  const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri?.toString());
  const found = document ? fluxDocuments(document.getText()).filter(({ kind }) => kinds.includes(kind)) : [];
  const chosen = await chooseDocument(found, editor?.document === document ? editor : undefined);
  if (chosen && document) {
    return inFile(document.uri, nameOf(chosen), parts);
  }
  return found.length > 0 ? undefined : pickStated(kinds, parts);
}

/** Another command hands on what it was about. */
function isTarget(argument: unknown): argument is RenderTarget {
  const record = argument instanceof vscode.Uri ? undefined : asRecord(argument);
  return asText(record?.['root']) !== undefined && asRecord(record?.['name']) !== undefined;
}

function readDocumentArgument(argument: unknown): DocumentArgument | undefined {
  const record = argument instanceof vscode.Uri ? undefined : asRecord(argument);
  const name = asRecord(record?.['name']);
  const uri = asText(record?.['uri']);
  return name !== undefined && uri !== undefined ? (record as unknown as DocumentArgument) : undefined;
}

async function inFile(uri: vscode.Uri, name: FluxName, { workspace }: RenderTargetParts): Promise<RenderTarget> {
  const root = await workspace.rootOf(uri);
  if (root === undefined) {
    throw new Failure('invalid', 'the document is in no folder: save it to a repository first');
  }
  return { name, root, path: workspace.pathIn(root, uri), choice: undefined };
}

/** The document that the cursor is in, the only one of the file, or what the user picks. */
async function chooseDocument(
  found: readonly FluxDocument[],
  editor: vscode.TextEditor | undefined,
): Promise<FluxDocument | undefined> {
  const cursor = editor?.document.offsetAt(editor.selection.active);
  const here = found.find(({ document: { start, end } }) => cursor !== undefined && cursor >= start && cursor < end);
  if (here || found.length < 2) {
    return here ?? found[0];
  }
  const items = found.map((document) => ({ label: fluxNameText(nameOf(document)), document }));
  return (await vscode.window.showQuickPick(items, { title: 'Which one of this file?' }))?.document;
}

/** The object of a row of the tree, as a file of a folder that is open states it. */
async function ofRow(row: string, parts: RenderTargetParts): Promise<RenderTarget | undefined> {
  const key = parts.views.keyOfRow(row);
  const id = key === undefined ? undefined : parseObjectKey(key);
  if (!id || (id.kind !== 'Kustomization' && id.kind !== 'HelmRelease')) {
    throw new Failure('notFound', 'the row has gone, or is no Kustomization or HelmRelease');
  }
  const name: FluxName = { kind: id.kind, namespace: id.namespace, name: id.name };
  const all = await statedTargets(parts);
  const same = all.filter(({ name: stated }) => stated.kind === name.kind && stated.name === name.name);
  const exact = same.filter(({ name: stated }) => stated.namespace === name.namespace);
  const named = exact.length > 0 ? exact : same.filter(({ name: stated }) => stated.namespace === '');
  if (named.length === 0) {
    throw new Failure('notFound', `${fluxNameText(name)} is in no file of the folders that are open`);
  }
  const fitting = await ofItsRepository(key, named, parts);
  const roots = new Set(fitting.map(({ root }) => root));
  const chosen = roots.size === 1 ? fitting[0] : await pick(fitting, `Which ${fluxNameText(name)}?`);
  // Which of several files of one repository is the one is for the build to say: it knows who builds what.
  return chosen && { ...chosen, name, path: roots.size === 1 && fitting.length > 1 ? undefined : chosen.path };
}

/** A file of staging's repository may have the name of an object of production. Throws where all files are of other repositories. */
async function ofItsRepository(
  key: ObjectKey | undefined,
  named: readonly RenderTarget[],
  { views: { survey }, workspace }: RenderTargetParts,
): Promise<readonly RenderTarget[]> {
  const object = key === undefined ? undefined : survey?.views.get(key)?.object;
  if (!survey || !object) {
    return named;
  }
  const get = (id: ObjectId) => survey.views.get(objectKey(survey.context, id))?.object;
  const fitting: RenderTarget[] = [];
  let other: string | undefined;
  for (const target of named) {
    const { remotes } = await workspace.stateOf(target.root);
    const from = otherRepositoryOf(object, remotes, get);
    fitting.push(...(from === undefined ? [target] : []));
    other ??= from;
  }
  if (fitting.length === 0 && other !== undefined) {
    const name = `${object.kind} ${displayName(idOf(object))}`;
    throw new Failure('notFound', `${name} is applied from ${other}, of which no folder that is open is a clone`);
  }
  return fitting;
}

async function pickStated(kinds: readonly FluxName['kind'][], parts: RenderTargetParts) {
  const fitting = (await statedTargets(parts)).filter(({ name }) => kinds.includes(name.kind));
  if (fitting.length === 0) {
    throw new Failure('notFound', `no file of the folders that are open states a ${kinds.join(' or ')}`);
  }
  return pick(fitting, `${kinds.join(' or ')} of the open folders`);
}

async function statedTargets({ workspace, renderer }: RenderTargetParts): Promise<RenderTarget[]> {
  const targets: RenderTarget[] = [];
  for (const root of await workspace.roots()) {
    workspace.lookAnew(root);
    const stated = await renderer.stated(await workspace.stateOf(root));
    targets.push(...stated.map(({ name, path }): RenderTarget => ({ name, root, path, choice: undefined })));
  }
  return targets;
}

async function pick(targets: readonly RenderTarget[], title: string): Promise<RenderTarget | undefined> {
  const items = targets.map((target) => ({
    label: fluxNameText(target.name),
    description: target.path ?? '',
    target,
  }));
  return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }))?.target;
}
