/** Changes a file of a working tree in the editor, where the user sees it, may undo it and saves it. Decides nothing, saves nothing. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { Failure } from '../base/failure.ts';
import type { FilePlace } from '../drift/fieldPlaces.ts';

/** Throws a Failure where the file is no longer what the edit was made for. */
export async function editFile(root: string, { file, text, edit }: FilePlace): Promise<void> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(join(root, file)));
  // VS Code reads all line ends of a file as one kind and leaves out a byte order mark.
  const lineEnd = document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
  const asShown = (part: string): string => part.replace(/^\uFEFF/, '').replaceAll(/\r?\n/g, lineEnd);
  if (asShown(text) !== document.getText()) {
    throw new Failure('conflict', `${file} was changed meanwhile`);
  }
  const start = asShown(text.slice(0, edit.start)).length;
  const length = asShown(text.slice(edit.start, edit.end)).length;
  const range = new vscode.Range(document.positionAt(start), document.positionAt(start + length));
  const change = new vscode.WorkspaceEdit();
  const written = asShown(edit.text);
  change.replace(document.uri, range, written);
  if (!(await vscode.workspace.applyEdit(change))) {
    throw new Failure('conflict', `the editor refused to change ${file}`);
  }
  const selection = new vscode.Range(document.positionAt(start), document.positionAt(start + written.length));
  await vscode.window.showTextDocument(document, { selection, preview: false });
}
