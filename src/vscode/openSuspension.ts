/** Opens the file that states an object, at the field that says whether it is suspended. Edits nothing. */
import * as vscode from 'vscode';
import { Failure } from '../base/failure.ts';
import { documentMatch } from '../flux/documentMatch.ts';
import { displayName, idOf, objectKey } from '../flux/objectKey.ts';
import type { FluxObject } from '../flux/objects.ts';
import type { Survey } from '../view/clusterSurvey.ts';
import type { RepositoryFacts } from './repositoryFacts.ts';

export interface OpenSuspensionParts {
  readonly repositories: Pick<RepositoryFacts, 'of'>;
  readonly survey: Survey | undefined;
}

/** A file that is longer states no object by hand. */
const longestFile = 2_000_000;
const notHand = '**/{node_modules,.git}/**';

/** Throws a Failure where no file of the open folders states it. */
export async function openSuspension(object: FluxObject, parts: OpenSuspensionParts): Promise<void> {
  const found = await statedIn(object, parts);
  if (!found) {
    throw new Failure(
      'notFound',
      `${object.kind} ${displayName(idOf(object))} is in no file of the folders that are open`,
    );
  }
  const document = await vscode.workspace.openTextDocument(found.uri);
  const at = document.positionAt(found.offset);
  const editor = await vscode.window.showTextDocument(document, {
    selection: new vscode.Range(at, at),
    preview: false,
  });
  editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

interface Stated {
  readonly uri: vscode.Uri;
  readonly offset: number;
  /** How much speaks for this file, the most first. */
  readonly rank: number;
}

/** Several may state the object: other environments of the same repository, and patches. */
async function statedIn(object: FluxObject, parts: OpenSuspensionParts): Promise<Stated | undefined> {
  const { findField } = await import('../manifests/yamlBundle.ts');
  const id = idOf(object);
  const found: Stated[] = [];
  for (const uri of await vscode.workspace.findFiles('**/*.{yaml,yml}', notHand)) {
    const text = await textOf(uri, id.name);
    const place = text === undefined ? undefined : findField(text, id, ['spec', 'suspend']);
    const match = place && (await matchOf(uri, object, parts));
    if (place && match !== 'foreign') {
      found.push({ uri, offset: place.offset, rank: (match === 'ours' ? 2 : 0) + (place.stated ? 1 : 0) });
    }
  }
  return found.sort((a, b) => b.rank - a.rank || (a.uri.path < b.uri.path ? -1 : 1))[0];
}

/** As it is in the editor, where it is open; `undefined` for what cannot be read, or does not speak of it. */
async function textOf(uri: vscode.Uri, name: string): Promise<string | undefined> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open) {
    return open.getText();
  }
  try {
    const bytes = await vscode.workspace.fs.readFile(uri);
    const text = bytes.length > longestFile ? '' : Buffer.from(bytes).toString('utf8');
    return text.includes(name) ? text : undefined;
  } catch {
    return undefined; // gone since it was listed
  }
}

/** Files of other repositories are out; a file that the object's own Kustomization builds is the one. */
async function matchOf(uri: vscode.Uri, object: FluxObject, { repositories, survey }: OpenSuspensionParts) {
  const repository = await repositories.of(uri);
  if (!repository || !survey) {
    return 'unknown';
  }
  const { filePath, remotes, reaches } = repository;
  const match = documentMatch({
    declared: { ...idOf(object), filePath },
    remotes,
    reaches,
    named: () => [object],
    get: (id) => survey.views.get(objectKey(survey.context, id))?.object,
  });
  const isForeign = match.match === 'foreign' && match.reason === 'otherRepository';
  return isForeign ? 'foreign' : match.match === 'ours' ? 'ours' : 'unknown';
}
