/** Rendered documents of the window: which are open, what they say, and when they say it. What a test asserts belongs to the test. */
import * as vscode from 'vscode';
import { eventually } from './hostWindow.ts';

export const renderedScheme = 'driftline-applied';

export function renderedDocuments(): vscode.TextDocument[] {
  return vscode.workspace.textDocuments.filter(({ uri, isClosed }) => uri.scheme === renderedScheme && !isClosed);
}

/** What the tab of a document says. */
export function titleOf({ uri }: vscode.TextDocument): string {
  return (uri.path.split('/').at(-1) ?? '').replaceAll('∕', '/');
}

/** The document with that title, once its text holds. */
export function rendered(title: string, holds: (text: string) => boolean = () => true): Promise<vscode.TextDocument> {
  return eventually(
    `${title} as expected`,
    () => renderedDocuments().find((document) => titleOf(document) === title && holds(document.getText())),
    [
      (listener) => vscode.workspace.onDidOpenTextDocument(listener),
      (listener) => vscode.workspace.onDidChangeTextDocument(listener),
    ],
    () =>
      renderedDocuments()
        .map((open) => `${titleOf(open)}\n${open.getText()}`)
        .join('\n'),
  );
}

/** Types in a document without saving it: the first place of one text becomes another. */
export async function typeOver(document: vscode.TextDocument, text: string, replacement: string): Promise<void> {
  const start = document.getText().indexOf(text);
  if (start < 0) {
    throw new Error(`${document.uri.path} has no ${text}`);
  }
  const edit = new vscode.WorkspaceEdit();
  const range = new vscode.Range(document.positionAt(start), document.positionAt(start + text.length));
  edit.replace(document.uri, range, replacement);
  await vscode.workspace.applyEdit(edit);
}

/** Throws away what was typed. */
export async function revert(document: vscode.TextDocument): Promise<void> {
  await vscode.window.showTextDocument(document);
  await vscode.commands.executeCommand('workbench.action.files.revert');
}
