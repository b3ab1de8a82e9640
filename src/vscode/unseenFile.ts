/**
 * Asks before a reconcile that begins in a file whether what Git brings will do, where that is not what the editor shows. Reads the
 * document, the clone on disk and the survey; fetches nothing.
 */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { isFailure } from '../base/failure.ts';
import type { Log } from '../base/log.ts';
import { revisionOf, type SourceOrigin, sourceOrigin } from '../flux/followedRef.ts';
import { idOf, type ObjectId, objectKey } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import { ownerOf, sourceOf } from '../flux/references.ts';
import { sameRepository } from '../flux/repositoryUrl.ts';
import { findRepositoryRoot } from '../git/findRepositoryRoot.ts';
import { readRemotes } from '../git/readRemotes.ts';
import { seenFile, type SeenFile } from '../git/seenFile.ts';
import type { Survey } from '../view/clusterSurvey.ts';
import { movedOthers } from '../view/movedOthers.ts';
import { type UnseenFile, unseenQuestion } from '../view/notWhatYouSee.ts';
import type { RepositoryFacts } from './repositoryFacts.ts';

export interface UnseenFileParts {
  readonly repositories: RepositoryFacts;
  readonly survey: Survey | undefined;
  readonly log: Log;
}

/**
 * - `seen`: the editor shows what will be applied, or nobody can tell otherwise
 * - `agreed`: it does not, and the user wants it all the same
 * - `declined`: the user does not
 */
export type Unseen = 'seen' | 'agreed' | 'declined';

/** `context` is the object's; the survey counts only where it is of the same. */
export async function askUnseen(
  uri: vscode.Uri,
  id: ObjectId,
  context: string,
  parts: UnseenFileParts,
): Promise<Unseen> {
  const survey = parts.survey?.context === context ? parts.survey : undefined;
  const ours = { ...parts, survey };
  for (;;) {
    const unseen = await unseenFile(uri, id, ours);
    if (!unseen) {
      return 'seen';
    }
    const { question, detail, buttons } = unseenQuestion(
      unseen,
      id,
      context,
      movedOthers('reconcileFromRoot', id, survey),
    );
    const pressed = await vscode.window.showWarningMessage(question, { modal: true, detail }, ...buttons);
    if (pressed !== 'Save') {
      return pressed === 'Reconcile anyway' ? 'agreed' : 'declined';
    }
    if (!(await (await vscode.workspace.openTextDocument(uri)).save())) {
      return 'declined';
    }
  }
}

/** `undefined` where what is seen is what will be applied. */
async function unseenFile(uri: vscode.Uri, id: ObjectId, parts: UnseenFileParts): Promise<UnseenFile | undefined> {
  const document = await vscode.workspace.openTextDocument(uri);
  const source = sourceFor(id, parts.survey);
  const origin = source && sourceOrigin(source);
  const seen = await lookAt(document, origin, parts);
  const state = document.isDirty && seen?.state !== 'same' ? 'unsaved' : seen?.state;
  if (state === undefined || state === 'same') {
    return undefined;
  }
  const { comesTo } = seen ?? {};
  const isOther = origin && comesTo !== undefined && comesTo !== origin.commit;
  const applies = isOther ? revisionOf(origin.follows, comesTo) : origin?.revision;
  return { file: basename(uri.path), state, applies, source: source && idOf(source) };
}

/** The source of the Kustomization that applies the object, or of the object itself where nobody else does. */
function sourceFor(id: ObjectId, survey: Survey | undefined): FluxObject | undefined {
  const get = (wanted: ObjectId | undefined): FluxObject | undefined =>
    survey && wanted && survey.views.get(objectKey(survey.context, wanted))?.object;
  const object = get(id);
  const owner = object && ownerOf(object);
  const applier = owner?.by === 'kustomize' ? get(owner.id) : object;
  return applier && get(sourceOf(applier));
}

/** `undefined` for a file of no repository, and where Git cannot be asked: then nothing is known, and nothing said. */
async function lookAt(
  document: vscode.TextDocument,
  origin: SourceOrigin | undefined,
  { repositories, log }: UnseenFileParts,
): Promise<SeenFile | undefined> {
  const root = await findRepositoryRoot(document.uri.fsPath);
  const file = await repositories.of(document.uri);
  if (root === undefined || !file) {
    return undefined;
  }
  const { url, follows = { by: 'source' } as const, commit } = origin ?? {};
  const remotes = (await readRemotes(root)).filter(
    ({ urls }) => url === undefined || urls.some((one) => sameRepository(one, url)),
  );
  try {
    const place = { root, path: file.filePath, text: document.getText() };
    return await seenFile({ ...place, remotes: remotes.map(({ name }) => name), follows, fetched: commit });
  } catch (error) {
    if (!isFailure(error)) {
      throw error;
    }
    log.warn(`Whether ${basename(document.uri.path)} is pushed cannot be told: ${error.message}`);
    return undefined;
  }
}
