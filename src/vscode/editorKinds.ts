/**
 * Tells menus which kinds of Flux objects the file in front states: the context key `driftline.editorKinds`, such as
 * `HelmRelease Kustomization`; unset for any other file.
 */
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { type Disposable, Disposables } from '../base/disposables.ts';
import { fluxDocuments } from '../manifests/fluxDocuments.ts';

const contextKey = 'driftline.editorKinds';
/** A menu is opened some moments after the last key. */
const quietMs = 300;

/** Until disposed. */
export function tellEditorKinds(clock: Clock): Disposable {
  const disposables = new Disposables();
  const shown: { kinds: string; wait: Disposable | undefined } = { kinds: '', wait: undefined };
  const tell = (): void => {
    const kinds = kindsOf(vscode.window.activeTextEditor?.document);
    if (kinds !== shown.kinds) {
      shown.kinds = kinds;
      void vscode.commands.executeCommand('setContext', contextKey, kinds === '' ? undefined : kinds);
    }
  };
  disposables.add(vscode.window.onDidChangeActiveTextEditor(tell));
  disposables.add(
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (document === vscode.window.activeTextEditor?.document) {
        shown.wait?.dispose();
        shown.wait = clock.after(quietMs, tell);
      }
    }),
  );
  disposables.add({ dispose: () => shown.wait?.dispose() });
  tell();
  return disposables;
}

function kindsOf(document: vscode.TextDocument | undefined): string {
  if (document?.languageId !== 'yaml') {
    return '';
  }
  const kinds = fluxDocuments(document.getText()).map(({ kind }) => kind);
  return [...new Set(kinds)].sort().join(' ');
}
