/**
 * Which Kustomization or HelmRelease is to be compared: the row or the lens that was clicked, the document under the cursor, or
 * what the user picks. It has a name in the cluster, a document in the files, or both; which is needed depends on the comparison.
 */
import * as vscode from 'vscode';
import { Failure, isFailure } from '../base/failure.ts';
import { displayName, type ObjectId, type ObjectKey, objectKey, parseObjectKey } from '../flux/objectKey.ts';
import { asRecord, asText } from '../flux/untyped.ts';
import type { FluxName } from '../render/desired.ts';
import { fluxNameText } from '../view/renderedSubject.ts';
import { pickObject } from './actionTarget.ts';
import type { ClusterViews } from './clusterViews.ts';
import type { DocumentArgument } from './documentArgument.ts';
import { renderTarget, type RenderTarget, type RenderTargetParts } from './renderTarget.ts';

export interface DiffTargetParts extends Omit<RenderTargetParts, 'views'> {
  readonly views: ClusterViews;
}

/** What the lens hands over: the document, and the object that it stands for where that is certain. */
export interface DiffArgument extends DocumentArgument {
  readonly key?: ObjectKey | undefined;
}

export interface DiffTarget {
  /** The `namespace` is empty where only a file was asked, and does not say one. */
  readonly name: FluxName;
  /** In the connected cluster, where that is known. */
  readonly key: ObjectKey | undefined;
  /** In the files of an open folder; `undefined` where none states it. */
  readonly stated: RenderTarget | undefined;
}

/** Resolves to `undefined` when the user picks nothing. */
export async function diffTarget(argument: unknown, parts: DiffTargetParts): Promise<DiffTarget | undefined> {
  if (typeof argument === 'string') {
    const key = parts.views.keyOfRow(argument);
    const id = key === undefined ? undefined : parseObjectKey(key);
    const name = id && nameOfId(id);
    if (!name || key === undefined) {
      throw new Failure('notFound', 'the row has gone, or is no Kustomization or HelmRelease');
    }
    return { name, key, stated: await statedTarget(argument, parts) };
  }
  const keyed = keyArgument(argument);
  if (keyed !== undefined) {
    return keyTarget(keyed, parts);
  }
  if (argument !== undefined || hasDocument()) {
    const stated = await renderTarget(argument, 'applied', parts);
    const key = asText(asRecord(argument instanceof vscode.Uri ? undefined : argument)?.['key']);
    return stated && { name: stated.name, key: key as ObjectKey | undefined, stated };
  }
  return pickTarget(parts);
}

/** What a question hands over that was asked about an object of the cluster. */
function keyArgument(argument: unknown): ObjectKey | undefined {
  const record = argument instanceof vscode.Uri ? undefined : asRecord(argument);
  return record && !('uri' in record) && !('root' in record)
    ? (asText(record['key']) as ObjectKey | undefined)
    : undefined;
}

async function keyTarget(key: ObjectKey, parts: DiffTargetParts): Promise<DiffTarget> {
  const id = parseObjectKey(key);
  const name = id && nameOfId(id);
  if (!name) {
    throw new Failure('notFound', 'only a Kustomization or a HelmRelease is compared');
  }
  const [row] = parts.views.models.cluster.rowsOf.get(key) ?? [];
  return { name, key, stated: row === undefined ? undefined : await statedTarget(row, parts) };
}

/** With the folders closed, or of another repository, there still is the cluster's side. */
async function statedTarget(row: string, parts: DiffTargetParts): Promise<RenderTarget | undefined> {
  try {
    return await renderTarget(row, 'applied', parts);
  } catch (error) {
    if (isFailure(error, 'notFound')) {
      return undefined;
    }
    throw error;
  }
}

/** Whether the command, run without anything, is about the file in front. */
function hasDocument(): boolean {
  const document = vscode.window.activeTextEditor?.document;
  return document?.languageId === 'yaml' && /^kind:\s*(?:HelmRelease|Kustomization)\b/m.test(document.getText());
}

async function pickTarget(parts: DiffTargetParts): Promise<DiffTarget | undefined> {
  const key = await pickObject(parts.views, ({ kind }) => kind.role === 'applier');
  return key === undefined ? undefined : keyTarget(key, parts);
}

/** `undefined` for what is neither. */
export function nameOfId({ kind, namespace, name }: ObjectId): FluxName | undefined {
  return kind === 'Kustomization' || kind === 'HelmRelease' ? { kind, namespace, name } : undefined;
}

/** The object of that name in the cluster that is shown. A name without a namespace may mean several: then the user picks. */
export async function clusterName(
  { name, key }: Pick<DiffTarget, 'name' | 'key'>,
  views: Pick<ClusterViews, 'survey'>,
): Promise<FluxName | undefined> {
  const { survey } = views;
  if (!survey) {
    throw new Failure('unreachable', 'no cluster is connected');
  }
  const known = key === undefined ? undefined : parseObjectKey(key);
  if (known && known.context !== survey.context) {
    throw new Failure('unreachable', `${known.context} is no longer the connected context`);
  }
  const named = known ? nameOfId(known) : undefined;
  if (named) {
    return named;
  }
  const found = [...survey.views.values()]
    .filter(({ id, kind }) => kind.role === 'applier' && id.kind === name.kind && id.name === name.name)
    .filter(({ id }) => name.namespace === '' || id.namespace === name.namespace);
  if (found.length === 0) {
    throw new Failure('notFound', `${fluxNameText(name)} is not in ${survey.context}`);
  }
  const items = found.map(({ id }) => ({ label: displayName(id), description: id.kind, id }));
  const picked =
    items.length === 1
      ? items[0]
      : await vscode.window.showQuickPick(items, { title: `Which one on ${survey.context}?` });
  return picked && nameOfId(picked.id);
}

/** Of the object in that context. */
export function keyOfName(context: string, { kind, namespace, name }: FluxName): ObjectKey {
  const group = kind === 'Kustomization' ? 'kustomize.toolkit.fluxcd.io' : 'helm.toolkit.fluxcd.io';
  return objectKey(context, { group, kind, namespace, name });
}
