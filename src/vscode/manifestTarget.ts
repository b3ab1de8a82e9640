/**
 * Which object of a file is to be compared, and as which Kustomization applies it: the lens that was clicked, the document under the
 * cursor, or what the user picks. Compares nothing.
 */
import * as vscode from 'vscode';
import { Failure } from '../base/failure.ts';
import type { StatedIdentity } from '../drift/builtDocument.ts';
import type { DocumentOfFile } from '../drift/compareStatedDocument.ts';
import { displayName, type ObjectId, objectKey } from '../flux/objectKey.ts';
import { asRecord, asText } from '../flux/untyped.ts';
import type { FluxName } from '../render/desired.ts';
import type { ClusterViews } from './clusterViews.ts';
import type { DiffTarget } from './diffTarget.ts';
import { documentsOf, titleOf } from './manifestLenses.ts';
import type { WorkspaceState } from './workspaceState.ts';

export interface ManifestTargetParts {
  readonly views: Pick<ClusterViews, 'survey'>;
  readonly workspace: WorkspaceState;
  /** The Kustomizations of the connected cluster that build a file. */
  readonly appliers: (uri: vscode.Uri) => Promise<readonly ObjectId[]>;
}

export interface ManifestTarget {
  readonly object: DocumentOfFile;
  /** The Kustomization. */
  readonly target: DiffTarget;
}

/** Resolves to `undefined` when the user picks nothing. Throws a Failure that says why there is nothing to compare. */
export async function manifestTarget(
  argument: unknown,
  parts: ManifestTargetParts,
): Promise<ManifestTarget | undefined> {
  const { workspace, views, appliers } = parts;
  const clicked = readArgument(argument);
  const uri =
    clicked?.uri ?? (argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri);
  const root = uri && (await workspace.rootOf(uri));
  const path = uri && root !== undefined ? workspace.pathIn(root, uri) : undefined;
  if (!uri || root === undefined || path === undefined) {
    throw new Failure('notFound', 'no file of a repository is in front');
  }
  const stated = clicked?.stated ?? (await chooseObject(uri));
  const owner = stated && (await chooseOwner(await appliers(uri), path, views));
  const { survey } = views;
  if (!stated || !owner || !survey) {
    return undefined;
  }
  const name: FluxName = { kind: 'Kustomization', namespace: owner.namespace, name: owner.name };
  const target = {
    name,
    key: objectKey(survey.context, owner),
    stated: { name, root, path: undefined, choice: undefined },
  };
  return { target, object: { title: titleOf(stated), stated, path } };
}

function readArgument(argument: unknown): { readonly uri: vscode.Uri; readonly stated: StatedIdentity } | undefined {
  const record = argument instanceof vscode.Uri ? undefined : asRecord(argument);
  const uri = asText(record?.['uri']);
  const object = asRecord(record?.['object']);
  const [group, kind, name] = [asText(object?.['group']), asText(object?.['kind']), asText(object?.['name'])];
  if (uri === undefined || group === undefined || kind === undefined || name === undefined) {
    return undefined;
  }
  const stated = { group, kind, name, namespace: asText(object?.['namespace']) };
  return { uri: vscode.Uri.parse(uri), stated };
}

/** The object that the cursor is in, the only one of the file, or what the user picks. */
async function chooseObject(uri: vscode.Uri): Promise<StatedIdentity | undefined> {
  const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
  const found = document ? documentsOf(document) : [];
  if (found.length === 0) {
    throw new Failure('notFound', 'the file in front states no object that a Kustomization applies');
  }
  const editor = vscode.window.activeTextEditor;
  const cursor = editor?.document === document ? document?.offsetAt(editor?.selection.active ?? zero) : undefined;
  const here = found.find(({ document: { start, end } }) => cursor !== undefined && cursor >= start && cursor < end);
  if (here || found.length === 1) {
    return here ?? found[0];
  }
  const items = found.map((stated) => ({ label: titleOf(stated), stated }));
  return (await vscode.window.showQuickPick(items, { title: 'Which one of this file?' }))?.stated;
}

const zero = new vscode.Position(0, 0);

async function chooseOwner(
  owners: readonly ObjectId[],
  path: string,
  { survey }: ManifestTargetParts['views'],
): Promise<ObjectId | undefined> {
  const [only, another] = owners;
  if (!survey) {
    throw new Failure('unreachable', 'no cluster is connected');
  }
  if (!only) {
    throw new Failure('notFound', `no Kustomization of ${survey.context} is known to build ${path}`);
  }
  if (!another) {
    return only;
  }
  const items = owners.map((id) => ({ label: displayName(id), description: id.kind, id }));
  const title = `${owners.length} Kustomizations of ${survey.context} build ${path}: which one's?`;
  return (await vscode.window.showQuickPick(items, { title }))?.id;
}
